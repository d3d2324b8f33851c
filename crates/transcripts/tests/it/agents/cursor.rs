use std::{fs, path::Path};

use driftline_core::Value;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::{found, home, import, said, session, text};

const CHAT: &str = "5a1b2c3d-4e5f-4607-8192-a3b4c5d6e7f8";
const AGENT: &str = "6b2c3d4e-5f60-4718-92a3-b4c5d6e7f809";
const OLDER: &str = "7c3d4e5f-6071-4829-a3b4-c5d6e7f8091a";
const FOLDER: &str = ".config/Cursor/User/globalStorage";

fn database(home: &Path) -> Connection {
    Connection::open(home.join(FOLDER).join("state.vscdb")).unwrap()
}

fn made(script: &str) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join(FOLDER)).unwrap();
    database(place.path()).execute_batch(script).unwrap();
    place
}

fn cursor() -> TempDir {
    made(&fs::read_to_string(home("cursor-3.17").join("cursor.sql")).unwrap())
}

#[test]
fn a_conversation_reads_as_it_was_held() {
    let home = cursor();
    let (store, reports) = import("cursor", home.path());
    let helper = |line: &str| format!("<{AGENT}> {line}");
    assert_eq!(
        said(&store, CHAT),
        [
            "prompt: What does it do? \u{1f469}\u{200d}\u{1f4bb}",
            "assistant: (thinks: Read it first.)",
            "assistant: (thinks: ?)",
            "assistant: I look around.",
            "assistant: [run_terminal_command_v2 shell: exit 3]",
            "tool: [failed: to-stderr]",
            "assistant: [read_file_v2 read: /home/me/my demo/src/app.py]",
            "tool: [result: print(\"hello\")]",
            "assistant: [edit_file_v2 edit: src/no-such.py]",
            "tool: [failed: ]",
            "assistant: [task_v2 task: Count]",
            "tool: [result: One statement.]",
            "assistant: [ripgrep_raw_search search: hello]",
            "assistant: A tiny greeter.",
            &helper("user: Count the statements"),
            &helper("assistant: One statement."),
        ]
    );
    assert_eq!(said(&store, OLDER), ["prompt: Say hello", "assistant: Hello.", "prompt: Thanks"]);
    assert_eq!(text(store.message("o-03"), "parent"), Some("o-02"));
    assert_eq!(store.all("sessions").len(), 2, "neither a sub-agent's nor a draft");
    assert_eq!(reports[0].totals.messages, 19);
    let exit = &store.message("b-05:result").value("blocks").unwrap()[0]["exit"];
    assert_eq!(exit, &json!(3));
}

#[test]
fn a_conversation_says_what_it_is() {
    let home = cursor();
    let (mut store, _) = import("cursor", home.path());
    let row = session(&store, CHAT);
    assert_eq!(text(row, "name"), Some("Greeting in the demo"));
    assert_eq!(text(row, "cwd"), Some("/home/me/my demo"));
    assert_eq!(text(row, "model"), Some("fake-model"));
    assert_eq!(row.value("started_at"), Some(&1_790_000_000_000_u64.into()));
    assert_eq!(text(session(&store, OLDER), "name"), Some("Say hello"));
    let usage = json!({"input": 120, "output": 30});
    assert_eq!(store.message("b-04").value("usage"), Some(&usage));
    let all: String = store.local.values().filter_map(Value::as_str).collect();
    assert!(!all.contains("secret") && !all.contains("not sent"), "{all}");

    let before = store.rows.clone();
    let found = found("cursor", home.path()).remove(0);
    assert!(store.import_found(&found).unwrap().unchanged);
    assert_eq!(store.rows, before);
    let more = format!(
        "UPDATE cursorDiskKV SET value = '{{\"type\":2,\"bubbleId\":\"s-02\",\"text\":\"One \
         statement, in all.\",\"createdAt\":\"2026-09-21T14:13:31.000Z\"}}' WHERE key = \
         'bubbleId:{AGENT}:s-02'"
    );
    database(home.path()).execute_batch(&more).unwrap();
    assert!(!store.import_found(&found).unwrap().unchanged, "a sub-agent said more");
}

#[test]
fn odd_values_cost_themselves_alone() {
    let place = made(
        "CREATE TABLE cursorDiskKV (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB); INSERT INTO \
         cursorDiskKV VALUES ('composerData:a', '{'), ('composerData:', '{}'), ('composerData:b', \
         NULL), ('bubbleId:c:d', '{}'), ('composerData:e', '{\"composerId\":\"e\",\
         \"subagentComposerIds\":[\"e\",\"x\"],\"fullConversationHeadersOnly\":[7,{\"bubbleId\":\"1\"},\
         {\"bubbleId\":\"2\"},{\"bubbleId\":\"3\"},{\"bubbleId\":\"4\"}]}'), ('bubbleId:e:1', x'00'), \
         ('bubbleId:e:2', '{\"bubbleId\":\"2\",\"type\":9}'), ('bubbleId:e:3', '{\"bubbleId\":\"3\",\
         \"type\":2,\"toolFormerData\":{\"params\":\"{\",\"status\":\"error\",\"result\":\"[7]\"}}'), \
         ('bubbleId:e:4', '{\"bubbleId\":\"4\",\"type\":1,\"text\":\"Hi\",\"createdAt\":-7}')",
    );
    let (store, _) = import("cursor", place.path());
    assert_eq!(said(&store, "e"), ["assistant: [ : {]", "tool: [failed: [7]]", "prompt: Hi"]);
}
