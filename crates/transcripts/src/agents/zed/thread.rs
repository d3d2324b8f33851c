//! A thread: what it is, and what was said in it. Only a person's messages have ids; what the
//! agent said to one is named by it. Messages have no times, and follow each other.

use driftline_core::{Millis, Value};
use driftline_messages::block;

use super::{content, older};
use crate::{
    Kept, Name, Object, Rank, Record, Role,
    fields::{object, text},
    prose, time,
};

/// The records of a thread of which the table says `facts`.
pub(super) fn records(facts: Record, updated: Option<Millis>, document: Value) -> Vec<Record> {
    let Value::Object(mut document) = document else { return vec![facts] };
    let messages = document.remove("messages");
    let base = Record { time: None, cwd: None, kind: "message".into(), ..facts.clone() };
    let mut all = vec![began(facts, &document)];
    let model = object(&mut document, "model").and_then(|mut it| text(&mut it, "model"));
    all.extend(model.map(|model| Record {
        kind: "model".into(),
        time: updated,
        model: Some(model),
        ..base.clone()
    }));
    let mut said = Said { base, asked: "start".into(), answers: 0, last: None, named: false };
    if let Some(Value::Array(messages)) = messages {
        all.extend(messages.into_iter().flat_map(|it| said.take(it)));
    }
    all
}

/// When and where a thread began.
fn began(mut facts: Record, document: &Object) -> Record {
    let Some(snapshot) = document.get("initial_project_snapshot") else { return facts };
    let time = snapshot.get("timestamp").and_then(Value::as_str);
    facts.time = time.and_then(time::parse).or(facts.time);
    let tree = snapshot.get("worktree_snapshots").and_then(|it| it.get(0));
    let word = |it: Option<&Value>| it.and_then(Value::as_str).map(str::to_owned);
    facts.cwd = facts.cwd.or_else(|| word(tree?.get("worktree_path")));
    facts.git_branch = word(tree.and_then(|it| it.get("git_state")?.get("current_branch")));
    facts
}

/// Messages in order.
pub(super) struct Said {
    base: Record,
    /// The name of the person's last message, and how many others followed it.
    asked: String,
    answers: u64,
    /// The name of the message before.
    last: Option<String>,
    /// Whether a prompt names the thread: with no times, none is the first by itself.
    named: bool,
}

impl Said {
    fn take(&mut self, message: Value) -> Vec<Record> {
        let raw = message.to_string();
        let Value::Object(mut message) = message else { return Vec::new() };
        if message.contains_key("role") {
            return older::records(self, message, &raw);
        }
        if let Some(mut user) = object(&mut message, "User") {
            self.asked = text(&mut user, "id").unwrap_or_else(|| format!("{}:user", self.asked));
            self.answers = 0;
            let blocks = content::asked(user.remove("content").unwrap_or_default());
            let name = self.asked.clone();
            return self.row(name, Role::User, blocks, &raw).into_iter().collect();
        }
        self.answers += 1;
        let name = format!("{}:{}", self.asked, self.answers);
        if let Some(mut agent) = object(&mut message, "Agent") {
            let blocks = content::said(agent.remove("content").unwrap_or_default());
            let answers = content::results(agent.remove("tool_results").unwrap_or_default());
            let own = self.row(name.clone(), Role::Assistant, blocks, &raw);
            let tool = self.row(format!("{name}:result"), Role::Tool, answers, &raw);
            return own.into_iter().chain(tool).collect();
        }
        let (role, blocks) = match object(&mut message, "Compaction") {
            Some(mut it) => match text(&mut it, "Summary") {
                Some(summary) => (Role::Summary, vec![block::text(summary)]),
                None => (Role::System, vec![block::notice("compaction", Value::Null)]),
            },
            None => {
                let kind = message.keys().next().cloned().unwrap_or_else(|| "no type".into());
                (Role::Other, vec![block::other(&kind, Value::Object(message))])
            }
        };
        self.row(name, role, blocks, &raw).into_iter().collect()
    }

    /// What is said next, unless it is nothing.
    pub(super) fn row(
        &mut self,
        name: String,
        role: Role,
        blocks: Vec<Value>,
        raw: &str,
    ) -> Option<Record> {
        if blocks.is_empty() {
            return None;
        }
        let mut kept = Kept::of(role, blocks);
        // It may still come.
        kept.message.finished = role == Role::User;
        kept.parent = self.last.replace(name.clone());
        kept.external_id = Some(name);
        let mut record = Record { raw: Some(raw.to_owned()), ..self.base.clone() };
        if role == Role::User {
            kept.prompt = self.base.agent.is_none().then_some(true);
            let rank = if kept.prompt.is_some() { Rank::Prompt } else { Rank::Task };
            let headline = prose::headline(&kept.blocks).filter(|_| !self.named);
            self.named |= headline.is_some();
            record.name = headline.map(|text| Name { rank, text, leaf: None });
        }
        if role == Role::Meta {
            kept.prompt = Some(false);
        }
        record.kept = Some(Box::new(kept));
        Some(record)
    }
}
