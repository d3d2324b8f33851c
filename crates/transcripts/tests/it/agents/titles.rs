//! Names of sessions that an agent keeps beside its transcripts: they show, nothing else of a
//! session comes from there, and what is beside them stays as it is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use driftline_core::Value;
use driftline_transcripts::{FileReport, Form};
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::{found, home, import, session, text};
use crate::common::Store;

/// A copy of a fixture, to be changed.
fn copy(fixture: &str) -> TempDir {
    fn all(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for it in fs::read_dir(from).unwrap().map(|it| it.unwrap().path()) {
            let to = to.join(it.file_name().unwrap());
            if it.is_dir() { all(&it, &to) } else { _ = fs::copy(it, to).unwrap() }
        }
    }
    let place = tempfile::tempdir().unwrap();
    all(&home(fixture), place.path());
    place
}

/// A home of Codex, with the database that names its threads.
fn codex() -> (TempDir, Connection) {
    let place = copy("codex-0.171.0");
    let script = fs::read_to_string(place.path().join("state.sql")).unwrap();
    let database = Connection::open(place.path().join(".codex/state_5.sqlite")).unwrap();
    database.execute_batch(&script).unwrap();
    (place, database)
}

fn name<'a>(store: &'a Store, id: &str) -> &'a str {
    text(session(store, id), "name").unwrap_or("-")
}

/// Reads all of `tool` again, and whether anything had changed.
fn again(tool: &str, home: &Path, store: &mut Store) -> bool {
    let reports: Vec<FileReport> =
        found(tool, home).iter().map(|it| store.import_found(it).unwrap()).collect();
    reports.iter().any(|it| !it.unchanged)
}

const MAIN: &str = "01a225f2-320b-7e92-87bc-2deceee97017";
const FORK: &str = "01a225f2-54be-7bd2-91f9-6654158e1cd2";
const PLAIN: &str = "01a225f2-751e-70a2-b07a-b07005982efe";

#[test]
fn codex_names_threads_in_a_database() {
    let (home, database) = codex();
    let (mut store, _) = import("codex", home.path());
    assert_eq!(name(&store, MAIN), "A greeter", "a name");
    assert_eq!(name(&store, PLAIN), "A plain title", "an older form of one");
    assert_eq!(name(&store, FORK), "Try another way. (#step:fork)", "what was said first");
    assert_eq!(store.all("sessions").len(), 3, "a sub-agent is no session");
    assert!(!again("codex", home.path(), &mut store));
    let later = "UPDATE threads SET name = 'Another name', updated_at_ms = updated_at_ms + 1 \
                 WHERE title = 'A plain title'";
    database.execute(later, []).unwrap();
    assert!(again("codex", home.path(), &mut store));
    assert_eq!((name(&store, PLAIN), name(&store, MAIN)), ("Another name", "A greeter"));
}

#[test]
fn a_database_of_codex_is_read_without_a_byte_beside_it() {
    let (written, database) = codex();
    database.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").unwrap();
    database.execute("UPDATE threads SET name = 'Only in the log' WHERE name <> ''", []).unwrap();
    // As after the sudden end of its agent: connections of one process share what they know.
    let home = copy("codex-0.171.0");
    let folder = home.path().join(".codex");
    for name in ["state_5.sqlite", "state_5.sqlite-wal"] {
        fs::copy(written.path().join(".codex").join(name), folder.join(name)).unwrap();
    }
    let state = || {
        let files = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path());
        let mut all: Vec<_> = files.filter(|it| it.is_file()).collect();
        all.sort();
        let changed = |it: &PathBuf| fs::metadata(it).unwrap().modified().unwrap();
        all.into_iter().map(|it| (fs::read(&it).unwrap(), changed(&it), it)).collect::<Vec<_>>()
    };
    let before = state();
    let (store, _) = import("codex", home.path());
    assert!(before == state());
    assert_eq!(name(&store, MAIN), "Only in the log");
}

