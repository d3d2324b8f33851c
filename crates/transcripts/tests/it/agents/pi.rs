//! pi 0.73.1, and what its source says of entries that were not seen.

use driftline_core::Value;
use serde_json::json;

use super::{home, import, said, session, text};
use crate::common::Store;

const FIXTURE: &str = "pi-0.73.1";
const MAIN: &str = "01a225f2-921c-7321-9aca-bd196b6f3e9b";
const FORK: &str = "01a225f2-e28d-72ae-bdde-884610843ad0";

/// Imports a session, `s`, of these entries.
fn of_entries(entries: &[Value]) -> Store {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".pi/agent/sessions/--home-me--");
    std::fs::create_dir_all(&folder).unwrap();
    let head = json!({"type": "session", "id": "s", "cwd": "/home/me", "modelId": "old-model",
        "timestamp": "2025-11-20T10:00:00Z"});
    let lines = std::iter::once(&head).chain(entries).map(|it| format!("{it}\n"));
    std::fs::write(folder.join("1_s.jsonl"), lines.collect::<String>()).unwrap();
    import("pi", home.path()).0
}

fn message(message: &Value) -> Value {
    json!({"type": "message", "timestamp": "2025-11-20T10:00:01Z", "message": message})
}

#[test]
fn a_fork_and_its_origin_have_all_of_their_messages() {
    let (store, _) = import("pi", &home(FIXTURE));
    let (main, fork) = (said(&store, MAIN), said(&store, FORK));
    assert_eq!(fork[..main.len()], main);
    assert_eq!(
        fork[main.len()..],
        [
            "prompt: Try another way. (#step:fork)",
            "assistant: (thinks: Another way.) This is the fork; the original stays as it was.",
        ]
    );
    assert_eq!(main.iter().filter(|it| it.starts_with("prompt:")).count(), 4);
    assert_eq!(main.iter().filter(|it| it.starts_with("tool: [failed")).count(), 2);
}

#[test]
fn images_and_sealed_thoughts_are_blocks_of_their_own() {
    let store = of_entries(&[
        message(&json!({"role": "user", "content": [{"type": "text", "text": "What is this?"},
            {"type": "image", "data": "AAAA", "mimeType": "image/png"}]})),
        message(&json!({"role": "assistant", "model": "m", "content": [
            {"type": "thinking", "thinking": "", "redacted": true},
            {"type": "text", "text": "A dot."}]})),
    ]);
    assert_eq!(
        said(&store, "s"),
        ["prompt: What is this? [image image/png]", "assistant: (thinks: ?) A dot."]
    );
    let images = store.all("messages").into_iter().filter_map(|it| it.value("blocks"));
    assert!(images.flat_map(|it| it.as_array().unwrap()).any(|it| it["data"] == "AAAA"));
}

#[test]
fn an_answer_says_why_it_ended_too_soon() {
    let store = of_entries(&[
        message(&json!({"role": "assistant", "content": [], "stopReason": "error",
            "errorMessage": "No quota is left."})),
        message(&json!({"role": "assistant", "content": [{"type": "text", "text": "Half"}],
            "stopReason": "aborted"})),
    ]);
    assert_eq!(
        said(&store, "s"),
        ["assistant: [notice error]", "assistant: Half [notice interrupted]"]
    );
}

#[test]
fn what_an_extension_says_is_no_prompt() {
    let store = of_entries(&[
        json!({"type": "custom_message", "id": "a1", "customType": "x", "content": "Remember"}),
        message(&json!({"role": "hookMessage", "customType": "x", "content": "Remember more"})),
        message(&json!({"role": "bashExecution", "command": "ls", "output": "a.rs"})),
        message(&json!({"role": "user", "content": "Go on"})),
        json!({"type": "branch_summary", "id": "a2", "fromId": "a1", "summary": "Tried it."}),
        json!({"type": "label", "id": "a3", "targetId": "a1", "label": "here"}),
    ]);
    assert_eq!(
        said(&store, "s"),
        [
            "meta: Remember",
            "meta: Remember more",
            "user: ! ls",
            "prompt: Go on",
            "summary: Tried it.",
        ]
    );
}

#[test]
fn what_is_told_of_a_session_is_known() {
    let given = json!({"type": "session_info", "id": "a1", "name": "A name of mine",
        "timestamp": "2025-11-20T10:00:02Z"});
    let store = of_entries(&[message(&json!({"role": "user", "content": "Hello"})), given]);
    let session = session(&store, "s");
    for (field, value) in
        [("name", "A name of mine"), ("cwd", "/home/me"), ("model", "old-model"), ("source", "pi")]
    {
        assert_eq!(text(session, field), Some(value), "{field}");
    }
}

#[test]
fn odd_entries_cost_themselves_alone() {
    let odd = [json!(null), json!(7), json!([]), json!("x"), json!({"role": 7})];
    let entries = odd.iter().flat_map(|it| {
        let block = json!({"role": "assistant", "content": [it, {"type": "toolCall"}]});
        [message(it), message(&block), json!({"type": it, "id": it, "message": it})]
    });
    let mut entries: Vec<_> = entries.collect();
    entries.push(message(&json!({"role": "user", "content": "Still here"})));
    let store = of_entries(&entries);
    assert_eq!(said(&store, "s").last().unwrap(), "prompt: Still here");
}
