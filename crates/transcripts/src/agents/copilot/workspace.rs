//! The name of a session, which Copilot keeps in `workspace.yaml` beside its events.

use std::path::{Path, PathBuf};

use driftline_core::Value;

use super::{EVENTS, TOOL};
use crate::{Form, Rank, Reader, Record, fields::text, side, time};

inventory::submit! {
    Reader {
        tool: TOOL,
        name: "Copilot",
        doc: "Names of Copilot CLI's sessions, in ~/.copilot/session-state",
        version: 1,
        places: super::places,
        accepts: |path| path.file_name().is_some_and(|it| it == "workspace.yaml"),
        main_file,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Document(records),
    }
}

fn main_file(file: &Path, _: &str) -> Option<PathBuf> {
    Some(file.parent()?.join(EVENTS))
}

fn records(_: &Path, document: Value) -> Vec<Record> {
    let Value::Object(mut document) = document else { return Vec::new() };
    let Some((id, title)) = text(&mut document, "id").zip(text(&mut document, "name")) else {
        return Vec::new();
    };
    let is_given = text(&mut document, "user_named").is_some_and(|it| it == "true");
    // Copilot's own name may be what the person said first, or its beginning.
    let rank = if is_given { Rank::Custom } else { Rank::Summary };
    let changed = text(&mut document, "updated_at").and_then(|it| time::parse(&it));
    side::name(id, rank, &title, changed).into_iter().flatten().collect()
}
