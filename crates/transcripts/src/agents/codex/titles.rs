//! Names of threads, which Codex keeps in a database beside its sessions. What else is there
//! of a thread repeats the first line of its file.

use std::{ops::ControlFlow, path::Path};

use driftline_core::BoxError;
use rusqlite::{Connection, Row};

use super::TOOL;
use crate::{
    Database, Form, Rank, Reader, Sessions, Take,
    hash::hash64,
    side,
    tables::{each, number, optional, require, some, text},
    time,
};

inventory::submit! {
    Reader {
        tool: TOOL,
        name: "Codex",
        doc: "Names of Codex's sessions, in ~/.codex/state_5.sqlite",
        version: 1,
        places: |home| vec![home.join(".codex")],
        accepts,
        main_file: |_, _| None,
        beside: |_, _, _| None,
        keeps: |_| None,
        form: Form::Database(Database { sessions, records }),
    }
}

/// `state_5.sqlite`; the number is that of its form.
fn accepts(path: &Path) -> bool {
    let number = path.file_stem().and_then(|it| it.to_str()?.strip_prefix("state_"));
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    path.extension().is_some_and(|it| it == "sqlite") && number.is_some_and(is_number)
}

/// A thread that has a name.
struct Thread {
    id: String,
    title: String,
    /// When it last changed, in milliseconds since 1970.
    changed: i64,
}

fn sessions(database: &Connection) -> Result<Sessions, BoxError> {
    let mut all = Vec::new();
    threads(database, None, &mut |it| {
        let state = hash64(&[&it.title, &it.changed.to_string()]);
        all.push((it.id, state.cast_signed()));
    })?;
    Ok(all)
}

fn records(database: &Connection, id: &str, take: &mut Take<'_>) -> Result<(), BoxError> {
    let mut found = Vec::new();
    threads(database, Some(id), &mut |it| found.push(it))?;
    for it in found {
        let time = Some(time::clamp(it.changed));
        let records = side::name(it.id, Rank::Title, &it.title, time).into_iter().flatten();
        if let ControlFlow::Break(()) = records.into_iter().try_for_each(&mut *take) {
            break;
        }
    }
    Ok(())
}

fn threads(
    database: &Connection,
    id: Option<&str>,
    take: &mut dyn FnMut(Thread),
) -> Result<(), BoxError> {
    require(database, &["threads"])?;
    let columns = ["name", "first_user_message", "updated_at_ms", "thread_source"];
    let columns: Result<Vec<_>, _> =
        columns.iter().map(|it| optional(database, "threads", it)).collect();
    let query = format!(
        "SELECT id, title, updated_at, source, {} FROM threads \
         WHERE ?1 IS NULL OR id = ?1 ORDER BY id",
        columns?.join(", ")
    );
    each(database, &query, [id], |row| {
        if let (Some(id), Some(title), false) = (some(row, 0), title(row), is_agent(row)) {
            let seconds = number(row, 2).saturating_mul(1_000);
            take(Thread { id, title, changed: number(row, 6).max(seconds) });
        }
    })?;
    Ok(())
}

/// A sub-agent's thread is no session of its own.
fn is_agent(row: &Row<'_>) -> bool {
    text(row, 7) == "subagent" || text(row, 3).contains("\"subagent\"")
}

/// What the thread is called, unless that is what the person said first: then the transcript
/// says it better.
fn title(row: &Row<'_>) -> Option<String> {
    let said = text(row, 5);
    let said_first =
        |it: &str| said.trim_start().starts_with(it.trim_end_matches(['…', '.']).trim());
    some(row, 4).or_else(|| some(row, 1).filter(|it| !said_first(it)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_databases_beside_it_are_left_alone() {
        assert!(accepts(Path::new("/x/state_5.sqlite")) && accepts(Path::new("state_12.sqlite")));
        for name in ["state_5.sqlite-wal", "state_.sqlite", "state_a.sqlite", "logs_2.sqlite"] {
            assert!(!accepts(Path::new(name)), "{name}");
        }
    }
}
