use std::{fs, path::Path};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{found, home, import, said, session, text};

const THREAD: &str = "0c7e1f2a-3b4d-4e5f-8a6b-7c8d9e0f1a2b";
const AGENT: &str = "1d8f2a3b-4c5e-4f60-9b7c-8d9e0f1a2b3c";
const OLDER: &str = "2e903b4c-5d6f-4071-8c8d-9e0f1a2b3c4d";

fn database(home: &Path) -> Connection {
    Connection::open(home.join(".local/share/zed/threads/threads.db")).unwrap()
}

fn made(script: &str) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join(".local/share/zed/threads")).unwrap();
    database(place.path()).execute_batch(script).unwrap();
    place
}

fn zed() -> TempDir {
    made(&fs::read_to_string(home("zed-0.3.0").join("zed.sql")).unwrap())
}

#[test]
fn a_conversation_reads_as_it_was_held() {
    let home = zed();
    let (store, reports) = import("zed", home.path());
    let helper = |line: &str| format!("<{AGENT}> {line}");
    assert_eq!(
        said(&store, THREAD),
        [
            "prompt: What does @/home/me/demo/src/app.py do? \u{1f469}\u{200d}\u{1f4bb} [image \
             image/png]",
            "assistant: (thinks: Read it first.) I look. [read_file read: demo/src/app.py] \
             [terminal shell: exit 3]",
            "tool: [result: print(\"hello\")] [failed: Command failed with exit code 3.]",
            "assistant: (thinks: ?) A tiny greeter. [spawn_agent task: Count]",
            "tool: [result: One statement.]",
            "summary: A summary of all that.",
            "prompt: Go on.",
            "assistant: Done. \u{1f389}",
            &helper("user: Count the statements"),
            &helper("assistant: One statement."),
        ]
    );
    assert_eq!(
        said(&store, OLDER),
        [
            "prompt: Say hello",
            "assistant: (thinks: Hm.) I try. [terminal shell: echo hello]",
            "tool: [result: hello]",
            "prompt: Oldest shape",
            "assistant: Hello.",
        ]
    );
    assert_eq!((reports[0].totals.sessions, store.all("sessions").len()), (2, 2));
    // Without times, the messages before tell where one stands.
    let row = store.message("u-3:1");
    assert_eq!(text(row, "parent"), Some("u-3"));
    assert_eq!(text(store.message("u-3"), "parent"), Some("u-2:1"));
}

#[test]
fn a_thread_says_what_it_is() {
    let home = zed();
    let (mut store, _) = import("zed", home.path());
    let row = session(&store, THREAD);
    assert_eq!(text(row, "name"), Some("Greeting in the demo"));
    assert_eq!(text(row, "cwd"), Some("/home/me/demo"));
    assert_eq!(text(row, "git_branch"), Some("main"));
    assert_eq!(text(row, "model"), Some("fake-model"), "not the sub-agent's");
    assert_eq!(row.value("started_at"), Some(&1_790_000_000_000_u64.into()));
    let row = session(&store, OLDER);
    assert_eq!((text(row, "name"), text(row, "cwd")), (Some("Say hello"), Some("/home/me/old")));

    let before = store.rows.clone();
    let found = found("zed", home.path()).remove(0);
    assert!(store.import_found(&found).unwrap().unchanged);
    assert_eq!(store.rows, before);
    let renamed = "UPDATE threads SET summary = 'Renamed', updated_at = '2026-09-22T00:00:00Z'";
    database(home.path()).execute_batch(renamed).unwrap();
    assert!(!store.import_found(&found).unwrap().unchanged);
    assert_eq!(text(session(&store, THREAD), "name"), Some("Renamed"));
}

#[test]
fn a_thread_that_cannot_be_unpacked_costs_itself_alone() {
    let place = made(
        "CREATE TABLE threads (id TEXT PRIMARY KEY, summary TEXT, updated_at TEXT, data_type TEXT, \
         data BLOB); INSERT INTO threads VALUES ('a', 'A', '', 'zstd', x'28b52ffd00'), \
         ('b', 'B', '', 'zstd', 'no'), ('c', 'C', 7, 'json', '{'), ('d', 'D', '', 'json', '[7]'), \
         ('e', 'E', '', 'json', '{\"messages\": [7, \"x\", {}, {\"User\": {}}, {\"Agent\": \
         {\"content\": [7, {}], \"tool_results\": {\"x\": 7}}}, {\"New\": 1}, {\"role\": 7}, \
         {\"role\": \"user\", \"segments\": [7], \"tool_results\": [7, {}]}, \
         {\"User\": {\"content\": [{\"Text\": \"Hi\"}]}}]}');",
    );
    let found = found("zed", place.path()).remove(0);
    let mut store = crate::common::Store::default();
    let report = store.import_found(&found).unwrap();
    assert_eq!(report.skipped.len(), 3, "{:?}", report.skipped);
    assert_eq!(said(&store, "e"), ["assistant: [other no type]", "tool: [result: ]", "prompt: Hi"]);
}

#[test]
fn a_thread_that_unpacks_without_end_is_left_out() {
    // A frame of many blocks, each of which is one byte, 128 kB of times.
    let mut bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    for _ in 0..600 {
        let block: u32 = (128 << 10) << 3 | 1 << 1;
        bomb.extend_from_slice(&block.to_le_bytes()[..3]);
        bomb.push(b' ');
    }
    let place = made(
        "CREATE TABLE threads (id TEXT PRIMARY KEY, summary TEXT, updated_at TEXT, data_type TEXT, \
         data BLOB);",
    );
    let insert = "INSERT INTO threads VALUES ('a', 'A', '', 'zstd', ?1)";
    database(place.path()).execute(insert, [bomb]).unwrap();
    let found = found("zed", place.path()).remove(0);
    let report = crate::common::Store::default().import_found(&found).unwrap();
    assert!(report.skipped[0].reason.contains("longer than 64 MiB"), "{:?}", report.skipped);
}
