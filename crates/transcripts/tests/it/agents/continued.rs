use std::fs;

use driftline_core::Value;
use serde_json::json;

use super::{found, home, import, said, session, text};
use crate::common::Store;

const MAIN: &str = "ad894f1c-e160-4ae6-99a2-e17b8aae08aa";
const OTHER: &str = "db2bbd0a-e372-4afc-8bd8-2ac3cbb8e13d";

#[test]
fn a_conversation_reads_as_it_was_held() {
    let (store, reports) = import("continue", &home("continue-1.5.47"));
    let lines = said(&store, MAIN);
    assert_eq!(
        lines[..3],
        [
            "prompt: Look at the project and tell me what it does. (#step:read)",
            "assistant: I will look around first. \u{1f50e} [Read read: /home/me/demo/README.md] \
             [Bash shell: ls -la src && printf \"\\033[31mred\\033[0m caf\\303\\251\\n\"]",
            "tool: [result: Content of /home/me/demo/README.md:]",
        ]
    );
    assert_eq!(
        lines[5..],
        [
            "prompt: Bitte die Begr\u{fc}\u{df}ung \u{e4}ndern: \u{ab}Gr\u{fc}\u{df} Gott, \
             \u{4e16}\u{754c}\u{bb} \u{1f469}\u{200d}\u{1f4bb}",
            "assistant: First the file. [Read read: /home/me/demo/src/app.py]",
            "tool: [result: Content of /home/me/demo/src/app.py:]",
            "assistant: [Edit edit: /home/me/demo/src/app.py]",
            "tool: [result: Successfully edited /home/me/demo/src/app.py]",
            "assistant: Now a file that is not there. [Read read: \
             /home/me/demo/src/no-such-file.py]",
            "tool: [failed: Error executing tool Read: File does not exist: /home/me/dem]",
            "assistant: [Bash shell: echo to-stderr >&2; exit 3]",
            "tool: [failed: Error executing tool Bash: Error (exit code 3): to-stderr]",
            "assistant: Edited `src/app.py`; the missing file stayed missing \u{274c}.",
            "prompt: Let a helper count the statements, then print something long",
            "assistant: And a long output: [Bash shell: for i in $(seq 1 1500); do echo \"line $i \
             of a long output \u{e4}\u{f6}]",
            "tool: [result: (previous 501 lines truncated)]",
            "assistant: The helper says one statement; the output was long.",
        ]
    );
    assert_eq!(said(&store, OTHER).len(), 2);
    assert_eq!(reports.len(), 2, "the list of all sessions is none of them");
    assert_eq!(reports.iter().map(|it| it.totals.messages).sum::<u64>(), 21);
}

#[test]
fn a_session_says_what_it_is() {
    let home = home("continue-1.5.47");
    let (mut store, _) = import("continue", &home);
    let row = session(&store, MAIN);
    assert_eq!(text(row, "cwd"), Some("/home/me/demo"));
    assert_eq!(text(row, "model"), Some("fake-model"));
    assert_eq!(row.value("started_at"), Some(&json!(1_795_933_305_072_u64)));
    let name = "Look at the project and tell me what it does. (#step:read)";
    assert_eq!(text(row, "name"), Some(name), "nobody named it");
    let prompt = |it: &&driftline_core::Row| it.value("prompt") == Some(&Value::Bool(true));
    assert_eq!(store.all("messages").into_iter().filter(prompt).count(), 4);
    let usage = json!({"input": 234, "cached": 1000, "output": 56, "reasoning": 10});
    let called = "call_aa6b8bb0c8cf33b55f";
    assert_eq!(store.message(called).value("usage"), Some(&usage));
    let failed = store.message(&format!("{called}:result")).value("blocks").unwrap();
    assert_eq!(failed[0]["exit"], json!(3));

    let before = store.clone();
    for found in found("continue", &home) {
        assert!(store.import_found(&found).unwrap().unchanged);
    }
    store.assert_synced(&before, "again");
}

/// A document of editors: other shapes of the same, and calls that still run.
fn document(status: &str) -> Value {
    let call = json!({"id": "c1", "function": {"name": "builtin_read_file", "arguments": "{\"filepath\":"}});
    let output = json!([{"content": "a", "name": "A"}, {"content": "b"}]);
    json!({
        "sessionId": "s", "title": "Look for it", "workspaceDirectory": "file:///home/me/a%20b",
        "history": [
            {"message": {"role": "system", "content": "Instructions"}},
            {"message": {"role": "user", "content": [
                {"type": "text", "text": "See"},
                {"type": "imageUrl", "imageUrl": {"url": "data:image/png;base64,AAAA"}},
            ]}, "contextItems": [{"name": "a.rs", "content": "fn main() {}"}]},
            {"message": {"role": "thinking", "content": "Hm."}},
            {"message": {"role": "assistant", "content": "", "toolCalls": [call]},
             "toolCallStates": [{"toolCallId": "c1", "status": status, "output": output}]},
            {"message": {"role": "assistant", "content": "ok"}, "conversationSummary": "All."},
            {"message": {"role": "assistant", "content": "ok"},
             "reasoning": {"text": "Again?"}},
            {"message": {"role": "oracle", "content": "?"}},
            {"message": 7}, 7,
        ],
    })
}

#[test]
fn what_editors_write_is_read_as_well() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join(".continue/sessions");
    fs::create_dir_all(&folder).unwrap();
    let write = |status: &str| {
        fs::write(folder.join("s.json"), document(status).to_string()).unwrap();
    };
    write("calling");
    let mut store = import("continue", place.path()).0;
    let mut expected = vec![
        "prompt: See [image image/png] [other context]",
        "assistant: (thinks: Hm.)",
        "assistant: [builtin_read_file read: {\"filepath\":]",
        "assistant: ok",
        "summary: All.",
        "assistant: (thinks: Again?) ok",
    ];
    assert_eq!(said(&store, "s"), expected);
    write("done");
    store.import_found(&found("continue", place.path())[0]).unwrap();
    expected.insert(3, "tool: [result: a]");
    assert_eq!(said(&store, "s"), expected, "nothing stands there twice");
    let row = session(&store, "s");
    assert_eq!(text(row, "name"), Some("Look for it"));
    assert_eq!(text(row, "cwd"), Some("/home/me/a b"));
    assert_eq!(row.value("started_at"), None, "no list tells");
}

#[test]
fn a_fork_has_its_whole_conversation() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join(".continue/sessions");
    fs::create_dir_all(&folder).unwrap();
    for name in ["s", "fork"] {
        let mut document = document("done");
        document["sessionId"] = json!(name);
        fs::write(folder.join(format!("{name}.json")), document.to_string()).unwrap();
    }
    let store: Store = import("continue", place.path()).0;
    assert_eq!(said(&store, "fork"), said(&store, "s"));
    assert_eq!(said(&store, "fork").len(), 7);
}
