//! A session in memory, and its messages as an import would have written them.
#![allow(dead_code, reason = "every test file uses a part of it, and a test ends where it fails")]

use std::sync::Arc;

use driftline_conversation::{At, Content, Conversations, RunStep, Shown};
use driftline_core::{Id, Replica, Schema, Simulated, Timestamp, Value};
use driftline_entities::{messages::Message, sessions::Session};
use driftline_memory::MemoryStore;
use serde_json::json;

/// A session, and what reads it.
pub(crate) struct Talk {
    pub(crate) replica: Arc<Replica>,
    pub(crate) conversations: Conversations,
    pub(crate) session: Id,
}

impl Talk {
    pub(crate) fn new() -> Self {
        let store = MemoryStore::new(Schema::registered().unwrap());
        let env = Simulated::new(7, 1_790_000_000_000);
        let replica = Arc::new(Replica::open(Arc::new(store), Arc::new(env)).unwrap());
        let session = Session { name: Some("Parser".into()), ..Session::default() };
        let session = replica.create(&session).unwrap();
        Self { conversations: Conversations::new(replica.clone()), replica, session }
    }

    /// Adds a message; `name` and `parent` are the agent's names.
    pub(crate) fn add(&self, role: &str, name: &str, parent: &str, blocks: Value) -> Id {
        let after = self.count();
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        self.put(Message {
            role: some(role),
            external_id: some(name),
            parent: some(parent),
            blocks: Some(blocks),
            created_at: Some(Timestamp(1_000 * i64::try_from(after).unwrap())),
            ..Message::default()
        })
    }

    pub(crate) fn put(&self, message: Message) -> Id {
        let message = Message { session: Some(self.session), ..message };
        self.conversations.replica().create(&message).unwrap()
    }

    pub(crate) fn count(&self) -> u64 {
        self.conversations.replica().count("messages", &driftline_core::store::Find::new()).unwrap()
    }

    /// Everything in a strand.
    pub(crate) fn all(&self, strand: usize) -> Vec<Shown> {
        let conversation = self.conversations.of(self.session).unwrap();
        let (strand, items) = conversation.range(At::All(strand, usize::MAX)).unwrap();
        self.conversations.window(&conversation, strand, items).unwrap()
    }

    /// What the items of the main conversation are, in a word each.
    pub(crate) fn outline(&self) -> Vec<String> {
        self.all(0).iter().map(|it| word(&it.content)).collect()
    }
}

/// What an item is, in a word or, for work, a line.
pub(crate) fn word(content: &Content) -> String {
    match content {
        Content::Prompt(_) => "prompt".into(),
        Content::Command { typed, .. } => format!("command {typed}"),
        Content::Reply { .. } => "reply".into(),
        Content::Run(run) => run.tally.line(),
        Content::Compaction { .. } => "compaction".into(),
        Content::Agent(agent) => format!("agent {} ({})", agent.name, agent.messages),
    }
}

/// The calls of a run.
pub(crate) fn steps(content: &Content) -> &[RunStep] {
    match content {
        Content::Run(run) => &run.steps,
        _ => &[],
    }
}

pub(crate) fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

pub(crate) fn call(id: &str, name: &str, input: Value) -> Value {
    let told = ["command", "file_path", "prompt"].iter().find_map(|it| input.get(*it));
    let mut call = json!({"type": "call", "id": id, "name": name, "hint": told});
    call["input"] = input;
    call
}

pub(crate) fn result(call: &str, failed: bool, content: &str) -> Value {
    json!({"type": "result", "call": call, "failed": failed, "output": content})
}
