use std::path::Path;

use driftline_transcripts::{Found, find_below, readers};
use serde_json::json;

use super::{home, said, session, text};
use crate::common::Store;

const TOOL: &str = "gemini-cli";
const MAIN: &str = "c4e64614-d2ab-46bb-ae11-0edbeabb321a";
const AGENT: &str = "<db79ba6e-e557-4d5d-a8bf-c0d1634aada9>";
const OLD: &str = "0b5e1f6a-3c0e-4a54-9d6e-7c8a2f1e9b10";

/// What both readers of the agent find.
fn found(home: &Path) -> Vec<Found> {
    let readers = readers().into_iter().filter(|it| it.tool == TOOL);
    readers.flat_map(|it| find_below(&(it.places)(home)[0], it).0).collect()
}

fn import_all<'a>(found: impl IntoIterator<Item = &'a Found>) -> Store {
    let mut store = Store::default();
    for it in found {
        assert_eq!(store.import_found(it).unwrap().skipped, []);
    }
    store
}

#[test]
fn a_session_reads_as_it_was() {
    let store = import_all(&found(&home("gemini-0.61.0")));
    let (agent, main): (Vec<_>, Vec<_>) =
        said(&store, MAIN).into_iter().partition(|it| it.starts_with(AGENT));
    assert_eq!(
        main,
        [
            "prompt: Look at the project and tell me what it does. (#step:read)",
            "assistant: (thinks: **Looking around** The user wants an overview. Plan: read RE) \
             I will look around first. 🔎 [read_file read: /home/me/demo/README.md] \
             [run_shell_command shell: ls -la src && printf \"\\033[31mred\\033[0m caf\\303\\251\\n\"]",
            "tool: [result: # Demo] [result: Output: total 12]",
            "assistant: (thinks: **Looking around** Enough seen.) It is a tiny greeter 👩💻:",
            "prompt: Bitte die Begrüßung ändern: «Grüß Gott, 世界» 👩\u{200d}💻",
            "assistant: (thinks: **Looking around** Read before editing.) First the file. \
             [read_file read: /home/me/demo/src/app.py]",
            "tool: [result: print(\"hello\")]",
            "assistant: [replace edit: /home/me/demo/src/app.py]",
            "tool: [result: Successfully modified file: /home/me/demo/src/app.py (1 repl]",
            "assistant: Now a file that is not there. \
             [read_file read: /home/me/demo/src/no-such-file.py]",
            "tool: [failed: File not found: /home/me/demo/src/no-such-file.py]",
            "assistant: [run_shell_command shell: echo to-stderr >&2; exit 3]",
            "tool: [failed: Output: to-stderr]",
            "assistant: Edited `src/app.py`; the missing file stayed missing ❌.",
            "prompt: Let a helper count the statements, then print something long",
            "assistant: (thinks: **Looking around** Delegate.) A helper can look at this. \
             [invoke_agent task: Read src/app.py and report how many statements it has. (#ste]",
            "tool: [result: Subagent 'generalist' finished.]",
            "assistant: And a long output: [run_shell_command shell: \
             for i in $(seq 1 1500); do echo \"line $i of a long output äö]",
            "tool: [result: The command was refused.]",
            "assistant: The helper says one statement; the output was long.",
            "prompt: /compress",
            "assistant: Nothing more to do.",
            "prompt: Are you still there? (#step:after)",
            "assistant: Still here after the compaction. \
             [run_shell_command shell: git log --oneline | head -3]",
            "tool: [result: Output: c26dd42 first]",
            "assistant: One commit so far.",
        ]
    );
    let lines = [
        "user: Read src/app.py and report how many statements it has. (#ste",
        "assistant: (thinks: **Looking around** I am the helper.) Reading for the parent. \
         [read_file read: /home/me/demo/src/app.py]",
        "tool: [result: print(\"Grüß Gott, 世界 👋\")]",
        "assistant: Sub-agent report: `src/app.py` has one statement 🧪. [complete_task : ]",
        "tool: [result: Output submitted and task completed.]",
    ];
    assert_eq!(agent, lines.map(|it| format!("{AGENT} {it}")));
}

