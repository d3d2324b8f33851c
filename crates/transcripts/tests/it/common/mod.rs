//! Small transcripts, and a store that joins drafts as the application's does.
#![allow(dead_code, unreachable_pub, missing_docs)]
#![allow(clippy::needless_pass_by_value)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use driftline_core::{Id, Row, Value};
use driftline_transcripts::{
    Batch, Checkpoint, Draft, FileReport, Found, Secrets, Title, read, readers,
};
use serde_json::json;

pub const SESSION: &str = "11111111-2222-4333-8444-555555555555";

/// A message with everything that the agent writes around it.
pub fn message(kind: &str, uuid: &str, second: u32, content: Value) -> Value {
    let mut inner = json!({"role": kind, "content": content});
    if kind == "assistant" {
        inner["model"] = json!("model-a");
        inner["stop_reason"] = json!("end_turn");
        inner["usage"] = json!({"input_tokens": 2.0, "output_tokens": 3});
    }
    json!({
        "parentUuid": null, "isSidechain": false, "userType": "external", "cwd": "/home/a/app/",
        "sessionId": SESSION, "version": "2.1.0", "gitBranch": "main", "type": kind,
        "message": inner, "uuid": uuid,
        "timestamp": format!("2026-01-01T00:{:02}:{:02}.000Z", second / 60, second % 60),
    })
}

pub fn user(uuid: &str, second: u32, text: &str) -> Value {
    message("user", uuid, second, json!(text))
}

pub fn assistant(uuid: &str, second: u32, text: &str) -> Value {
    message("assistant", uuid, second, json!([{"type": "text", "text": text}]))
}

pub fn lines(records: &[Value]) -> String {
    records.iter().map(|it| format!("{it}\n")).collect()
}

