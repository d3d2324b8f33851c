use std::{fs, path::Path};

use driftline_core::Value;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{found, home, import, said, session, text};
use crate::common::Store;

const SESSIONS: &str = ".local/share/goose/sessions";
const MAIN: &str = "20260921_1@1790000000000";
const COPY: &str = "20260921_3@1790002800000";
const OLDER: &str = "20250804_120000";

fn database(place: &Path) -> Connection {
    Connection::open(place.join(SESSIONS).join("sessions.db")).unwrap()
}

/// A home with the database.
fn goose() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join(SESSIONS)).unwrap();
    let script = fs::read_to_string(home("goose-schema17").join("goose.sql")).unwrap();
    database(place.path()).execute_batch(&script).unwrap();
    place
}

fn prompts(store: &Store) -> usize {
    let is = |it: &&&driftline_core::Row| it.value("prompt") == Some(&Value::Bool(true));
    store.all("messages").iter().filter(is).count()
}

#[test]
fn a_conversation_reads_as_it_was_held() {
    let home = goose();
    let (store, reports) = import("goose", home.path());
    assert_eq!(
        said(&store, MAIN),
        [
            "prompt: What does the project do? \u{1f469}\u{200d}\u{1f4bb}",
            "assistant: (thinks: Look around first.) I will look around. [developer__shell shell: \
             ls -la src] [developer__text_editor read: /home/me/demo/src/app.py]",
            "tool: [result: total 12] [result: print(\"hello\")]",
            "assistant: A tiny greeter.",
            "prompt: Change it, and see this picture. [image image/png]",
            "assistant: [developer__text_editor edit: /home/me/demo/src/app.py] [developer__shell \
             shell: exit 3]",
            "tool: [result: Edited.] [failed: -32603: the command ended with code 3]",
            "assistant: [delegate task: Count the statements]",
            "tool: [result: One statement.]",
            "meta: A summary of all that.",
            "meta: The words before are a summary.",
            "prompt: Going on?",
            "assistant: Done. \u{1f389}",
            "<20260921_2> user: Count the statements",
            "<20260921_2> assistant: [developer__shell shell: wc -l src/app.py]",
            "<20260921_2> tool: [result: 1 src/app.py]",
            "<20260921_2> assistant: One statement.",
        ]
    );
    assert_eq!(said(&store, COPY).len(), 3, "a copy has all of its messages");
    assert_eq!(store.all("sessions").len(), 3, "neither a sub-agent's nor a hidden one");
    assert_eq!(reports[0].totals.sessions, 3);
    assert_eq!(prompts(&store), 6);
}

#[test]
fn a_session_says_what_it_is() {
    let home = goose();
    let (mut store, _) = import("goose", home.path());
    let row = session(&store, MAIN);
    assert_eq!(text(row, "name"), Some("Greeting in the demo"));
    assert_eq!(text(row, "cwd"), Some("/home/me/demo"));
    assert_eq!(text(row, "model"), Some("fake-model"));
    assert_eq!(row.value("started_at"), Some(&1_790_000_000_000_u64.into()));
    assert_eq!(text(session(&store, COPY), "name"), Some("My copy"));

    let before = store.rows.clone();
    for found in found("goose", home.path()) {
        assert!(store.import_found(&found).unwrap().unchanged);
    }
    assert_eq!(store.rows, before);

    let more = "INSERT INTO messages (message_id, session_id, role, content_json, \
                created_timestamp) VALUES ('msg_s5', '20260921_2', 'assistant', \
                '[{\"type\":\"text\",\"text\":\"More.\"}]', 1790000068)";
    database(home.path()).execute_batch(more).unwrap();
    for found in found("goose", home.path()) {
        assert!(!store.import_found(&found).unwrap().unchanged);
    }
    assert_eq!(said(&store, MAIN).last().unwrap(), "<20260921_2> assistant: More.");
}

#[test]
fn an_older_session_is_the_same_in_lines_and_in_the_database() {
    let (lines, _) = import("goose", &home("goose-schema17"));
    let expected = [
        "prompt: Say hello",
        "assistant: [developer__shell shell: echo hello]",
        "tool: [result: hello]",
        "assistant: Hello.",
    ];
    assert_eq!(said(&lines, OLDER), expected);
    let row = session(&lines, OLDER);
    assert_eq!(
        (text(row, "name"), text(row, "cwd")),
        (Some("Old greeting"), Some("/home/me/demo"))
    );

    let home = goose();
    let (mut both, _) = import("goose", home.path());
    let before = both.all("messages").len();
    for found in found("goose", &super::home("goose-schema17")) {
        both.import_found(&found).unwrap();
    }
    assert_eq!(both.all("messages").len(), before);
    assert_eq!(said(&both, OLDER), expected);
}

#[test]
fn earlier_tables_and_odd_rows_are_read() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join(SESSIONS)).unwrap();
    let script = "CREATE TABLE sessions (id TEXT PRIMARY KEY, description TEXT, working_dir TEXT, \
                  created_at TIMESTAMP, updated_at TIMESTAMP); \
                  CREATE TABLE messages (id INTEGER PRIMARY KEY, session_id TEXT, role TEXT, \
                  content_json TEXT, created_timestamp INTEGER); \
                  INSERT INTO sessions VALUES ('20251001_1', 'Early', '/d', '2025-10-01 00:00:00', 7); \
                  INSERT INTO messages VALUES \
                  (1, '20251001_1', 'user', '[{\"type\":\"text\",\"text\":\"Hi\"}]', 1759276800), \
                  (2, '20251001_1', 'user', '{', 1759276801), (3, '20251001_1', 7, '[7]', x'00'), \
                  (4, '20251001_1', 'assistant', '[{\"type\":\"dance\"}, {\"type\":\"toolRequest\"}, \
                  {\"type\":\"toolResponse\"}, {\"type\":\"toolResponse\",\"toolResult\":[]}]', -5);";
    database(place.path()).execute_batch(script).unwrap();
    let (store, _) = import("goose", place.path());
    let name = "20251001_1@1759276800000";
    assert_eq!(
        said(&store, name),
        [
            "assistant: [other dance] [other toolRequest]",
            "tool: [result: ] [result: ]",
            "prompt: Hi",
        ]
    );
    assert_eq!(text(session(&store, name), "name"), Some("Early"));
}
