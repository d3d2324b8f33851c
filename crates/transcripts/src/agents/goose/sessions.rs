//! The tables: which sessions there are, and the messages of one. A sub-agent's session
//! belongs to the one that started it.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use driftline_core::{BoxError, Value};
use rusqlite::Connection;

use super::{is_older, message};
use crate::{
    Name, Object, Rank, Record, Sessions, Take,
    fields::is_type,
    hash::hash64,
    prose, read,
    tables::{each, number, optional, require, root, some, text},
    time,
};

/// A longer text is not taken from the database, in bytes, nor are more values in one.
const LONGEST: i64 = 32 << 20;
const MOST: usize = 100_000;

/// What Goose calls a session until something is said in it.
const UNNAMED: &[&str] = &["CLI Session", "ACP Session", "New session", "New Chat", "New chat"];

/// What stands between Goose's id of a session and when it began.
const SINCE: char = '@';

/// A session's row.
struct Session {
    kind: String,
    parent: Option<String>,
    created: String,
    /// Another number whenever something in it changed.
    changed: u64,
}

impl Session {
    /// Its name: today's ids are a day and a number, so every machine has the same ones.
    fn name(&self, id: &str) -> String {
        match time::parse(&self.created) {
            Some(since) if !is_older(id) => format!("{id}{SINCE}{since}"),
            _ => id.to_owned(),
        }
    }
}

/// The sessions that are nobody's sub-agents.
pub(super) fn all(database: &Connection) -> Result<Sessions, BoxError> {
    let sessions = table(database)?;
    let mut roots: HashMap<&str, u64> = HashMap::new();
    for (id, session) in &sessions {
        let root = root(
            |it| sessions.get_key_value(sessions.get(it)?.parent.as_ref()?).map(|it| it.0.as_str()),
            id,
        );
        let changed = roots.entry(root).or_default();
        *changed = changed.wrapping_add(session.changed);
    }
    let mut all: Vec<_> = Vec::new();
    for (id, changed) in roots {
        // What the person asked Goose not to keep, and its own asides.
        let shown = sessions.get(id).filter(|it| it.kind != "hidden");
        all.extend(shown.map(|it| (it.name(id), changed.cast_signed())));
    }
    all.sort();
    Ok(all)
}

fn table(database: &Connection) -> Result<HashMap<String, Session>, BoxError> {
    require(database, &["sessions", "messages"])?;
    let column = |it| optional(database, "sessions", it);
    let (kind, parent) = (column("session_type")?, column("parent_session_id")?);
    let name = column("name")?;
    let mut all = HashMap::new();
    let query =
        format!("SELECT id, {kind}, {parent}, created_at, updated_at, {name} FROM sessions");
    each(database, &query, [], |row| {
        let session = Session {
            kind: text(row, 1),
            parent: some(row, 2),
            created: text(row, 3),
            changed: hash64(&[&text(row, 0), &text(row, 4), &text(row, 5)]),
        };
        all.insert(text(row, 0), session);
    })?;
    let query = "SELECT session_id, max(id), count(*) FROM messages GROUP BY 1";
    each(database, query, [], |row| {
        if let Some(session) = all.get_mut(&text(row, 0)) {
            let [last, rows] = [1, 2].map(|it| number(row, it).to_string());
            session.changed = hash64(&[&session.changed.to_string(), &last, &rows]);
        }
    })?;
    Ok(all)
}

/// The records of a session and of its sub-agents.
pub(super) fn records(
    database: &Connection,
    session: &str,
    take: &mut Take<'_>,
) -> Result<(), BoxError> {
    let id = session.split(SINCE).next().unwrap_or_default();
    let id = if is_older(id) { session } else { id };
    let parent = optional(database, "sessions", "parent_session_id")?;
    let mut seen = HashSet::from([id.to_owned()]);
    let mut waiting = vec![id.to_owned()];
    while let Some(one) = waiting.pop() {
        let agent = (one != id).then(|| one.clone());
        let base = Record { session: Some(session.to_owned()), agent, ..Record::default() };
        let (facts, prompt) = facts(database, &one, &base)?;
        if base.agent.is_none() && facts.into_iter().any(|it| take(it).is_break()) {
            return Ok(());
        }
        if messages(database, &one, &base, prompt, take)?.is_break() {
            return Ok(());
        }
        let query = format!("SELECT id FROM sessions WHERE {parent} = ?1 ORDER BY id DESC");
        each(database, &query, [&one], |row| {
            let child = text(row, 0);
            if seen.insert(child.clone()) {
                waiting.push(child);
            }
        })?;
    }
    Ok(())
}

