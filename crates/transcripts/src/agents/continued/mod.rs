//! Continue: a JSON document for each session. Its messages have neither names nor times.

mod item;

use std::{fs::File, io::Read, path::Path};

use driftline_core::{Millis, Value};

use crate::{Form, Name, Rank, Reader, Record, editors, fields::text, prose, time};

inventory::submit! {
    Reader {
        tool: "continue",
        name: "Continue",
        doc: "Continue's sessions, in ~/.continue/sessions",
        version: 1,
        places: |home| vec![home.join(".continue/sessions")],
        accepts,
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Document(records),
    }
}

/// A list of all sessions.
const INDEX: &str = "sessions.json";

/// It is never longer, in bytes.
const LONGEST: u64 = 16 << 20;

/// What a session is called before somebody names it.
const UNTITLED: &[&str] = &["Untitled Session", "New Session"];

fn accepts(path: &Path) -> bool {
    let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
    name.ends_with(".json") && name != INDEX
}

fn records(file: &Path, document: Value) -> Vec<Record> {
    let Value::Object(mut document) = document else { return Vec::new() };
    let history = document.remove("history");
    let raw = Value::Object(document.clone()).to_string();
    let Some(session) = text(&mut document, "sessionId") else { return Vec::new() };
    let title = text(&mut document, "title").filter(|it| !UNTITLED.contains(&it.as_str()));
    let name = title.and_then(|it| prose::title(&it));
    let facts = Record {
        kind: "session".into(),
        time: started(file, &session),
        cwd: text(&mut document, "workspaceDirectory").map(|it| editors::path(&it)),
        name: name.map(|text| Name { rank: Rank::Title, text, leaf: None }),
        raw: Some(raw),
        session: Some(session),
        ..Record::default()
    };
    let mut items = item::Items::of(facts.session.clone());
    let mut all = vec![facts];
    if let Some(Value::Array(history)) = history {
        all.extend(history.into_iter().flat_map(|it| items.take(it)));
    }
    all
}

/// When a session began. The list beside the documents alone tells.
fn started(file: &Path, session: &str) -> Option<Millis> {
    let mut list = String::new();
    let index = file.parent()?.join(INDEX);
    // A pipe of that name would be waited for.
    if !index.symlink_metadata().ok()?.is_file() {
        return None;
    }
    File::open(index).ok()?.take(LONGEST).read_to_string(&mut list).ok()?;
    let list: Value = serde_json::from_str(&list).ok()?;
    let is_it = |it: &&Value| it.get("sessionId").and_then(Value::as_str) == Some(session);
    let created = list.as_array()?.iter().find(is_it)?.get("dateCreated")?;
    let millis = created.as_str().and_then(|it| it.parse().ok()).or_else(|| created.as_i64());
    millis.map(time::clamp)
}
