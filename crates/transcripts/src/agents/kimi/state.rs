//! The name of a session, which Kimi Code keeps in `state.json` in the session's folder.

use std::path::{Path, PathBuf};

use driftline_core::{Millis, Value};

use super::{MAIN, TOOL, WIRE};
use crate::{
    Form, Object, Rank, Reader, Record,
    fields::{is, text},
    side, time,
};

inventory::submit! {
    Reader {
        tool: TOOL,
        name: "Kimi Code",
        doc: "Names of Kimi Code's sessions, in ~/.kimi-code/sessions",
        version: 1,
        places: super::places,
        accepts,
        main_file,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Document(records),
    }
}

/// `session_ID/state.json`.
fn accepts(path: &Path) -> bool {
    let is_state = path.file_name().is_some_and(|it| it == "state.json");
    is_state && session(path).is_some_and(|it| it.starts_with("session_"))
}

/// The session whose folder a file is in.
fn session(file: &Path) -> Option<&str> {
    file.parent()?.file_name()?.to_str()
}

fn main_file(file: &Path, _: &str) -> Option<PathBuf> {
    Some(file.parent()?.join("agents").join(MAIN).join(WIRE))
}

fn records(file: &Path, document: Value) -> Vec<Record> {
    let Value::Object(mut state) = document else { return Vec::new() };
    let Some((session, title)) = session(file).zip(text(&mut state, "title")) else {
        return Vec::new();
    };
    let kind = text(&mut state, "titleKind");
    let rank = match kind.as_deref() {
        _ if is(&state, "isCustomTitle") => Rank::Custom,
        Some("custom") => Rank::Custom,
        Some("generated") => Rank::Title,
        // What stands there until there is a title, such as that it is a fork.
        _ => return Vec::new(),
    };
    let named = side::name(session.to_owned(), rank, &title, changed(&mut state));
    named.into_iter().flatten().collect()
}

/// When the session last changed: a number, in older versions a text.
fn changed(state: &mut Object) -> Option<Millis> {
    match state.remove("updatedAt")? {
        Value::String(text) => time::parse(&text),
        number => number.as_i64().map(time::clamp),
    }
}
