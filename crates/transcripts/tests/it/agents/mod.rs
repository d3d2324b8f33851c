//! Every agent's reader, on what the real agent wrote: cut to what a reader looks at, and
//! with our own words in place of the agent's.

mod chatgpt;
mod claude_ai;
mod cline;
mod codex;
mod continued;
mod copilot;
mod crush;
mod cursor;
mod droid;
mod gemini;
mod goose;
mod kimi;
pub(crate) mod opencode;
mod pi;
mod qwen;
mod roo;
mod shown;
mod titles;
mod vscode;
mod zed;

use std::path::{Path, PathBuf};

use driftline_core::{Row, Value};
use driftline_messages::block::{Block, blocks};
use driftline_transcripts::{FileReport, Found, Reader, readers};

use crate::common::Store;

/// The folder of a fixture, which stands for a person's home.
pub(crate) fn home(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// What `tool`'s reader finds below a home.
pub(crate) fn found(tool: &str, home: &Path) -> Vec<Found> {
    let all = readers().into_iter().filter(|it| it.tool == tool);
    all.flat_map(|it| in_places(it, (it.places)(home))).collect()
}

/// What `tool`'s reader finds in a folder that a person names.
pub(crate) fn below(tool: &str, folder: &Path) -> Vec<Found> {
    let reader = readers().into_iter().find(|it| it.tool == tool).unwrap();
    in_places(reader, reader.places_in(folder))
}

fn in_places(reader: &'static Reader, places: Vec<PathBuf>) -> Vec<Found> {
    let mut all = Vec::new();
    for place in places {
        let (found, problems) = driftline_transcripts::find_below(&place, reader);
        assert_eq!(problems, []);
        all.extend(found);
    }
    all
}

/// Imports everything that `tool` keeps below a home. Nothing of it may be unreadable.
pub(crate) fn import(tool: &str, home: &Path) -> (Store, Vec<FileReport>) {
    import_all(&found(tool, home))
}

/// Imports everything of `tool` in a folder that a person names.
pub(crate) fn import_below(tool: &str, folder: &Path) -> (Store, Vec<FileReport>) {
    import_all(&below(tool, folder))
}

fn import_all(found: &[Found]) -> (Store, Vec<FileReport>) {
    let mut store = Store::default();
    let reports: Vec<_> = found.iter().map(|it| store.import_found(it).unwrap()).collect();
    for report in &reports {
        assert_eq!(report.skipped, [], "{}", report.path);
    }
    (store, reports)
}

/// The row of a session, by the agent's name of it.
pub(crate) fn session<'a>(store: &'a Store, name: &str) -> &'a Row {
    let name = Value::from(name);
    let all = store.all("sessions");
    all.into_iter().find(|it| it.value("external_id") == Some(&name)).expect("the session")
}

/// What is known of a session, and all that was said in it.
pub(crate) fn shown(store: &Store) -> String {
    let mut all = String::new();
    for row in store.all("sessions") {
        let name = text(row, "external_id").unwrap();
        for field in ["external_id", "name", "cwd", "model", "git_branch"] {
            let value = text(row, field).unwrap_or("-");
            all.push_str(&format!("{field}: {}\n", short(value)));
        }
        for line in said(store, name) {
            all.push_str(&format!("  {line}\n"));
        }
        all.push('\n');
    }
    all
}

/// The messages of a session, one line each, in the order of the file. What the program around the
/// agent notes is left out.
pub(crate) fn said(store: &Store, name: &str) -> Vec<String> {
    let wanted = Value::from(name);
    let session = store.rows.iter().find(|((entity, _), row)| {
        *entity == "sessions" && row.value("external_id") == Some(&wanted)
    });
    let (_, id) = session.expect("the session").0;
    let id = Value::from(id.to_string());
    let mut all: Vec<_> = store
        .rows
        .iter()
        .filter(|((entity, _), row)| *entity == "messages" && row.value("session") == Some(&id))
        .map(|((_, id), row)| (store.local[&(*id, "position")].as_u64(), row))
        .filter(|(_, row)| !matches!(text(row, "role"), Some("system" | "other")))
        .collect();
    all.sort_by_key(|it| it.0);
    all.into_iter().map(|(_, row)| line(row)).collect()
}

/// A field that is a text.
pub(crate) fn text<'a>(row: &'a Row, field: &str) -> Option<&'a str> {
    row.value(field)?.as_str()
}

/// `prompt: Fix it`, `assistant: (thinks: Hm.) Done. [Bash shell: ls -l]`,
/// `tool: [failed: no such file]`; in front, the sub-agent.
fn line(row: &Row) -> String {
    let role = text(row, "role").unwrap_or("no role");
    let prompt = row.value("prompt") == Some(&Value::Bool(true));
    let role = if prompt { "prompt" } else { role };
    let agent = text(row, "agent").map(|it| format!("<{it}> ")).unwrap_or_default();
    let parts = blocks(text(row, "text"), row.value("blocks")).map(|it| match it {
        Block::Text(text) => short(text),
        Block::Thinking(text) => format!("(thinks: {})", short(text.unwrap_or("?"))),
        Block::Call(call) => {
            let verb = call.verb.map_or("", |it| it.name());
            format!("[{} {verb}: {}]", call.name, short(call.hint))
        }
        Block::Result(answer) => {
            let failed = if answer.failed { "failed" } else { "result" };
            format!("[{failed}: {}]", short(&answer.plain()))
        }
        Block::Image(image) => format!("[image {}]", image.media_type),
        Block::Notice { kind, .. } => format!("[notice {kind}]"),
        Block::Other { kind, .. } => format!("[other {kind}]"),
    });
    format!("{agent}{role}: {}", parts.collect::<Vec<_>>().join(" "))
}

/// The first line that says something, cut.
fn short(text: &str) -> String {
    let line = text.lines().find(|it| !it.trim().is_empty()).unwrap_or_default();
    line.trim().chars().take(60).collect()
}
