//! The records of a session that this device keeps as the agent wrote them.

use std::collections::{BTreeMap, HashSet};

use driftline_core::Value;
use driftline_messages::Message;

use super::{Line, Source};

/// The longest name of a session that is used as one.
const LONGEST: usize = 128;

/// Roles of records without which a session can go on.
const SPARED: &[&str] = &["system", "other"];

/// The records of a session.
pub(super) struct Kept<'a> {
    /// The agent's name of it.
    pub(super) session: &'a str,
    /// Those of the main conversation, in the order of the transcript.
    pub(super) main: Vec<Record<'a>>,
    /// Those of each sub-agent.
    pub(super) agents: BTreeMap<&'a str, Vec<Record<'a>>>,
}

/// A record.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    /// What the agent wrote.
    pub(super) raw: &'a str,
    /// What was made of it.
    pub(super) message: &'a Message,
}

/// The records of `source`, if it is a session of `tool` and this device has all that make
/// the conversation.
pub(super) fn kept<'a>(source: &'a Source, tool: &str) -> Option<Kept<'a>> {
    let session = source.external_id.as_deref().filter(|it| is_name(it))?;
    if source.tool.as_deref() != Some(tool) {
        return None;
    }
    let all = in_order(source);
    let mut kept = Kept { session, main: Vec::new(), agents: BTreeMap::new() };
    for message in all {
        let role = message.role.as_deref().unwrap_or_default();
        if role == "other" {
            continue;
        }
        let raw = match message.raw.as_deref() {
            // It stands in the record before it.
            Some("") => continue,
            Some(raw) if is_record(raw) => raw,
            _ if SPARED.contains(&role) || message.agent.is_some() => continue,
            _ => return None,
        };
        let record = Record { raw, message };
        match message.agent.as_deref() {
            Some(agent) => kept.agents.entry(agent).or_default().push(record),
            None => kept.main.push(record),
        }
    }
    (!kept.main.is_empty()).then_some(kept)
}

/// The messages in the order of the transcript. Where two have one place, the session is of
/// several files, and time tells.
fn in_order(source: &Source) -> Vec<&Message> {
    let mut all: Vec<_> = source.messages.iter().map(|it| &it.1).collect();
    let mut seen = HashSet::new();
    let main = all.iter().filter(|it| it.agent.is_none());
    let is_one = main.filter_map(|it| it.position).all(|it| seen.insert(it));
    all.sort_by_key(|it| {
        let time = it.created_at.filter(|_| !is_one).map(|it| it.0);
        (time, it.position.unwrap_or(i64::MAX))
    });
    all
}

/// Whether a name can be used as that of a session: in a path and as an argument it is
/// itself and nothing else.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    (1..=LONGEST).contains(&name.len()) && !name.starts_with('-') && name.chars().all(plain)
}

fn is_record(raw: &str) -> bool {
    !raw.contains(['\n', '\r']) && serde_json::from_str::<Value>(raw).is_ok_and(|it| it.is_object())
}

/// The lines of `records`. An agent that goes from each record to the one it follows must
/// not come to one that is not kept: `bridge` makes one of that name, which follows the other.
/// `root` is a record that another one names otherwise: it stands before all that follow.
pub(super) fn bridged(
    records: &[Record<'_>],
    root: Option<&str>,
    bridge: impl Fn(&str, Option<&str>) -> Value,
) -> Vec<Line> {
    let mut lines = Vec::with_capacity(records.len());
    let names = || records.iter().flat_map(|it| [&it.message.external_id, &it.message.parent]);
    let root = root.filter(|root| names().all(|it| it.as_deref() != Some(root)));
    lines.extend(root.map(|it| Line::frame(bridge(it, None).to_string())));
    let mut written: HashSet<&str> = HashSet::new();
    let mut last = root;
    for Record { raw, message } in records {
        if let Some(parent) = message.parent.as_deref()
            && written.insert(parent)
        {
            lines.push(Line::frame(bridge(parent, last).to_string()));
        }
        lines.push(Line::must(*raw));
        if let Some(name) = message.external_id.as_deref() {
            written.insert(name);
            last = Some(name);
        }
    }
    lines
}
