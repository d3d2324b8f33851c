//! The keys: `composerData:ID` is a conversation, `bubbleId:ID:MESSAGE` a message of it. A
//! sub-agent's conversation belongs to the one that started it.

use std::collections::{HashMap, HashSet};

use driftline_core::{BoxError, Millis, Value};
use rusqlite::{Connection, OptionalExtension};

use super::bubble::{Bubble, records as of_bubble};
use crate::{
    Name, Object, Rank, Record, Sessions, Take,
    fields::{object, text},
    hash::hash64,
    prose, read,
    tables::{self, each, require, root},
    time,
};

/// A longer value is not taken from the database, in bytes, nor are more values in one.
const LONGEST: i64 = 32 << 20;
const MOST: usize = 500_000;

/// A longer conversation is of before there were sub-agents: its messages are in it.
const WITH_AGENTS: i64 = 4 << 20;

/// Stands for a model that the person did not choose.
const UNCHOSEN: &str = "default";

/// The conversations that are nobody's sub-agents. Whether one changed is told by how many
/// messages it has and how long its values are, which is known without reading them.
pub(super) fn all(database: &Connection) -> Result<Sessions, BoxError> {
    require(database, &["cursorDiskKV"])?;
    let mut found: HashMap<String, u64> = HashMap::new();
    for kind in ["composerData", "bubbleId"] {
        let query = "SELECT key, octet_length(value) FROM cursorDiskKV WHERE key >= ?1 || ':' AND \
                     key < ?1 || ';'";
        each(database, query, [kind], |row| {
            let key = tables::text(row, 0);
            let mut names = key.split(':').skip(1);
            let Some(composer) = names.next().filter(|it| !it.is_empty()) else { return };
            if kind == "bubbleId" && !found.contains_key(composer) {
                return;
            }
            let length = tables::number(row, 1).to_string();
            let sum = found.entry(composer.to_owned()).or_default();
            *sum = sum.wrapping_add(hash64(&[&key, &length]));
        })?;
    }
    let parents = parents(database)?;
    let above = |it: &str| {
        let parent = parents.get(it)?;
        found.get_key_value(parent).map(|it| it.0.as_str())
    };
    let mut roots: HashMap<&str, u64> = HashMap::new();
    for (composer, sum) in &found {
        let all = roots.entry(root(above, composer)).or_default();
        *all = all.wrapping_add(*sum);
    }
    let mut all: Vec<_> =
        roots.into_iter().map(|(id, sum)| (id.to_owned(), sum.cast_signed())).collect();
    all.sort();
    Ok(all)
}

/// Which conversation started a sub-agent's, by the latter.
fn parents(database: &Connection) -> Result<HashMap<String, String>, BoxError> {
    let query = "SELECT value FROM cursorDiskKV WHERE key >= 'composerData:' AND key < \
                 'composerData;' AND octet_length(value) <= ?1 AND \
                 instr(value, '\"subagentComposerIds\":[\"') > 0";
    let mut all = HashMap::new();
    each(database, query, [WITH_AGENTS], |row| {
        let Ok(Value::Object(mut data)) = read::json(&tables::text(row, 0), MOST) else { return };
        let Some(parent) = text(&mut data, "composerId") else { return };
        for child in agents(&data) {
            all.insert(child, parent.clone());
        }
    })?;
    Ok(all)
}

fn agents(data: &Object) -> Vec<String> {
    let all = data.get("subagentComposerIds").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

/// The records of a conversation and of its sub-agents.
pub(super) fn records(
    database: &Connection,
    session: &str,
    take: &mut Take<'_>,
) -> Result<(), BoxError> {
    let mut seen = HashSet::from([session.to_owned()]);
    let mut waiting = vec![session.to_owned()];
    while let Some(one) = waiting.pop() {
        let Some(value) = value(database, &format!("composerData:{one}"))? else { continue };
        let Ok(Value::Object(mut data)) = read::json(&value, MOST) else { continue };
        let agent = (one != session).then(|| one.clone());
        let base = Record { session: Some(session.to_owned()), agent, ..Record::default() };
        let generating = data.remove("generatingBubbleIds").unwrap_or_default();
        let comes = |id: &str| generating.as_array().is_some_and(|it| it.iter().any(|it| it == id));
        let (mut last, mut said) = (None, false);
        for it in messages(&mut data) {
            let bubble = match it {
                Listed::Here(bubble) => Bubble::of(bubble),
                Listed::Named(id) => {
                    let found = self::value(database, &format!("bubbleId:{one}:{id}"))?;
                    found.and_then(|it| Bubble::parse(&it, MOST))
                }
            };
            let Some(bubble) = bubble else { continue };
            // A conversation in which nothing was said yet is none.
            if !std::mem::replace(&mut said, true)
                && facts(&base, &mut data).into_iter().any(|it| take(it).is_break())
            {
                return Ok(());
            }
            let finished = !comes(&bubble.id);
            if of_bubble(&base, bubble, finished, &mut last)
                .into_iter()
                .any(|it| take(it).is_break())
            {
                return Ok(());
            }
        }
        waiting.extend(agents(&data).into_iter().rev().filter(|it| seen.insert(it.clone())));
    }
    Ok(())
}

/// A message that a conversation lists.
enum Listed {
    Named(String),
    /// As it was once: the message itself.
    Here(Value),
}

fn messages(data: &mut Object) -> Vec<Listed> {
    let list = |data: &mut Object, field: &str| match data.remove(field) {
        Some(Value::Array(all)) => all,
        _ => Vec::new(),
    };
    let headers = list(data, "fullConversationHeadersOnly");
    if headers.is_empty() {
        return list(data, "conversation").into_iter().map(Listed::Here).collect();
    }
    let name = |it: Value| Some(Listed::Named(it.get("bubbleId")?.as_str()?.to_owned()));
    headers.into_iter().filter_map(name).collect()
}

fn facts(base: &Record, data: &mut Object) -> Vec<Record> {
    let millis = |field: &str| -> Option<Millis> { data.get(field)?.as_i64().map(time::clamp) };
    let (created, updated) = (millis("createdAt"), millis("lastUpdatedAt"));
    let identifier = object(data, "workspaceIdentifier");
    let folder =
        identifier.and_then(|it| it.get("uri")?.get("fsPath")?.as_str().map(str::to_owned));
    let model = object(data, "modelConfig").and_then(|mut it| text(&mut it, "modelName"));
    let model = model.filter(|it| it != UNCHOSEN);
    let title = text(data, "name").filter(|_| base.agent.is_none());
    let name = title.and_then(|it| prose::title(&it));
    let began = Record { kind: "composer".into(), time: created, cwd: folder, ..base.clone() };
    let named = Record {
        kind: "title".into(),
        time: updated.or(created),
        model,
        name: name.map(|text| Name { rank: Rank::Title, text, leaf: None }),
        ..base.clone()
    };
    vec![began, named]
}

fn value(database: &Connection, key: &str) -> Result<Option<String>, BoxError> {
    let query = format!(
        "SELECT CASE WHEN octet_length(value) <= {LONGEST} THEN value END FROM cursorDiskKV WHERE \
         key = ?1"
    );
    let mut query = database.prepare_cached(&query)?;
    Ok(query.query_row([key], |row| Ok(tables::some(row, 0))).optional()?.flatten())
}
