//! Tasks of Roo Code, and of Cline's and Kilo's older extensions.

use driftline_core::Value;
use serde_json::json;

use super::{found, home, import, said, session, text};
use crate::common::Store;

const TASK: &str = "019d8c1e-4b00-7c11-8a22-3f6b5c9d0e01";
const SUBTASK: &str = "019d8c1e-4b00-7c11-8a22-3f6b5c9d0e02";
const OLD: &str = "1750000000000";

fn roo() -> Store {
    import("roo-code", &home("roo-code-3.52.1")).0
}

#[test]
fn a_conversation_reads_as_it_was_held() {
    let store = roo();
    assert_eq!(
        said(&store, TASK),
        [
            "prompt: Make the greeting German \u{1f469}\u{200d}\u{1f4bb}",
            "assistant: (thinks: Read it first.) First the file. [read_file read: src/app.py] \
             [read_file read: no-such.py]",
            "tool: [result: 1 | print(\"hello\")] [failed: {\"status\":\"error\",\"message\":\"The \
             tool execution failed\",\"err]",
            "assistant: (thinks: ?) [apply_diff edit: src/app.py]",
            "tool: [result: Applied.]",
            "summary: A summary of what was done.",
            "assistant: (thinks: Done, I think.) It says **hallo** now. [attempt_completion : ]",
            "prompt: Capital H, please.",
            "tool: [result: <user_message>]",
            "meta: [ERROR] You did not use a tool.",
            "assistant: As you like.",
        ]
    );
    assert_eq!(said(&store, SUBTASK).len(), 2);
    let parent = store.message("parent").value("blocks").unwrap();
    assert_eq!(parent[0]["details"], json!({ "of": TASK }));
}

#[test]
fn a_task_says_what_it_is() {
    let home = home("roo-code-3.52.1");
    let (mut store, reports) = import("roo-code", &home);
    assert_eq!(reports.len(), 5, "neither the list of tasks nor the files that one read");
    let row = session(&store, TASK);
    assert_eq!(text(row, "cwd"), Some("/home/me/demo"));
    assert_eq!(text(row, "model"), Some("fake-model"));
    assert_eq!(text(row, "name"), Some("Make the greeting German \u{1f469}\u{200d}\u{1f4bb}"));
    assert_eq!(row.value("started_at"), Some(&json!(1_776_199_999_995_u64)));
    let usage = json!({"input": 100, "cached": 1000, "output": 30, "cost": 0.01});
    assert_eq!(store.message("request:1776200000010").value("usage"), Some(&usage));
    assert!(store.find("request:1776200002600").is_none(), "nothing is known of it yet");
    let before = store.rows.clone();
    let mut other = Store::default();
    for found in found("roo-code", &home).iter().rev() {
        assert!(store.import_found(found).unwrap().unchanged);
        other.import_found(found).unwrap();
    }
    assert_eq!(store.rows, before);
    other.assert_synced(&store, "in any order");
}

#[test]
fn a_task_without_times_stands_in_its_order() {
    let (store, _) = import("cline", &home("cline-tasks"));
    let lines = said(&store, OLD);
    assert_eq!(
        lines,
        [
            "prompt: What does it do?",
            "assistant: <thinking>Look.</thinking>",
            "tool: [result: read_file for 'src/app.py']",
            "assistant: <ask_followup_question>",
            "prompt: Yes",
            "assistant: Done.",
            "prompt: Thanks",
            "meta: The user has provided feedback on the results.",
            "assistant: Done.",
        ]
    );
    let row = session(&store, OLD);
    assert_eq!(text(row, "cwd"), Some("/home/me/demo"));
    assert_eq!(text(row, "model"), Some("fake-model"));
    assert_eq!(text(row, "name"), Some("What does it do?"));
    let done = |it: &&&driftline_core::Row| text(it, "text") == Some("Done.");
    let rows = store.all("messages");
    let done: Vec<_> = rows.iter().filter(done).collect();
    assert_eq!(done.len(), 2, "the same words twice are two messages");
    let parents = done.iter().filter_map(|it| text(it, "parent"));
    let parents: Vec<_> = parents.map(|it| text(store.message(it), "text").unwrap()).collect();
    assert!(parents.contains(&"Yes") && parents.contains(&"Thanks"), "{parents:?}");
    let usage = json!({"input": 130, "cached": 50, "output": 20, "cost": 0.002});
    assert_eq!(store.message("request:1750000000100").value("usage"), Some(&usage));
}

#[test]
fn kilos_older_tasks_are_kilos() {
    let (store, _) = import("kilo", &home("kilo-tasks"));
    let row = store.session();
    assert_eq!(row.value("source"), Some(&Value::from("kilo")));
    assert_eq!(
        said(&store, text(row, "external_id").unwrap()),
        ["prompt: Hi", "assistant: Hello."]
    );
}

#[test]
fn odd_tasks_are_read() {
    let place = tempfile::tempdir().unwrap();
    let tasks = "User/globalStorage/rooveterinaryinc.roo-cline/tasks/1";
    let folder = place.path().join(".config/Code").join(tasks);
    std::fs::create_dir_all(&folder).unwrap();
    let history = json!([
        7, {}, {"role": "user"}, {"role": "tool", "content": [1]}, {"role": 7, "ts": "x"},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}], "ts": 5},
        {"role": "user", "content": [{"type": "tool_result"}, {"type": "image"}, null], "ts": -7},
    ]);
    std::fs::write(folder.join("api_conversation_history.json"), history.to_string()).unwrap();
    let seen = json!([7, {"ts": 1}, {"ts": 2, "say": "api_req_started", "text": "{"}]);
    std::fs::write(folder.join("ui_messages.json"), seen.to_string()).unwrap();
    std::fs::write(folder.join("history_item.json"), "7").unwrap();
    let (store, _) = import("roo-code", place.path());
    assert_eq!(
        said(&store, "1"),
        ["assistant: (thinks: Hm.)", "tool: [result: ]", "meta: [image ]"]
    );
}
