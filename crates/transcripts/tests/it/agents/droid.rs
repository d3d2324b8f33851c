use serde_json::json;

use super::{home, import, said, session, text};

const TOOL: &str = "droid";
const HOME: &str = "droid-0.215.0";
const MAIN: &str = "78368ad0-39e8-4fb6-b291-ee9661dd83b9";
const FORK: &str = "f4efd1a5-3b7b-45e4-b40b-98b070e8f57c";
const TASK: &str = "6fe257f0-ca15-4f00-8b28-955a05289c96";

const FIRST: [&str; 4] = [
    "prompt: Look at the project and tell me what it does. (#step:read)",
    "assistant: (thinks: The user wants an overview.) I will look around first. 🔎 \
     [Read read: /home/me/demo/README.md] \
     [Execute shell: ls -la src && printf \"\\033[31mred\\033[0m caf\\303\\251\\n\"]",
    "tool: [result: # Demo] [result: total 12]",
    "assistant: (thinks: Enough seen.) It is a tiny greeter 👩\u{200d}💻:",
];

#[test]
fn a_session_reads_as_it_was() {
    let (store, _) = import(TOOL, &home(HOME));
    assert_eq!(said(&store, MAIN), FIRST);
    assert_eq!(
        said(&store, TASK),
        [
            "prompt: Let a helper count the statements, then print something long",
            "assistant: (thinks: Delegate.) A helper can look at this. \
             [Task task: Count the statements]",
            "tool: [failed: Error: Error running task subagent: Could not reach the daem]",
            "assistant: And a long output: [Execute shell: \
             for i in $(seq 1 1500); do echo \"line $i of a long output äö]",
            "tool: [result: line 1 of a long output äöü]",
            "assistant: The helper says one statement; the output was long.",
        ]
    );
}

#[test]
fn a_fork_has_what_it_began_with() {
    let (store, _) = import(TOOL, &home(HOME));
    let fork = said(&store, FORK);
    assert_eq!(fork[..4], FIRST);
    assert_eq!(
        fork[4..],
        [
            "prompt: Bitte die Begrüßung ändern: «Grüß Gott, 世界» 👩\u{200d}💻",
            "assistant: (thinks: Read before editing.) First the file. \
             [Read read: /home/me/demo/src/app.py]",
            "tool: [result: print(\"hello\")]",
            "assistant: [Edit edit: /home/me/demo/src/app.py]",
            "tool: [result: {\"success\":true,\"file_path\":\"/home/me/demo/src/app.py\",\"diff]",
            "assistant: Now a file that is not there. \
             [Read read: /home/me/demo/src/no-such-file.py]",
            "tool: [failed: Error: Error reading file: ENOENT: no such file or directory]",
            "assistant: [Execute shell: echo to-stderr >&2; exit 3]",
            "tool: [failed: Error: Command failed (exit code: 3)]",
            "assistant: Edited `src/app.py`; the missing file stayed missing ❌.",
        ]
    );
    assert_eq!(store.all("sessions").len(), 3);
}

#[test]
fn what_is_told_of_a_session_is_known() {
    let (mut store, reports) = import(TOOL, &home(HOME));
    let main = session(&store, MAIN);
    let name = "Look at the project and tell me what it does. (#step:read)";
    assert_eq!(text(main, "name"), Some(name));
    assert_eq!(text(main, "cwd"), Some("/home/me/demo"));
    assert_eq!(text(main, "model"), Some("custom:Fake-0"));
    let failing = store.message("17830294-6302-446a-a1a6-92e5ee3bff79");
    assert_eq!(failing.value("blocks").unwrap()[0]["exit"], 3);
    let left_out = [("agent_turn_outcome".to_owned(), 1), ("message".to_owned(), 1)];
    assert_eq!(reports[1].totals.left_out, left_out.into());

    let before = store.clone();
    for found in super::found(TOOL, &home(HOME)) {
        assert!(store.import_found(&found).unwrap().unchanged);
    }
    store.written = before.written;
    assert_eq!(store, before);
}

#[test]
fn what_a_session_starts_belongs_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join(".factory/sessions/p");
    std::fs::create_dir_all(&project).unwrap();
    let message = |id: &str, role: &str, more: serde_json::Value| {
        let mut message = json!({"role": role, "content": [{"type": "text", "text": id}]});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"type": "message", "id": id, "timestamp": "2026-01-01T00:00:00Z", "message": message})
    };
    let write = |name: &str, lines: &[serde_json::Value]| {
        let lines: String = lines.iter().map(|it| format!("{it}\n")).collect();
        std::fs::write(project.join(name), lines).unwrap();
    };
    write(
        "a.jsonl",
        &[
            json!({"type": "session_start", "id": "a", "title": "Made", "cwd": 7,
                   "sessionTitleAutoStage": "first_file_edit"}),
            message("typed", "user", json!({})),
            message("told", "user", json!({"visibility": "llm_only"})),
            message("context-typed", "user", json!({"visibility": "llm_only"})),
            message("noted", "system", json!({})),
            json!({"type": "message", "id": "odd", "message": 7}),
            json!({"type": "message", "id": "bare", "message": {"role": "assistant", "content": 7}}),
            json!({"type": "compaction_state", "id": "cut", "summaryText": "So far.", "removedCount": 3}),
            json!({"type": "compaction_state", "summaryText": 7}),
            json!({"type": "todo_state", "id": "t"}),
            json!({"type": "brand-new", "id": "n"}),
        ],
    );
    write(
        "b.jsonl",
        &[
            json!({"type": "session_start", "id": "b", "title": "Task", "callingSessionId": "a"}),
            message("do it", "user", json!({})),
            message("done", "assistant", json!({"modelId": "m"})),
        ],
    );
    let (store, reports) = import(TOOL, folder.path());
    let mut said = said(&store, "a");
    said.sort();
    assert_eq!(
        said,
        [
            "<b> assistant: done",
            "<b> user: do it",
            "assistant: [other no type]",
            "prompt: typed",
            "summary: So far.",
            "user: told",
        ]
    );
    assert_eq!(text(session(&store, "a"), "name"), Some("Made"));
    assert_eq!(store.all("sessions").len(), 1);
    let sessions: Vec<_> = reports.iter().map(|it| it.totals.sessions).collect();
    assert_eq!(sessions, [1, 0]);
    let role = |id: &str| text(store.message(id), "role");
    assert_eq!([role("odd"), role("n")], [Some("other"); 2]);
    assert_eq!([role("cut"), role("noted")], [Some("system"); 2]);
    assert_eq!((store.find("t"), store.find("context-typed")), (None, None));
}