#[test]
fn a_session_is_named_by_its_summary() {
    let all = found(&home("gemini-0.61.0"));
    let mut store = Store::default();
    let reports: Vec<_> = all.iter().map(|it| store.import_found(it).unwrap()).collect();
    let main = session(&store, MAIN);
    assert_eq!(text(main, "name"), Some("Greet in two languages"));
    assert_eq!(text(main, "cwd"), Some("/home/me/demo"));
    assert_eq!(text(main, "model"), Some("gemini-2.5-pro"));
    let cut = session(&store, "e5ffb24d-2fc8-4b64-8057-bc90470432a8");
    assert_eq!(text(cut, "name"), Some("Run the slow thing. (#step:kill)"));
    assert_eq!(store.all("sessions").len(), 2);
    // The twin of the session that it makes when it goes on later counts, too; its
    // sub-agent's file does not.
    let sessions: Vec<_> = reports.iter().map(|it| it.totals.sessions).collect();
    assert_eq!(sessions, [0, 1, 1, 1]);
    let calls: Vec<_> = reports.iter().map(|it| it.totals.tool_calls).collect();
    assert_eq!(calls, [2, 9, 0, 0]);

    let answer = store.message("cace0cca-0f6c-4ab2-91d9-01e188ba8da0");
    let usage = json!({"input": 234, "cached": 1000, "output": 66, "reasoning": 10});
    assert_eq!(answer.value("usage"), Some(&usage));
    let failing = store.message("366cbfa0-b200-4fd4-8d3b-276a361892d1:result");
    assert_eq!(failing.value("blocks").unwrap()[0]["exit"], 3);

    let before = store.clone();
    assert!(all.iter().all(|it| store.import_found(it).unwrap().unchanged));
    store.written = before.written;
    assert_eq!(store, before);
}

#[test]
fn any_order_of_files_makes_the_same_rows() {
    let all = found(&home("gemini-0.61.0"));
    import_all(all.iter().rev()).assert_synced(&import_all(&all), "the other way round");
}

#[test]
fn an_older_document_reads_as_it_was() {
    let all = found(&home("gemini-document"));
    let mut store = import_all(&all);
    assert_eq!(
        said(&store, OLD),
        [
            "prompt: Greet in German",
            "assistant: (thinks: **Plan** Read, then edit.) First the file. \
             [read_file read: /home/me/demo/app.py] [replace edit: /home/me/demo/app.py]",
            "tool: [result: print(\"hello\")] [failed: The person said no.]",
            "assistant: Then not.",
            "prompt: See [image image/png]",
        ]
    );
    let row = session(&store, OLD);
    assert_eq!(text(row, "name"), Some("A greeting in German"));
    assert_eq!(text(row, "model"), Some("model-g"));
    assert_eq!(text(store.message("m-2"), "role"), Some("system"));
    assert_eq!(text(store.message("m-5"), "role"), Some("other"));
    assert!(all.iter().all(|it| store.import_found(it).unwrap().unchanged));
}

#[test]
fn a_document_that_goes_on_in_lines_is_one_session() {
    let all = found(&home("gemini-document"));
    let old = import_all(&all);
    let text = std::fs::read_to_string(&all[0].path).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let messages = document["messages"].take();
    document.as_object_mut().unwrap().remove("messages");
    let lines = messages.as_array().unwrap().iter().filter(|it| it.is_object());
    let lines: String =
        std::iter::once(&document).chain(lines).map(|it| format!("{it}\n")).collect();
    let new = tempfile::tempdir().unwrap();
    let folder = new.path().join(".gemini/tmp/demo/chats");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("session-1-0b5e1f6a.jsonl"), lines).unwrap();
    import_all(&found(new.path())).assert_synced(&old, "in lines");
}

#[test]
fn odd_records_cost_themselves_alone() {
    let new = tempfile::tempdir().unwrap();
    let folder = new.path().join(".gemini/tmp/demo/chats");
    std::fs::create_dir_all(&folder).unwrap();
    let lines = [
        json!({"id": "early", "type": "user", "content": "Before the session"}),
        json!({"sessionId": "s", "projectHash": "p", "kind": 7, "directories": [7], "startTime": 1}),
        json!({"$set": {"messages": [1, {"id": 7}, {"id": "listed", "type": "user", "content": "Hi"}]}}),
        json!({"$set": {"messages": "x", "summary": []}}),
        json!({"$rewindTo": "listed"}),
        json!({"odd": true}),
        json!({"id": "a", "type": "gemini", "content": 7, "thoughts": [1, {}], "tokens": [],
               "toolCalls": [2, {"result": 3}, {"id": "c", "status": "success", "result": "plain"},
                             {"id": "d", "status": "error"}, {"id": "e"}]}),
        json!({"id": "b", "type": "user", "content": {"functionResponse": {"id": "z"}}}),
        json!({"id": "e", "type": "user", "content": "<hook_context>x</hook_context>"}),
        json!({"id": "f", "type": "user"}),
    ];
    let lines: String = lines.iter().map(|it| format!("{it}\n")).collect();
    std::fs::write(folder.join("session-1-s.jsonl"), lines).unwrap();
    let store = import_all(&found(new.path()));
    assert_eq!(
        said(&store, "s"),
        [
            "prompt: Before the session",
            "prompt: Hi",
            "assistant: [other no type] [ : ] [ : ] [ : ] [ : ]",
            "tool: [result: plain] [failed: ]",
            "tool: [result: ]",
            "user: <hook_context>x</hook_context>",
        ]
    );
}
