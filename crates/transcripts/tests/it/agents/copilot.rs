//! Copilot CLI 1.0.102: a session with a sub-agent and a compaction, a fork of it, and one
//! that was killed.

use driftline_core::Value;
use driftline_messages::block::{Block, blocks};
use serde_json::json;

use super::{found, home, import, said, session, text};
use crate::common::Store;

const TOOL: &str = "copilot";
const FIXTURE: &str = "copilot-1.0.102";
const MAIN: &str = "c571e87f-8604-4bcf-b85a-49519666894c";
const FORK: &str = "87e64111-5c6c-4811-8704-8ff950cfce30";
const KILLED: &str = "f14471a1-c64f-456e-b2b6-d6a18ccb5c7a";
const AGENT: &str = "<a24b4796-6a73-4496-8008-62dddf8665d2> ";

const FIRST: [&str; 5] = [
    "prompt: Look at the project and tell me what it does. (#step:read)",
    "assistant: (thinks: The user wants an overview. Plan: read README.md, list src/,) I will look \
     around first. 🔎 [view read: /home/me/src/demo/README.md] [bash shell: ls -la src && printf \
     \"\\033[31mred\\033[0m caf\\303\\251\\n\"]",
    "tool: [result: # Demo]",
    "tool: [result: total 12]",
    "assistant: (thinks: Enough seen.) It is a tiny greeter 👩‍💻:",
];

#[test]
fn a_session_is_read_whole() {
    let (store, _) = import(TOOL, &home(FIXTURE));
    let all = said(&store, MAIN);
    let main: Vec<_> = all.iter().filter(|it| !it.starts_with('<')).map(String::as_str).collect();
    assert_eq!(main[..5], FIRST);
    assert_eq!(
        main[5..],
        [
            "prompt: Bitte die Begrüßung ändern: «Grüß Gott, 世界» 👩‍💻",
            "assistant: (thinks: Read before editing.) First the file. [view read: \
             /home/me/src/demo/src/app.py]",
            "tool: [result: print(\"hello\")]",
            "assistant: [apply_patch edit: *** Begin Patch]",
            "tool: [result: Modified 1 file(s): /home/me/src/demo/src/app.py]",
            "assistant: Now a file that is not there. [view read: \
             /home/me/src/demo/src/no-such-file.py]",
            "tool: [failed: Path does not exist]",
            "assistant: [bash shell: echo to-stderr >&2; exit 3]",
            "tool: [failed: to-stderr]",
            "assistant: Edited `src/app.py`; the missing file stayed missing ❌.",
            "prompt: Let a helper count the statements, then print something long",
            "assistant: (thinks: Delegate.) A helper can look at this. [task task: Count the \
             statements]",
            "tool: [result: Sub-agent report: `src/app.py` has one statement 🧪.]",
            "assistant: And a long output: [bash shell: for i in $(seq 1 1500); do echo \"line $i \
             of a long output äö]",
            "tool: [result: Output too large to read at once (48.7 KB). Saved to: /tmp/1]",
            "assistant: The helper says one statement; the output was long.",
            "summary: [notice compaction] A summary of what was done before.",
            "prompt: Are you still there? (#step:after)",
            "assistant: Still here after the compaction. [bash shell: git log --oneline | head -3]",
            "tool: [result: c26dd42 first]",
            "assistant: One commit so far.",
        ]
    );
}

#[test]
fn a_sub_agent_stands_in_its_session() {
    let (store, _) = import(TOOL, &home(FIXTURE));
    let all = said(&store, MAIN);
    let own: Vec<_> = all.iter().filter_map(|it| it.strip_prefix(AGENT)).collect();
    assert_eq!(
        own,
        [
            "user: Read src/app.py and report how many statements it has. (#ste",
            "assistant: (thinks: I am the helper.) Reading for the parent. [view read: \
             /home/me/src/demo/src/app.py]",
            "tool: [result: print(\"Grüß Gott, 世界 👋\")]",
            "assistant: Sub-agent report: `src/app.py` has one statement 🧪.",
        ]
    );
}

#[test]
fn a_fork_has_its_own_copy_and_says_whose_it_is() {
    let (store, _) = import(TOOL, &home(FIXTURE));
    assert_eq!(said(&store, FORK), FIRST);
    assert_eq!(said(&store, MAIN)[..5], FIRST, "the origin keeps its own");
    let notices = store.all("messages").into_iter().filter_map(|it| it.value("blocks")?.get(0));
    let fork = notices.into_iter().find(|it| it["kind"] == "fork").unwrap();
    assert_eq!(fork["details"]["of"], MAIN);
    let name = "Look at the project and tell me what it does. (#step:read) (fork)";
    assert_eq!(text(session(&store, FORK), "name"), Some(name));
}