/// A conversation with one of most things in it.
pub fn transcript() -> Vec<Value> {
    let call = json!([{"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"n": 1}}]);
    let result = json!([{"type": "tool_result", "tool_use_id": "toolu_1", "content": "\u{0}ok"}]);
    let mut meta = user("u-5", 5, "Caveat: not said");
    meta["isMeta"] = json!(true);
    let mut agent = user("u-6", 6, "Look it up");
    agent["isSidechain"] = json!(true);
    agent["agentId"] = json!("a1");
    let mut boundary = json!({"type": "system", "subtype": "compact_boundary", "content": "cut"});
    boundary["uuid"] = json!("u-7");
    boundary["parentUuid"] = Value::Null;
    boundary["logicalParentUuid"] = json!("u-4");
    boundary["sessionId"] = json!(SESSION);
    boundary["timestamp"] = json!("2026-01-01T00:00:07Z");
    vec![
        json!({"type": "summary", "summary": "Earlier work", "leafUuid": "elsewhere"}),
        json!({"type": "summary", "summary": "This work", "leafUuid": "u-4"}),
        json!({"type": "file-history-snapshot", "messageId": "u-1", "snapshot": {}}),
        user("u-1", 1, "Fix the parser\nplease"),
        message("assistant", "u-2", 2, call),
        message("user", "u-3", 3, result),
        assistant("u-4", 4, "Done \u{1f600}"),
        assistant("u-4", 4, "Done \u{1f600}"),
        meta,
        agent,
        boundary,
        json!({"type": "progress", "uuid": "u-8", "sessionId": SESSION, "data": {"type": "hook"}}),
        json!({"type": "brand-new", "uuid": "u-9", "sessionId": SESSION, "payload": [1, 2.0]}),
        json!({"type": "custom-title", "sessionId": SESSION, "customTitle": "My parser"}),
        assistant("u-10", 3, "Running backwards"),
    ]
}

pub fn found(path: &Path) -> Found {
    let reader = readers().into_iter().find(|it| it.tool == "claude-code").unwrap();
    Found { path: path.to_owned(), reader }
}

/// What an application stores.
#[derive(Default, PartialEq, Debug, Clone)]
pub struct Store {
    pub rows: BTreeMap<(&'static str, Id), Row>,
    pub local: BTreeMap<(Id, &'static str), Value>,
    pub checkpoints: BTreeMap<PathBuf, String>,
    pub written: usize,
    pub secrets: Secrets,
    pub titles: Vec<Title>,
}

impl Store {
    pub fn take(&mut self, draft: Draft) {
        self.written += 1;
        let row = self.rows.entry((draft.entity, draft.id)).or_default();
        row.join(Row::from_iter(draft.cells.into_iter().map(|(f, v, s)| (f, s, v))));
        for (field, value) in draft.local {
            self.local.insert((draft.id, field), value);
        }
    }

    pub fn import(&mut self, path: &Path) -> FileReport {
        self.try_import(path).unwrap()
    }

    pub fn try_import(&mut self, path: &Path) -> driftline_transcripts::Result<FileReport> {
        self.import_found(&found(path))
    }

    pub fn import_found(&mut self, found: &Found) -> driftline_transcripts::Result<FileReport> {
        let path = found.path.as_path();
        let known = self.checkpoints.get(path).map(|it| serde_json::from_str(it).unwrap());
        let known: Option<Checkpoint> = known;
        let report = read(found, known.as_ref(), self.secrets, &mut |batch: Batch| {
            assert!(batch.drafts.len() <= 520, "a batch is bounded");
            batch.drafts.into_iter().for_each(|it| self.take(it));
            let text = serde_json::to_string(&batch.checkpoint)?;
            self.checkpoints.insert(path.to_owned(), text);
            self.titles.extend(batch.titles);
            Ok(())
        });
        self.settle();
        report
    }

    fn settle(&mut self) {
        for title in std::mem::take(&mut self.titles) {
            let leaf = Value::from(title.leaf.as_str());
            let named = |it: &&Row| it.value("external_id") == Some(&leaf);
            let messages = self.all("messages").into_iter().filter(named);
            let sessions = messages.filter_map(|it| it.value("session")?.as_str()?.parse().ok());
            let sessions: Vec<Id> = sessions.collect();
            sessions.into_iter().for_each(|it| self.take(title.draft(it)));
        }
    }

    /// The rows of an entity.
    pub fn all(&self, entity: &str) -> Vec<&Row> {
        self.rows.iter().filter(|it| it.0.0 == entity).map(|it| it.1).collect()
    }

    /// The message that the agent calls `uuid`.
    pub fn message(&self, uuid: &str) -> &Row {
        self.find(uuid).unwrap_or_else(|| panic!("no message {uuid}"))
    }

    pub fn find(&self, uuid: &str) -> Option<&Row> {
        let uuid = Value::from(uuid);
        self.all("messages").into_iter().find(|it| it.value("external_id") == Some(&uuid))
    }

    /// The only session.
    pub fn session(&self) -> &Row {
        let all = self.all("sessions");
        assert_eq!(all.len(), 1);
        all[0]
    }

    /// Fails, naming what differs, unless both hold the same synced rows.
    pub fn assert_synced(&self, other: &Self, when: &str) {
        let ids: Vec<_> = self.rows.keys().chain(other.rows.keys()).collect();
        for id in ids {
            assert_eq!(self.rows.get(id), other.rows.get(id), "{when}: {id:?}");
        }
    }
}

/// Imports one file with this content.
pub fn import(content: impl AsRef<[u8]>) -> (Store, FileReport) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.jsonl");
    fs::write(&path, content).unwrap();
    let mut store = Store::default();
    let report = store.import(&path);
    (store, report)
}

/// A report without what differs between ways of reading the same file.
pub fn totals(report: &FileReport) -> Value {
    let mut value = serde_json::to_value(report).unwrap();
    for field in ["unchanged", "opened", "path"] {
        value.as_object_mut().unwrap().remove(field);
    }
    value
}

/// Imports a file until its first batch is stored, as if the program was killed then. It must
/// not count as read.
pub fn import_half(store: &mut Store, found: &Found) {
    let mut first: Option<Batch> = None;
    let read = read(found, None, Secrets::Redact, &mut |batch: Batch| match &first {
        Some(_) => Err("killed".into()),
        None => {
            first = Some(batch);
            Ok(())
        }
    });
    assert!(read.is_err(), "there is more than one batch");
    let batch = first.unwrap();
    assert!(!batch.checkpoint.covers(found));
    batch.drafts.into_iter().for_each(|it| store.take(it));
    let text = serde_json::to_string(&batch.checkpoint).unwrap();
    store.checkpoints.insert(found.path.clone(), text);
}