/// What a session's own row says, and whether a person types its prompts.
fn facts(
    database: &Connection,
    id: &str,
    base: &Record,
) -> Result<(Vec<Record>, Option<bool>), BoxError> {
    let columns = ["name", "user_set_name", "session_type", "model_config_json", "description"];
    let columns: Result<Vec<_>, _> =
        columns.iter().map(|it| optional(database, "sessions", it)).collect();
    let query = format!(
        "SELECT working_dir, created_at, updated_at, {} FROM sessions WHERE id = ?1",
        columns?.join(", ")
    );
    let (mut all, mut prompt) = (Vec::new(), Some(true));
    each(database, &query, [id], |row| {
        let of = |kind: &str, column: usize| Record {
            kind: kind.to_owned(),
            time: time::parse(&text(row, column)),
            ..base.clone()
        };
        let config = serde_json::from_str::<Value>(&text(row, 6)).unwrap_or_default();
        let model = config.get("model_name").and_then(Value::as_str).map(str::to_owned);
        all.push(Record { cwd: some(row, 0), model, ..of("session", 1) });
        let given = number(row, 4) != 0;
        let title = some(row, 3).or_else(|| some(row, 7));
        let title = title.filter(|it| given || !UNNAMED.iter().any(|one| it.starts_with(one)));
        if let Some(text) = title.and_then(|it| prose::title(&it)) {
            let rank = if given { Rank::Custom } else { Rank::Title };
            all.push(Record { name: Some(Name { rank, text, leaf: None }), ..of("title", 2) });
        }
        if matches!(text(row, 5).as_str(), "sub_agent" | "scheduled") {
            prompt = None;
        }
    })?;
    Ok((all, prompt))
}

/// The messages of a session. Rows of one id, as answers are written while they come, are
/// one message.
fn messages(
    database: &Connection,
    id: &str,
    base: &Record,
    prompt: Option<bool>,
    take: &mut Take<'_>,
) -> Result<ControlFlow<()>, BoxError> {
    let name = optional(database, "messages", "message_id")?;
    let metadata = optional(database, "messages", "metadata_json")?;
    let query = format!(
        "SELECT {name}, role, created_timestamp, {metadata}, \
         CASE WHEN octet_length(content_json) <= {LONGEST} THEN content_json END \
         FROM messages WHERE session_id = ?1 ORDER BY created_timestamp, id"
    );
    let mut rows = database.prepare(&query)?;
    let mut rows = rows.query([id])?;
    let (mut last, mut length): (Option<Object>, usize) = (None, 0);
    let mut hand_over = |it: Object| {
        let records = message::records(base.clone(), it, prompt, is_older(id));
        records.into_iter().try_for_each(&mut *take)
    };
    while let Some(row) = rows.next()? {
        let mut now = Object::new();
        now.extend(some(row, 0).map(|it| ("id".to_owned(), it.into())));
        now.insert("role".into(), text(row, 1).into());
        now.insert("created".into(), number(row, 2).into());
        let metadata = serde_json::from_str::<Value>(&text(row, 3)).unwrap_or_default();
        now.insert("metadata".into(), metadata);
        let content = text(row, 4);
        let same =
            |it: &Object| ["id", "role"].iter().all(|field| it.get(*field) == now.get(*field));
        length = length.saturating_add(content.len());
        let fits = i64::try_from(length).is_ok_and(|it| it <= LONGEST);
        let goes_on = |it: &&mut Object| it.contains_key("id") && same(it) && fits;
        let parsed = read::json(&content, MOST).unwrap_or_default();
        if let Some(before) = last.as_mut().filter(goes_on) {
            append(before, parsed);
            continue;
        }
        length = content.len();
        now.insert("content".into(), parsed);
        if let Some(before) = last.replace(now)
            && hand_over(before).is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(last.map_or(ControlFlow::Continue(()), hand_over))
}

/// Adds content to a message. A text that goes on is one text.
fn append(message: &mut Object, more: Value) {
    let (Some(Value::Array(content)), Value::Array(more)) = (message.get_mut("content"), more)
    else {
        return;
    };
    for part in more {
        let last = content.last_mut().filter(|it| is_type(it, "text"));
        let last = last.and_then(|it| it.get_mut("text"));
        match (last, part.get("text").and_then(Value::as_str)) {
            (Some(Value::String(last)), Some(more)) if is_type(&part, "text") => {
                last.push_str(more);
            }
            _ => content.push(part),
        }
    }
}