#[test]
fn a_killed_call_has_no_answer() {
    let (store, _) = import(TOOL, &home(FIXTURE));
    let all = said(&store, KILLED);
    assert_eq!(all.len(), 2);
    assert!(all[1].ends_with("Starting something slow… [bash shell: python3 -c \"import time; time.sleep(45); print(1)\"]"));
}

#[test]
fn a_session_says_where_and_with_what_it_was_started() {
    let (store, reports) = import(TOOL, &home(FIXTURE));
    let main = session(&store, MAIN);
    for (field, value) in [
        ("name", "Look at the project and tell me what it does."),
        ("cwd", "/home/me/src/demo"),
        ("source", TOOL),
        ("model", "gpt-5.4"),
        ("git_branch", "main"),
    ] {
        assert_eq!(text(main, field), Some(value), "{field}");
    }
    let all = store.all("messages");
    let usage = all.iter().find_map(|it| it.value("usage")).unwrap();
    assert_eq!(*usage, json!({"input": 234, "cached": 1000, "output": 56, "reasoning": 10}));
    let prompts = all.iter().filter(|it| it.value("prompt") == Some(&Value::Bool(true)));
    assert_eq!(prompts.count(), 4 + 1 + 1);
    let exits = all.iter().flat_map(|it| blocks(None, it.value("blocks")));
    let exits = exits.filter(|it| matches!(it, Block::Result(it) if it.exit == Some(3)));
    assert_eq!(exits.count(), 1);
    let unknown = |it: &&String| {
        *it != "title" && (!it.starts_with("session.") || it.starts_with("session.start"))
    };
    for report in reports {
        assert_eq!(report.totals.records.keys().find(unknown), None, "{}", report.path);
    }
}

#[test]
fn reading_again_changes_nothing() {
    let (mut store, reports) = import(TOOL, &home(FIXTURE));
    let before = store.rows.clone();
    for found in found(TOOL, &home(FIXTURE)) {
        assert!(store.import_found(&found).unwrap().unchanged);
    }
    assert_eq!((store.rows, reports.len()), (before, 6), "events, and a name, of three sessions");
}

/// Imports a session of these events.
fn of(events: &[Value]) -> Store {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".copilot/session-state/s1");
    std::fs::create_dir_all(&folder).unwrap();
    let start = json!({"type": "session.start", "data": {"sessionId": "s1"}});
    let lines: String = [&start].into_iter().chain(events).map(|it| format!("{it}\n")).collect();
    std::fs::write(folder.join("events.jsonl"), lines).unwrap();
    import(TOOL, home.path()).0
}

fn event(id: &str, kind: &str, data: &Value) -> Value {
    json!({"type": kind, "id": id, "timestamp": "2026-11-29T06:20:27.236Z", "data": data})
}

#[test]
fn what_the_program_says_in_the_persons_name_is_no_prompt() {
    let store = of(&[
        event("1", "user.message", &json!({"content": "typed"})),
        event("2", "user.message", &json!({"content": "a skill", "source": "skill-pdf"})),
        event("3", "user.message", &json!({"content": "go on", "isAutopilotContinuation": true})),
        event("4", "system.notification", &json!({"content": "a shell ended"})),
        event(
            "5",
            "user.message",
            &json!({"content": "look", "attachments": [
                {"type": "blob", "mimeType": "image/png", "data": "AAAA"}, {"type": "file"}, 7,
            ]}),
        ),
    ]);
    assert_eq!(
        said(&store, "s1"),
        [
            "prompt: typed",
            "meta: a skill",
            "meta: go on",
            "meta: a shell ended",
            "prompt: look [image image/png] [other attachment] [other attachment]",
        ]
    );
}

#[test]
fn an_odd_event_costs_itself_alone() {
    let store = of(&[
        json!({"type": 7, "data": []}),
        event("1", "user.message", &json!([])),
        event("2", "assistant.message", &json!({"toolRequests": [1, {}], "reasoningOpaque": "x"})),
        event("3", "tool.execution_complete", &json!({"result": 7, "error": []})),
        event("4", "session.compaction_complete", &json!({})),
        event("5", "session.info", &json!({"infoType": "fork", "message": "( as \" (é"})),
        event("6", "session.start", &json!({"sessionId": "another", "context": 7})),
        event("7", "future.event", &json!({"some": "thing"})),
        event("8", "user.message", &json!({"content": "still here"})),
    ]);
    let all = said(&store, "s1");
    assert_eq!(all[1], "assistant: (thinks: ?) [other toolRequest] [ : ]");
    assert_eq!(all.last().unwrap(), "prompt: still here");
    let kinds = store.all("messages").into_iter().filter_map(|it| text(it, "role"));
    assert_eq!(kinds.filter(|it| *it == "other").count(), 2);
}
