//! Back into opencode: it keeps sessions in a database, and takes in a document of its own
//! form (`opencode import`). A session is of one directory there, and cannot go on in another
//! one: a copy under other names can. Messages and their parts are ordered by their names.

mod names;

use std::collections::BTreeMap;

use driftline_core::{Millis, Value};
use rusqlite::OptionalExtension as _;
use serde_json::json;

use self::names::Names;
use super::super::{
    Again, Import, Lost, Plan, Source, Target, Writer,
    kept::{self, Kept},
    talk::{self, Part, Turn, Voice},
};
use crate::{Result, read::look, time::clamp};

const TOOL: &str = "opencode";

/// The version whose form this is.
const VERSION: &str = "1.18.33";

const AGAIN: Again = Again { tool: TOOL, program: "opencode", words: &["--session"] };

inventory::submit! {
    Writer {
        again: AGAIN,
        name: "opencode",
        store: |home| home.join(".local/share/opencode"),
        plan,
    }
}

fn plan(source: &Source, target: &Target<'_>) -> Result<Plan> {
    let kept = kept::kept(source, TOOL);
    let plan = match kept.and_then(|it| Some((stored(&it)?, it))) {
        Some((messages, kept)) => as_kept(source, &kept, messages, target)?,
        None => {
            let mut plan = anew(source, target);
            if folder_of(target, &plan.session)?.is_some() {
                plan.import = None;
            }
            plan
        }
    };
    Ok(Plan { resume: AGAIN.arguments(&plan.session), ..plan })
}

/// The directory of a session that is in the database.
fn folder_of(target: &Target<'_>, session: &str) -> Result<Option<String>> {
    look(TOOL, target.store, |database| {
        let query = "SELECT CAST(directory AS TEXT) FROM session WHERE id = ?1";
        Ok(database.query_row(query, [session], |row| row.get(0)).optional()?)
    })
}

/// A message, and its parts.
type Stored = (Value, Vec<Value>);

/// What the agent stored, message by message. None: something of it is of another form.
fn stored(kept: &Kept<'_>) -> Option<Vec<Stored>> {
    let mut messages: BTreeMap<String, Stored> = BTreeMap::new();
    for record in &kept.main {
        let stored: Value = serde_json::from_str(record.raw).ok()?;
        let id = stored.get("id")?.as_str()?;
        // An answer of a tool has a row of its own, which names its message.
        let answer = record.message.role.as_deref() == Some("tool");
        let message = if answer { record.message.parent.as_deref()? } else { id };
        let (info, parts) = messages.entry(message.to_owned()).or_default();
        let own = stored.get("parts").and_then(Value::as_array).into_iter().flatten();
        for part in own.chain(answer.then_some(&stored)) {
            let mut data = named(part, kept.session)?;
            data["messageID"] = message.into();
            parts.push(data);
        }
        if !answer {
            *info = named(&stored, kept.session)?;
        }
    }
    let mut all: Vec<_> = messages.into_values().collect();
    all.retain(|it| it.0.is_object());
    all.sort_by_key(|(info, _)| info.get("time").and_then(|it| it.get("created")?.as_i64()));
    let name = |it: &Value| it.get("id").and_then(Value::as_str).map(str::to_owned);
    all.iter_mut().for_each(|(_, parts)| parts.sort_by_key(name));
    Some(all)
}

/// A row as it is in a document.
fn named(row: &Value, session: &str) -> Option<Value> {
    let mut data = row.get("data").filter(|it| it.is_object())?.clone();
    data["id"] = row.get("id")?.clone();
    data["sessionID"] = session.into();
    Some(data)
}

fn as_kept(
    source: &Source,
    kept: &Kept<'_>,
    mut messages: Vec<Stored>,
    target: &Target<'_>,
) -> Result<Plan> {
    let mut session = kept.session.to_owned();
    let mut is_there = false;
    match folder_of(target, &session)? {
        None => (),
        Some(it) if it == target.folder => is_there = true,
        Some(_) => {
            session = Names::of(source, target).copy(kept.session, &mut messages);
            is_there = folder_of(target, &session)?.is_some();
        }
    }
    let times = || kept.main.iter().filter_map(|it| it.message.created_at).map(|it| clamp(it.0));
    let span = (times().min().unwrap_or(0), times().max().unwrap_or(0));
    let of_agents: usize = kept.agents.values().map(Vec::len).sum();
    let import = document(&session, source, span, target, messages);
    Ok(Plan {
        session,
        is_kept: true,
        import: (!is_there).then_some(import),
        lost: (of_agents > 0).then_some(Lost::OfAgents(of_agents)).into_iter().collect(),
        ..Plan::default()
    })
}

fn document(
    session: &str,
    source: &Source,
    (created, updated): (Millis, Millis),
    target: &Target<'_>,
    messages: Vec<Stored>,
) -> Import {
    let title = source.name.as_deref().unwrap_or("Resumed session");
    let messages = messages.into_iter().map(|(info, parts)| json!({"info": info, "parts": parts}));
    let document = json!({
        "info": {
            "id": session, "slug": "resumed", "projectID": "global", "directory": target.folder,
            "title": title, "version": VERSION, "time": {"created": created, "updated": updated},
        },
        "messages": messages.collect::<Vec<_>>(),
    });
    Import { arguments: vec!["import".into()], document: document.to_string() }
}

fn anew(source: &Source, target: &Target<'_>) -> Plan {
    let talk = talk::talk(source);
    let names = Names::of(source, target);
    let session = names.name("ses", 1);
    let mut messages = Vec::new();
    let (mut part, mut asked) = (0, String::new());
    for (nth, turn) in talk.turns.iter().enumerate() {
        let id = names.name("msg", nth + 1);
        let mut parts = Vec::new();
        for it in &turn.parts {
            part += 1;
            let mut data = self::part(turn, it);
            data["id"] = names.name("prt", part).into();
            data["messageID"] = id.as_str().into();
            data["sessionID"] = session.as_str().into();
            parts.push(data);
        }
        let mut info = info(turn, &asked, target.folder);
        info["id"] = id.as_str().into();
        info["sessionID"] = session.as_str().into();
        if turn.voice != Voice::Agent {
            asked = id;
        }
        messages.push((info, parts));
    }
    let import = Some(document(&session, source, talk.span(), target, messages));
    Plan { session, import, lost: talk.lost, ..Plan::default() }
}

fn info(turn: &Turn<'_>, asked: &str, folder: &str) -> Value {
    if turn.voice != Voice::Agent {
        return json!({
            "role": "user", "time": {"created": turn.at}, "agent": "build",
            "model": {"providerID": "driftline", "modelID": "driftline"},
        });
    }
    json!({
        "role": "assistant", "time": {"created": turn.at, "completed": turn.at},
        "parentID": asked, "modelID": "driftline", "providerID": "driftline", "mode": "build",
        "agent": "build", "path": {"cwd": folder, "root": folder}, "cost": 0, "finish": "stop",
        "tokens": {"input": 0, "output": 0, "reasoning": 0, "cache": {"read": 0, "write": 0}},
    })
}

fn part(turn: &Turn<'_>, part: &Part<'_>) -> Value {
    match part {
        Part::Text(text) if turn.voice == Voice::Summary => {
            json!({"type": "text", "text": format!("{}{text}", talk::SUMMARY)})
        }
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Image { media_type, data } => {
            let url = format!("data:{media_type};base64,{data}");
            json!({"type": "file", "mime": media_type, "url": url})
        }
    }
}
