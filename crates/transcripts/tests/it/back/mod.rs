//! The way back into an agent: what is planned for it, written as planned, is read again by
//! its own reader.

mod again;
mod anew;
mod hostile;
mod kept;

use std::{collections::BTreeMap, fs, path::Path};

use driftline_core::{Id, Timestamp, Value};
use driftline_messages::Message;
use driftline_transcripts::back::{Plan, Source, Target, Writer, writers};
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::{
    agents::{self, text},
    common::Store,
};

/// Where sessions go on in these tests.
const FOLDER: &str = "/home/ada/other place";
const NOW: u64 = 1_796_000_000_000;

/// Imports everything that `tool` keeps below a home, with all of its readers.
fn import(tool: &str, home: &Path) -> Store {
    let (found, problems) = driftline_transcripts::find(home);
    assert_eq!(problems, []);
    let mut store = Store::default();
    for it in found.iter().filter(|it| it.reader.tool == tool) {
        assert_eq!(store.import_found(it).unwrap().skipped, [], "{:?}", it.path);
    }
    store
}

/// Every session of a store, as a source.
fn sources(store: &Store) -> Vec<Source> {
    let sessions = store.rows.iter().filter(|it| it.0.0 == "sessions");
    sessions
        .map(|((_, id), row)| {
            let field = |name: &str| text(row, name).map(str::to_owned);
            Source {
                id: *id,
                tool: field("source"),
                external_id: field("external_id"),
                name: field("name"),
                messages: messages(store, *id),
            }
        })
        .collect()
}

fn messages(store: &Store, session: Id) -> Vec<(Id, Message)> {
    let session = Value::from(session.to_string());
    let rows = store.rows.iter().filter(|((entity, _), row)| {
        *entity == "messages" && row.value("session") == Some(&session)
    });
    let mut all: Vec<_> = rows
        .map(|((_, id), row)| {
            let field = |name: &str| text(row, name).map(str::to_owned);
            let local = |name| store.local.get(&(*id, name));
            let message = Message {
                external_id: field("external_id"),
                role: field("role"),
                text: field("text"),
                blocks: row.value("blocks").cloned(),
                parent: field("parent"),
                agent: field("agent"),
                created_at: row.value("created_at").and_then(Value::as_i64).map(Timestamp),
                position: local("position").and_then(Value::as_i64),
                raw: local("raw").and_then(Value::as_str).map(str::to_owned),
                ..Message::default()
            };
            (*id, message)
        })
        .collect();
    all.sort_by_key(|it| (it.1.created_at.map(|it| it.0), it.1.position));
    all
}

fn writer(tool: &str) -> &'static Writer {
    writers().into_iter().find(|it| it.again.tool == tool).unwrap()
}

fn plan(source: &Source, tool: &str, home: &Path) -> Plan {
    let writer = writer(tool);
    let store = (writer.store)(home);
    let target = Target { store: &store, folder: FOLDER, branch: Some("topic"), now: NOW };
    (writer.plan)(source, &target).unwrap()
}

/// Carries a plan out in a home, as whoever carries out plans does.
fn carry_out(plan: &Plan, tool: &str, home: &Path) {
    for file in &plan.files {
        let path = (writer(tool).store)(home).join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.contents()).unwrap();
    }
    if let Some(import) = &plan.import {
        take_in(&serde_json::from_str(&import.document).unwrap(), home);
    }
}

/// What the agent itself makes of a document: opencode's own import puts each thing into a
/// row, without what has a column of its own.
fn take_in(document: &Value, home: &Path) {
    let path = home.join(".local/share/opencode/opencode.db");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let database = Connection::open(path).unwrap();
    let script = fs::read_to_string(agents::home("opencode-1.18.33").join("opencode.sql")).unwrap();
    let tables = script.lines().filter(|it| it.starts_with("CREATE TABLE"));
    let tables = tables.map(|it| it.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"));
    database.execute_batch(&tables.collect::<String>()).unwrap();
    let word = |it: &Value, field: &str| it[field].as_str().unwrap().to_owned();
    let without = |it: &Value, columns: &[&str]| {
        let mut fields = it.as_object().unwrap().clone();
        columns.iter().for_each(|column| assert!(fields.remove(*column).is_some(), "{column}"));
        Value::Object(fields).to_string()
    };
    let info = &document["info"];
    let session = word(info, "id");
    let put = "INSERT OR IGNORE INTO session VALUES (?1, 'p', NULL, 's', ?2, ?3, 'v', NULL, NULL, ?4, ?5)";
    let [created, updated] = ["created", "updated"].map(|it| info["time"][it].as_i64().unwrap());
    let row = params![session, word(info, "directory"), word(info, "title"), created, updated];
    database.execute(put, row).unwrap();
    for message in document["messages"].as_array().unwrap() {
        let info = &message["info"];
        let (id, at) = (word(info, "id"), info["time"]["created"].as_i64().unwrap());
        let put = "INSERT OR IGNORE INTO message VALUES (?1, ?2, ?3, ?3, ?4)";
        let data = without(info, &["id", "sessionID"]);
        database.execute(put, params![id, session, at, data]).unwrap();
        for part in message["parts"].as_array().unwrap() {
            assert_eq!(word(part, "messageID"), id);
            let put = "INSERT OR IGNORE INTO part VALUES (?1, ?2, ?3, ?4, ?4, ?5)";
            let data = without(part, &["id", "sessionID", "messageID"]);
            database.execute(put, params![word(part, "id"), id, session, at, data]).unwrap();
        }
    }
}

/// Sessions of every agent that can be told to go on with one, as the real agent wrote them.
fn real() -> BTreeMap<&'static str, (Store, Option<TempDir>)> {
    let mut all = BTreeMap::new();
    for (tool, fixture) in [
        ("codex", "codex-0.171.0"),
        ("gemini-cli", "gemini-0.61.0"),
        ("pi", "pi-0.73.1"),
        ("qwen-code", "qwen-0.24.4"),
    ] {
        all.insert(tool, (import(tool, &agents::home(fixture)), None));
    }
    let home = agents::opencode::opencode();
    all.insert("opencode", (import("opencode", home.path()), Some(home)));
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".claude/projects/-home-a-app");
    fs::create_dir_all(&folder).unwrap();
    let lines = crate::common::lines(&crate::common::transcript());
    fs::write(folder.join(format!("{}.jsonl", crate::common::SESSION)), lines).unwrap();
    all.insert("claude-code", (import("claude-code", home.path()), Some(home)));
    assert!(all.values().all(|it| !sources(&it.0).is_empty()));
    assert!(writers().iter().all(|it| all.contains_key(it.again.tool)), "every writer is tested");
    all
}
