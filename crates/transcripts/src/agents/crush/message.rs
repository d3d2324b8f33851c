//! A message with its parts, which is one row.

use std::borrow::Cow;

use driftline_core::{Millis, Value};
use driftline_messages::block;
use serde::de::IgnoredAny;

use super::part::Part;
use crate::{Kept, Message, Name, Rank, Record, Role, prose, read};

/// The most values that a message may hold.
const MOST: usize = 100_000;

/// The longest text that is kept though it is broken, in bytes.
const BROKEN: usize = 4_096;

/// A row of the table.
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) role: String,
    pub(super) time: Millis,
    pub(super) model: Option<String>,
    pub(super) is_summary: bool,
    /// JSON: a list of `{type, data}`.
    pub(super) parts: String,
}

/// The record of a message in `session`; `agent` is the sub-agent's session that it is in.
pub(super) fn record(stored: Stored, session: &str, agent: Option<&str>) -> Record {
    let said = Said::of(&stored.parts);
    let mut record = Record {
        kind: stored.role.clone(),
        session: Some(session.to_owned()),
        time: Some(stored.time),
        cwd: said.folder,
        agent: agent.map(str::to_owned),
        raw: Some(stored.raw()),
        ..Record::default()
    };
    let mut blocks = said.blocks;
    let (role, prompt) = match stored.role.as_str() {
        "assistant" if stored.is_summary => (Role::Summary, None),
        "assistant" => (Role::Assistant, None),
        "tool" => (Role::Tool, None),
        "user" if said.is_command => (Role::User, Some(false)),
        "user" => (Role::User, agent.is_none().then_some(true)),
        // What the program tells the model.
        "system" => return record,
        role => {
            blocks = vec![block::other(role, blocks.into())];
            (Role::Other, None)
        }
    };
    if role == Role::User && prompt != Some(false) {
        let rank = if agent.is_some() { Rank::Task } else { Rank::Prompt };
        record.name = prose::headline(&blocks).map(|text| Name { rank, text, leaf: None });
    }
    // An answer that is being written says nothing yet.
    if blocks.is_empty() {
        return record;
    }
    record.model = stored.model.filter(|_| stored.role == "assistant");
    let finished = said.ended || stored.role != "assistant";
    let message = Message { model: record.model.clone(), finished, ..Message::default() };
    record.kept = Some(Box::new(Kept {
        external_id: Some(stored.id),
        prompt,
        message,
        ..Kept::of(role, blocks)
    }));
    record
}

/// What the parts of a message say.
#[derive(Default)]
struct Said {
    blocks: Vec<Value>,
    /// The folder in which a tool ran.
    folder: Option<String>,
    /// Whether a person ran a command.
    is_command: bool,
    /// Whether it says how it ended.
    ended: bool,
}

impl Said {
    fn of(parts: &str) -> Self {
        let mut all = Self::default();
        let parts = match (read::json(parts, MOST), parts.len()) {
            (Ok(Value::Array(parts)), _) => parts,
            // What is far too much was not even taken from the database.
            (_, 1..=BROKEN) => {
                all.blocks.push(block::other("parts", parts.into()));
                return all;
            }
            _ => {
                all.blocks.push(block::notice("too_long", Value::Null));
                return all;
            }
        };
        for part in parts {
            let part = Part::of(part);
            all.blocks.extend(part.block);
            all.folder = all.folder.or(part.folder);
            all.is_command |= part.is_command;
            all.ended |= part.ends;
        }
        all
    }
}

impl Stored {
    /// All of it, as JSON.
    fn raw(&self) -> String {
        let quoted = |it: &str| Value::from(it).to_string();
        let valid = serde_json::from_str::<IgnoredAny>(&self.parts).is_ok();
        let parts = if valid { Cow::from(&self.parts) } else { quoted(&self.parts).into() };
        format!(
            r#"{{"id":{},"role":{},"created_at":{},"parts":{parts}}}"#,
            quoted(&self.id),
            quoted(&self.role),
            self.time
        )
    }
}
