//! The tables: which sessions there are, and the rows of one. A sub-agent's session belongs
//! to the one that started it.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use driftline_core::{BoxError, Value};
use rusqlite::{Connection, Row, params};
use serde::de::IgnoredAny;

use super::message;
use crate::{
    Name, Rank, Record, Sessions, Take, prose,
    tables::{each, number, require, text},
    time,
};

/// A longer text is not taken from the database, in bytes.
const LONGEST: i64 = 32 << 20;

/// How many sub-agents deep a session is looked for.
const DEEPEST: usize = 64;

/// The sessions that are nobody's sub-agents, with what changes whenever one of their rows,
/// or of their sub-agents' rows, does.
pub(super) fn sessions(database: &Connection) -> Result<Sessions, BoxError> {
    require(database, &["session", "message", "part"])?;
    let mut parents = HashMap::new();
    let mut changes: HashMap<String, i64> = HashMap::new();
    each(database, "SELECT id, parent_id FROM session", [], |row| {
        parents.insert(text(row, 0), Some(text(row, 1)).filter(|it| !it.is_empty()));
    })?;
    for (table, session) in [("session", "id"), ("message", "session_id"), ("part", "session_id")] {
        let query = format!(
            "SELECT {session}, max(CAST(time_updated AS INTEGER)), count(*) FROM {table} GROUP BY 1"
        );
        each(database, &query, [], |row| {
            let (last, rows) = (number(row, 1), number(row, 2));
            let changed = changes.entry(text(row, 0)).or_default();
            // The session's own time stands still when its program is killed.
            *changed = changed.wrapping_mul(31).wrapping_add(last).wrapping_add(rows << 48);
        })?;
    }
    let mut roots: HashMap<String, i64> = HashMap::new();
    for session in parents.keys() {
        let changed = changes.get(session).copied().unwrap_or_default();
        let root = roots.entry(root(&parents, session).to_owned()).or_default();
        *root = root.wrapping_add(changed);
    }
    let mut all: Vec<_> = roots.into_iter().collect();
    all.sort();
    Ok(all)
}

/// The session that started the one that started this one, and so on.
fn root<'a>(parents: &'a HashMap<String, Option<String>>, session: &'a str) -> &'a str {
    let mut at = session;
    for _ in 0..DEEPEST {
        match parents.get(at) {
            Some(Some(parent)) => at = parent,
            _ => break,
        }
    }
    at
}

/// The records of a session and of its sub-agents.
pub(super) fn records(
    database: &Connection,
    session: &str,
    take: &mut Take<'_>,
) -> Result<(), BoxError> {
    let mut seen = HashSet::from([session.to_owned()]);
    let mut waiting = vec![session.to_owned()];
    let mut children = database.prepare("SELECT id FROM session WHERE parent_id = ?1")?;
    while let Some(one) = waiting.pop() {
        if one == session && facts(database, session)?.into_iter().any(|it| take(it).is_break()) {
            return Ok(());
        }
        if messages(database, session, &one, take)?.is_break() {
            return Ok(());
        }
        let mut rows = children.query([&one])?;
        while let Some(row) = rows.next()? {
            let child = text(row, 0);
            if seen.insert(child.clone()) {
                waiting.push(child);
            }
        }
    }
    Ok(())
}

/// What the session's own row says: when and where it began, and what it is called now.
fn facts(database: &Connection, session: &str) -> rusqlite::Result<Vec<Record>> {
    let query = "SELECT directory, title, time_created, time_updated FROM session WHERE id = ?1";
    let mut all = Vec::new();
    let mut rows = database.prepare(query)?;
    let mut rows = rows.query([session])?;
    while let Some(row) = rows.next()? {
        let of = |kind: &str, column| Record {
            kind: kind.to_owned(),
            session: Some(session.to_owned()),
            time: Some(time::clamp(number(row, column))),
            ..Record::default()
        };
        let cwd = Some(text(row, 0)).filter(|it| !it.is_empty());
        all.push(Record { cwd, ..of("session", 2) });
        if let Some(text) = title(&text(row, 1)) {
            let name = Some(Name { rank: Rank::Title, text, leaf: None });
            all.push(Record { name, ..of("title", 3) });
        }
    }
    Ok(all)
}

/// A title that tells something: a session has one before the agent made it.
fn title(text: &str) -> Option<String> {
    let first = ["New session - ", "Child session - "];
    if first.iter().any(|it| text.starts_with(it)) { None } else { prose::title(text) }
}

/// The messages of session `one`, which is `session` or a sub-agent of it.
fn messages(
    database: &Connection,
    session: &str,
    one: &str,
    take: &mut Take<'_>,
) -> rusqlite::Result<ControlFlow<()>> {
    let bounded = format!("CASE WHEN octet_length(data) <= {LONGEST} THEN data END");
    let mut rows = database.prepare_cached(&format!(
        "SELECT id, time_created, {bounded} FROM message WHERE session_id = ?1 \
         ORDER BY time_created, id"
    ))?;
    let mut parts = database.prepare_cached(&format!(
        "SELECT id, time_created, {bounded} FROM part WHERE message_id = ?1 ORDER BY id"
    ))?;
    let mut rows = rows.query(params![one])?;
    while let Some(row) = rows.next()? {
        let stored = stored(row);
        let mut own = Vec::new();
        let mut found = parts.query(params![stored.id])?;
        while let Some(row) = found.next()? {
            own.push(self::stored(row));
        }
        let agent = (one != session).then_some(one);
        for record in message::records(&stored, own, session, agent) {
            if take(record).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// A row that holds its content as JSON.
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) time: i64,
    pub(super) data: String,
}

impl Stored {
    /// All of it and of its parts, as JSON.
    pub(super) fn raw_with(&self, parts: &[Self]) -> String {
        let mut raw = self.open();
        if !parts.is_empty() {
            let parts: Vec<_> = parts.iter().map(Self::raw).collect();
            raw.push_str(&format!(r#","parts":[{}]"#, parts.join(",")));
        }
        raw.push('}');
        raw
    }

    /// All of it, as JSON.
    pub(super) fn raw(&self) -> String {
        self.open() + "}"
    }

    fn open(&self) -> String {
        let quoted = |it: &str| Value::from(it).to_string();
        let valid = serde_json::from_str::<IgnoredAny>(&self.data).is_ok();
        let data = if valid { Cow::from(&self.data) } else { quoted(&self.data).into() };
        let id = quoted(&self.id);
        format!(r#"{{"id":{id},"time_created":{},"data":{data}"#, self.time)
    }
}

fn stored(row: &Row<'_>) -> Stored {
    Stored { id: text(row, 0), time: number(row, 1), data: text(row, 2) }
}