#[test]
fn a_name_says_nothing_else_of_a_session() {
    for (tool, fixture) in [("codex", ""), ("copilot", "copilot-1.0.102"), ("kimi-code", "")] {
        let home = match tool {
            "codex" => codex().0,
            "kimi-code" => kimi(&json!({"isCustomTitle": true})),
            _ => copy(fixture),
        };
        let names_only = |it: &driftline_transcripts::Found| match it.reader.form {
            Form::Lines { .. } => false,
            Form::Database(_) | Form::Document(_) | Form::List(_) => true,
        };
        let mut beside = Store::default();
        let all = found(tool, home.path());
        for it in all.iter().filter(|it| names_only(it)) {
            beside.import_found(it).unwrap();
        }
        for row in beside.all("sessions") {
            let mut fields: Vec<_> = row.cells().map(|it| it.0.to_string()).collect();
            fields.sort_unstable();
            assert_eq!(fields, ["external_id", "name", "source"], "{tool}");
        }
        assert!(!beside.all("sessions").is_empty(), "{tool}");
        // What is read first does not matter.
        for it in all.iter().filter(|it| !names_only(it)) {
            beside.import_found(it).unwrap();
        }
        beside.assert_synced(&import(tool, home.path()).0, tool);
    }
}

const COPILOT: &str = "c571e87f-8604-4bcf-b85a-49519666894c";

#[test]
fn copilot_names_a_session_in_a_file_of_its_folder() {
    let home = copy("copilot-1.0.102");
    let (mut store, _) = import("copilot", home.path());
    assert_eq!(name(&store, COPILOT), "Look at the project and tell me what it does.");
    let file = home.path().join(".copilot/session-state").join(COPILOT).join("workspace.yaml");
    let all = [
        ("name: 'It''s a greeter: #1'\nuser_named: true\n", "It's a greeter: #1"),
        ("name: Made up\nuser_named: false\n", "It's a greeter: #1"),
        ("name: >-\n  A long\n  name\nuser_named: true\n", "A long name"),
        ("name: \"\"\nuser_named: true\n", "A long name"),
        ("name: [1, 2]\n", "A long name"),
    ];
    for (day, (yaml, shown)) in (1..).zip(all) {
        let head = format!("id: {COPILOT}\nupdated_at: 2026-12-{day:02}T00:00:00.000Z\n");
        fs::write(&file, head + yaml).unwrap();
        assert!(again("copilot", home.path(), &mut store), "{yaml}");
        assert_eq!(name(&store, COPILOT), shown, "{yaml}");
    }
    fs::write(&file, "id: [\n").unwrap();
    let broken = found("copilot", home.path()).into_iter().find(|it| it.path == file).unwrap();
    let report = store.import_found(&broken).unwrap();
    assert!(report.skipped[0].reason.starts_with("broken YAML at line"), "{:?}", report.skipped);
}

const KIMI: &str = "session_734bb04e-305c-435b-9131-0c715a8a2312";

/// A home of Kimi Code, with a session whose title is described so.
fn kimi(kind: &Value) -> TempDir {
    let home = copy("kimi-code-2.1.0");
    let mut state = json!({"id": KIMI, "title": "The greeter", "updatedAt": 1_795_933_400_000_u64});
    state.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
    let folder = home.path().join(".kimi-code/sessions/wd_demo_3ef077bece59").join(KIMI);
    fs::write(folder.join("state.json"), state.to_string()).unwrap();
    home
}

#[test]
fn kimi_says_whether_a_name_is_one() {
    let said = "Look at the project and tell me what it does. (#step:read)";
    for (kind, shown) in [
        (json!({"titleKind": "custom", "isCustomTitle": true}), "The greeter"),
        (json!({"isCustomTitle": true, "updatedAt": "2026-11-29T12:00:00.000Z"}), "The greeter"),
        (json!({"titleKind": "generated", "isCustomTitle": false}), "The greeter"),
        (json!({"titleKind": "replaceable", "isCustomTitle": false}), said),
        (json!({"isCustomTitle": true, "title": 7}), said),
        (json!({"isCustomTitle": true, "title": " \n"}), said),
    ] {
        let home = kimi(&kind);
        let (store, _) = import("kimi-code", home.path());
        assert_eq!(name(&store, KIMI), shown, "{kind}");
    }
}
