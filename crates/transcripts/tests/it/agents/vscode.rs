use std::fs;

use driftline_core::Value;
use serde_json::json;

use super::{found, home, import, said, session, text};
use crate::common::Store;

const CHAT: &str = "6f1d2c3b-4a59-4e68-9d70-1b2c3d4e5f60";
const LOG: &str = "7a2e3d4c-5b6a-4f79-8e81-2c3d4e5f6071";

#[test]
fn a_conversation_reads_as_it_was_held() {
    let (store, reports) = import("vscode-chat", &home("vscode-chat"));
    assert_eq!(reports.len(), 2);
    assert_eq!(
        said(&store, CHAT),
        [
            "prompt: What does it do? \u{1f469}\u{200d}\u{1f4bb} [image image/png]",
            "assistant: (thinks: Read it first.) I look around. [read_file read: /home/me/my \
             demo/src/app.py] [run_in_terminal shell: ls -la] (thinks: ?) A tiny greeter.",
            "tool: [result: print(\"hello\")] [failed: ERROR while calling tool: no terminal]",
            "prompt: Old shape: change it",
            "assistant: (thinks: Hm.) I edit `app.py` now. [run_in_terminal shell: exit 3] \
             [copilot_replaceString edit: Editing [](file:///home/me/my%20demo/src/app.py)] \
             [notice edit] [notice warning] [other newThing] [notice error]",
            "tool: [result: Ran] [failed: No match]",
            "user: Continue: \"Yes\"",
            "assistant: Going on",
        ]
    );
    assert_eq!(said(&store, LOG), ["prompt: Hi", "assistant: Hello."]);
}

#[test]
fn a_session_says_what_it_is() {
    let home = home("vscode-chat");
    let (mut store, _) = import("vscode-chat", &home);
    let row = session(&store, CHAT);
    assert_eq!(text(row, "name"), Some("Greeting in the demo"));
    assert_eq!(text(row, "cwd"), Some("/home/me/my demo"));
    assert_eq!(text(row, "model"), Some("fake-model"));
    assert_eq!(row.value("started_at"), Some(&json!(1_779_999_999_000_u64)));
    let row = session(&store, LOG);
    assert_eq!((text(row, "name"), text(row, "cwd")), (Some("A greeting"), None));
    assert!(!store.rows.values().any(|it| {
        it.value("text").and_then(Value::as_str).is_some_and(|it| it.contains("not sent"))
    }));
    let before = store.rows.clone();
    for found in found("vscode-chat", &home) {
        assert!(store.import_found(&found).unwrap().unchanged);
    }
    assert_eq!(store.rows, before);
}

#[test]
fn an_answer_that_comes_is_replaced_by_the_whole_one() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join(".config/Code/User/globalStorage/emptyWindowChatSessions");
    fs::create_dir_all(&folder).unwrap();
    let from = home("vscode-chat").join(".config/Code/User/globalStorage/emptyWindowChatSessions");
    let log = fs::read_to_string(from.join(format!("{LOG}.jsonl"))).unwrap();
    let path = folder.join(format!("{LOG}.jsonl"));
    let mut store = Store::default();
    let lines: Vec<_> = log.lines().collect();
    let mut heard = Vec::new();
    for end in 1..=lines.len() {
        // The next line is being written.
        let torn = lines.get(end).map_or("", |it| &it[..it.len() / 2]);
        fs::write(&path, format!("{}\n{torn}", lines[..end].join("\n"))).unwrap();
        for found in found("vscode-chat", place.path()) {
            assert_eq!(store.import_found(&found).unwrap().skipped, []);
        }
        heard.push(said(&store, LOG).last().cloned().unwrap_or_default());
    }
    let (hel, hello) = ("assistant: Hel", "assistant: Hello.");
    assert_eq!(heard[..2], ["", "prompt: Hi"]);
    assert_eq!(heard[2], hel);
    assert_eq!(heard[4..], [hello, hello]);
    let (whole, _) = import("vscode-chat", place.path());
    whole.assert_synced(&store, "at once");
}

#[test]
fn odd_chats_are_read() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join(".config/VSCodium/User/workspaceStorage/1/chatSessions");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.parent().unwrap().join("workspace.json"), "{\"folder\": 7}").unwrap();
    let requests = json!([
        7, {}, {"requestId": "a", "message": 7, "response": [7, {"kind": "thinking"}, {"value": []}]},
        {"requestId": "b", "message": {"text": "Hi"}, "response": "x", "result": {"metadata":
            {"toolCallRounds": [7, {"toolCalls": [7, {"id": "c", "arguments": "{"}], "thinking": {}}],
             "toolCallResults": {"c": {"content": [7, {"value": 7}, {"mimeType": "image/png"}]}}}}},
    ]);
    let chat = json!({"sessionId": "s", "requests": requests, "customTitle": 7});
    fs::write(folder.join("s.json"), chat.to_string()).unwrap();
    fs::write(folder.join("none.json"), "[]").unwrap();
    let (store, _) = import("vscode-chat", place.path());
    assert_eq!(said(&store, "s"), ["prompt: Hi", "assistant: [ : {]", "tool: [result: [image]]"]);
}
