use driftline_core::Value;
use serde_json::json;

use super::{found, home, import, said, session, text};
use crate::common::Store;

const TASK: &str = "1795933280921_nlhcw";
const EDIT: &str = "1795933273122_kkprc";
const KILLED: &str = "1795933296201_we1af";
const AGENT: &str = "agent_1795933281630_qxamxs";

fn all() -> Store {
    import("cline", &home("cline-3.0.65")).0
}

#[test]
fn a_conversation_reads_as_it_was_held() {
    let store = all();
    assert_eq!(
        said(&store, EDIT),
        [
            "prompt: Bitte die Begr\u{fc}\u{df}ung \u{e4}ndern: \u{ab}Gr\u{fc}\u{df} Gott, \
             \u{4e16}\u{754c}\u{bb} \u{1f469}\u{200d}\u{1f4bb}",
            "assistant: (thinks: Read before editing.) First the file. [read_files read: \
             /home/me/demo/src/app.py]",
            "tool: [result: 1 | print(\"hello\")]",
            "assistant: [editor edit: /home/me/demo/src/app.py]",
            "tool: [result: Edited /home/me/demo/src/app.py]",
            "assistant: Now a file that is not there. [read_files read: \
             /home/me/demo/src/no-such-file.py]",
            "tool: [failed: Error reading file: ENOENT: no such file or directory, statx]",
            "assistant: [run_commands shell: echo to-stderr >&2; exit 3]",
            "tool: [failed: [Command exited with code 3]]",
            "assistant: Edited `src/app.py`; the missing file stayed missing \u{274c}.",
        ]
    );
    let killed = said(&store, KILLED);
    assert_eq!(killed.len(), 2, "what was called and never answered: {killed:?}");
    let failed = store.message("msg_hzq7cdP7").value("blocks").unwrap();
    assert_eq!(failed[0]["exit"], json!(3));
}

#[test]
fn a_sub_agent_is_in_the_session_that_started_it() {
    let mut lines = said(&all(), TASK);
    lines.sort_by_key(|it| it.starts_with('<'));
    let helper = |line: &str| format!("<{AGENT}> {line}");
    assert_eq!(lines[0], "prompt: Let a helper count the statements, then print something long");
    assert_eq!(
        lines[1],
        "assistant: (thinks: Delegate.) A helper can look at this. [spawn_agent task: Read \
         src/app.py and report how many statements it has. (#ste]"
    );
    assert_eq!(
        lines[2],
        "tool: [result: Sub-agent report: `src/app.py` has one statement \u{1f9ea}.]"
    );
    assert_eq!(
        lines[6..],
        [
            helper("user: Read src/app.py and report how many statements it has. (#ste"),
            helper(
                "assistant: (thinks: I am the helper.) Reading for the parent. [read_files read: \
                 /home/me/demo/src/app.py]"
            ),
            helper(
                "tool: [result: 1 | print(\"Gr\u{fc}\u{df} Gott, \u{4e16}\u{754c} \u{1f44b}\")]"
            ),
            helper("assistant: Sub-agent report: `src/app.py` has one statement \u{1f9ea}."),
        ]
    );
}

#[test]
fn a_session_says_what_it_is() {
    let home = home("cline-3.0.65");
    let (mut store, reports) = import("cline", &home);
    let row = session(&store, TASK);
    assert_eq!(text(row, "model"), Some("fake-model"));
    assert_eq!(text(row, "cwd"), Some("/home/me/demo"));
    assert_eq!(text(row, "git_branch"), Some("main"));
    assert_eq!(row.value("started_at"), Some(&json!(1_795_933_280_942_u64)));
    let title = "Let a helper count the statements, then print something long. (#step:task)";
    assert_eq!(text(row, "name"), Some(title));
    assert_eq!(store.all("sessions").len(), 3);
    assert_eq!(reports.iter().map(|it| it.totals.sessions).sum::<u64>(), 3);
    let prompts = store.all("messages").into_iter().filter(|it| {
        let is = it.value("prompt") == Some(&Value::Bool(true));
        assert!(!is || !text(it, "text").unwrap().contains("user_input"), "{it:?}");
        is
    });
    assert_eq!(prompts.count(), 3);
    let usage = json!({"input": 234, "cached": 1000, "output": 56});
    assert_eq!(store.message("msg_uXq1lxbs").value("usage"), Some(&usage));

    let before = store.clone();
    for found in found("cline", &home) {
        assert!(store.import_found(&found).unwrap().unchanged);
    }
    store.assert_synced(&before, "again");
}

#[test]
fn what_the_program_adds_to_a_prompt_is_not_the_persons() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join(".cline/data/sessions/1_a");
    std::fs::create_dir_all(&folder).unwrap();
    let text = |text: &str| json!({"type": "text", "text": text});
    let user = |id: &str, content: Value| json!({"id": id, "role": "user", "content": content});
    let result = json!({"type": "tool_result", "tool_use_id": "c", "content": "x"});
    let messages = json!([
        user("1", json!([text("<user_input mode=\"plan\">Hi</user_input>\nFile a"), text("b")])),
        user("2", json!([result, text("<user_input>No</user_input>")])),
        user("3", json!("plain")),
        {"id": "4", "role": "developer", "content": "x"},
        7,
        {"role": "assistant"},
    ]);
    let document = json!({"sessionId": "1_a", "messages": messages});
    std::fs::write(folder.join("1_a.messages.json"), document.to_string()).unwrap();
    let (store, _) = import("cline", place.path());
    assert_eq!(
        said(&store, "1_a"),
        ["prompt: Hi", "meta: File a b", "prompt: No", "tool: [result: x]", "user: plain",]
    );
}
