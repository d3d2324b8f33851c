//! A transcript. Beside messages it holds what the program notes of the session, again
//! with every resumption, and then also what the model is told of all that was said: the
//! same messages under the same names, without their calls and with other times.

use std::{collections::HashSet, path::Path};

use driftline_core::Value;
use driftline_messages::block;
use serde_json::json;

use super::{message, places};
use crate::{
    Object, Record, Records,
    fields::{object, text},
    hash::key,
    parts,
    prose::title,
    record::{Kept, Message, Name, Rank, Role},
    time,
};

/// A transcript that is being read.
#[derive(Default)]
pub(super) struct Chat {
    /// The session in whose folder the file is.
    parent: Option<String>,
    session: Option<String>,
    agent: Option<String>,
    /// The messages that there were, and the calls whose answers stand with them.
    known: HashSet<u128>,
    answered: HashSet<u128>,
}

/// The records of a transcript as they once were: one document.
pub(super) fn document(file: &Path, document: Value) -> Vec<Record> {
    let Value::Object(document) = document else { return Vec::new() };
    let mut all = Chat::of(file).take(document);
    for record in &mut all {
        record.raw.get_or_insert_default();
    }
    all
}

impl Records for Chat {
    fn take(&mut self, mut line: Object) -> Vec<Record> {
        if let Some(message) = text(&mut line, "$rewindTo") {
            return vec![self.rewound(&message)];
        }
        if let Some(changed) = object(&mut line, "$set") {
            return self.facts("$set", changed);
        }
        if line.get("id").is_some_and(Value::is_string) {
            return self.message(line);
        }
        if line.get("sessionId").is_some_and(Value::is_string) {
            return self.facts("session", line);
        }
        vec![self.other(line)]
    }
}

impl Chat {
    pub(super) fn of(file: &Path) -> Self {
        Self { parent: places::parent(file), ..Self::default() }
    }

    fn record(&self, kind: &str) -> Record {
        let (session, agent) = (self.session.clone(), self.agent.clone());
        Record { kind: kind.to_owned(), session, agent, ..Record::default() }
    }

    /// What the program notes of the session, and the messages with it that nothing told
    /// before: what was appended says more.
    fn facts(&mut self, kind: &str, mut fields: Object) -> Vec<Record> {
        let is_agent = text(&mut fields, "kind").as_deref() == Some("subagent");
        let own = text(&mut fields, "sessionId");
        if self.session.is_none() {
            self.agent = own.clone().filter(|_| is_agent);
            self.session = self.parent.clone().filter(|_| is_agent).or(own);
        }
        let mut record = self.record(kind);
        record.time = text(&mut fields, "startTime").and_then(|it| time::parse(&it));
        let directories = fields.get("directories").and_then(|it| it.get(0)?.as_str());
        record.cwd = directories.filter(|it| !it.is_empty()).map(str::to_owned);
        let summary = text(&mut fields, "summary").filter(|_| self.agent.is_none());
        let name = |text| Name { rank: Rank::Summary, text, leaf: None };
        record.name = summary.and_then(|it| title(&it)).map(name);
        let mut all = vec![record];
        if let Some(Value::Array(messages)) = fields.remove("messages") {
            for message in messages {
                all.extend(self.listed(message));
            }
        }
        all
    }

    fn listed(&mut self, message: Value) -> Vec<Record> {
        let raw = message.to_string();
        let Value::Object(message) = message else { return Vec::new() };
        let id = message.get("id").and_then(Value::as_str);
        if id.is_some_and(|it| self.known.contains(&key(it))) {
            return Vec::new();
        }
        let mut all = self.message(message);
        if let Some(first) = all.first_mut() {
            first.raw = Some(raw);
        }
        all
    }

    fn message(&mut self, message: Object) -> Vec<Record> {
        if let Some(id) = message.get("id").and_then(Value::as_str) {
            self.known.insert(key(id));
        }
        let mut all = message::records(&self.record("message"), message);
        // Answers stand with the calls, and once more as the person's message.
        for record in &mut all {
            let Some(kept) = record.kept.take_if(|it| it.role == Role::Tool) else { continue };
            let calls: Vec<_> = parts::answered(&kept.blocks).map(key).collect();
            if record.kind == "user" && calls.iter().all(|it| self.answered.contains(it)) {
                continue;
            }
            if record.kind != "user" {
                self.answered.extend(calls);
            }
            record.kept = Some(kept);
        }
        all
    }

    fn rewound(&self, message: &str) -> Record {
        let blocks = vec![block::notice("rewind", json!({ "to": message }))];
        Record { kept: kept(Role::System, blocks), ..self.record("$rewindTo") }
    }

    fn other(&self, line: Object) -> Record {
        let kind = "(no type)";
        let blocks = vec![block::other(kind, Value::Object(line))];
        Record { kept: kept(Role::Other, blocks), ..self.record(kind) }
    }
}

fn kept(role: Role, blocks: Vec<Value>) -> Option<Box<Kept>> {
    Some(Box::new(Kept {
        external_id: None,
        role,
        blocks,
        parent: None,
        prompt: None,
        beside: Vec::new(),
        message: Message::default(),
    }))
}
