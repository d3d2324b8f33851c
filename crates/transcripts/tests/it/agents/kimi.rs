//! Kimi Code 2.1.0: a session with a sub-agent, a fork of both, and one that was killed.

use std::path::Path;

use driftline_core::Value;
use driftline_messages::block::{Block, blocks};
use serde_json::json;

use super::{found, home, import, said, session, text};
use crate::common::Store;

const TOOL: &str = "kimi-code";
const FIXTURE: &str = "kimi-code-2.1.0";
const MAIN: &str = "session_734bb04e-305c-435b-9131-0c715a8a2312";
const FORK: &str = "session_6b2afd29-dc43-4c57-9e8f-432d518c8f96";
const KILLED: &str = "session_5802d458-5fe4-40e0-9007-ecf59f59b0f4";

/// What the main agent of a session said and heard.
fn of_main(store: &Store, name: &str) -> Vec<String> {
    said(store, name).into_iter().filter(|it| !it.starts_with('<')).collect()
}

#[test]
fn a_session_is_read_whole_and_nothing_of_it_twice() {
    let (store, _) = import(TOOL, &home(FIXTURE));
    assert_eq!(
        of_main(&store, MAIN),
        [
            "prompt: Look at the project and tell me what it does. (#step:read)",
            "assistant: (thinks: The user wants an overview. Plan: read README.md, list src/,)",
            "assistant: I will look around first. 🔎",
            "assistant: [Read read: /home/me/src/demo/README.md]",
            "assistant: [Bash shell: ls -la src && printf \"\\033[31mred\\033[0m \
             caf\\303\\251\\n\"]",
            "tool: [result: 1\t# Demo]",
            "tool: [result: total 12]",
            "assistant: (thinks: Enough seen.)",
            "assistant: It is a tiny greeter 👩‍💻:",
            "prompt: Bitte die Begrüßung ändern: «Grüß Gott, 世界» 👩‍💻",
            "assistant: (thinks: Read before editing.)",
            "assistant: First the file.",
            "assistant: [Read read: /home/me/src/demo/src/app.py]",
            "tool: [result: 1\tprint(\"hello\")]",
            "assistant: [Edit edit: /home/me/src/demo/src/app.py]",
            "tool: [result: Replaced 1 occurrence in /home/me/src/demo/src/app.py]",
            "assistant: Now a file that is not there.",
            "assistant: [Read read: /home/me/src/demo/src/no-such-file.py]",
            "tool: [failed: \"/home/me/src/demo/src/no-such-file.py\" does not exist.]",
            "assistant: [Bash shell: echo to-stderr >&2; exit 3]",
            "tool: [failed: to-stderr]",
            "assistant: Edited `src/app.py`; the missing file stayed missing ❌.",
            "prompt: Let a helper count the statements, then print something long",
            "assistant: (thinks: Delegate.)",
            "assistant: A helper can look at this.",
            "assistant: [Agent task: Count the statements]",
            "tool: [result: agent_id: agent-0]",
            "assistant: And a long output:",
            "assistant: [Bash shell: for i in $(seq 1 1500); do echo \"line $i of a long output \
             äö]",
            "tool: [result: line 1 of a long output äöü]",
            "assistant: The helper says one statement; the output was long.",
            "prompt: /compact",
            "assistant: <analysis>Scripted.</analysis>",
            "prompt: Are you still there? (#step:after)",
            "assistant: Still here after the compaction.",
            "assistant: [Bash shell: git log --oneline | head -3]",
            "tool: [result: c26dd42 first]",
            "assistant: One commit so far.",
        ]
    );
}

#[test]
fn a_sub_agent_stands_in_its_session() {
    let (store, reports) = import(TOOL, &home(FIXTURE));
    for name in [MAIN, FORK] {
        let all = said(&store, name);
        let own: Vec<_> = all.iter().filter_map(|it| it.strip_prefix("<agent-0> ")).collect();
        assert_eq!(
            own,
            [
                "user: Read src/app.py and report how many statements it has. (#ste",
                "assistant: (thinks: I am the helper.)",
                "assistant: Reading for the parent.",
                "assistant: [Read read: /home/me/src/demo/src/app.py]",
                "tool: [result: 1\tprint(\"Grüß Gott, 世界 👋\")]",
                "assistant: Sub-agent report: `src/app.py` has one statement 🧪.",
            ]
        );
    }
    assert_eq!((store.all("sessions").len(), reports.len()), (3, 8));
    assert_eq!(reports.iter().map(|it| it.totals.sessions).sum::<u64>(), 3);
}

#[test]
fn a_fork_has_its_own_copy() {
    let (store, _) = import(TOOL, &home(FIXTURE));
    let (main, fork) = (of_main(&store, MAIN), of_main(&store, FORK));
    let (copy, own) = fork.split_at(main.len());
    assert_eq!(copy, main);
    assert_eq!(
        own,
        [
            "prompt: Try another way. (#step:fork)",
            "assistant: (thinks: Another way.)",
            "assistant: This is the fork; the original stays as it was.",
        ]
    );
    let all = store.all("messages");
    let forks = all.iter().filter(|it| {
        blocks(None, it.value("blocks")).any(|it| matches!(it, Block::Notice { kind: "fork", .. }))
    });
    assert_eq!(forks.count(), 1, "the sub-agent's file has one more");
}

#[test]
fn a_killed_session_is_there_up_to_its_last_call() {
    let (store, _) = import(TOOL, &home(FIXTURE));
    let all = said(&store, KILLED);
    assert_eq!(all.len(), 4);
    assert_eq!(
        all[3],
        "assistant: [Bash shell: python3 -c \"import time; time.sleep(45); print(1)\"]"
    );
}

#[test]
fn a_session_says_where_and_with_what_it_was_started() {
    let (store, reports) = import(TOOL, &home(FIXTURE));
    let main = session(&store, MAIN);
    for (field, value) in [
        ("name", "Look at the project and tell me what it does. (#step:read)"),
        ("cwd", "/home/me/src/demo"),
        ("source", TOOL),
        ("model", "fake-model"),
    ] {
        assert_eq!(text(main, field), Some(value), "{field}");
    }
    assert_eq!(main.value("started_at"), Some(&Value::from(1_795_933_330_861_u64)));
    let all = store.all("messages");
    let usage = all.iter().find_map(|it| it.value("usage")).unwrap();
    assert_eq!(*usage, json!({"input": 234, "cached": 1000, "output": 56}));
    let prompts = all.iter().filter(|it| it.value("prompt") == Some(&Value::Bool(true)));
    assert_eq!(prompts.count(), 5 + 6 + 1);
    let mut took = all.iter().flat_map(|it| blocks(None, it.value("blocks")));
    assert!(took.any(|it| matches!(it, Block::Result(it) if it.took == Some(32))));
    for report in reports {
        let noted: Vec<_> = report.totals.records.keys().map(String::as_str).collect();
        let known = |it: &&str| !["usage.record", "forked"].contains(it);
        assert_eq!(noted.into_iter().find(known), None, "{}", report.path);
    }
}

#[test]
fn reading_again_changes_nothing() {
    let (mut store, _) = import(TOOL, &home(FIXTURE));
    let before = store.rows.clone();
    for found in found(TOOL, &home(FIXTURE)) {
        assert!(store.import_found(&found).unwrap().unchanged);
    }
    assert_eq!(store.rows, before);
}

/// Writes a session of these records below a home.
fn write(home: &Path, records: &[Value]) {
    let folder = home.join(".kimi-code/sessions/wd_x/session_1/agents/main");
    std::fs::create_dir_all(&folder).unwrap();
    let lines: String = records.iter().map(|it| format!("{it}\n")).collect();
    std::fs::write(folder.join("wire.jsonl"), lines).unwrap();
}

fn told(id: &str, content: &Value, origin: &Value) -> Value {
    let message = json!({"role": "user", "id": id, "content": content, "origin": origin});
    json!({"type": "context.append_message", "agentId": "main", "message": message, "time": 7})
}

#[test]
fn what_the_program_says_in_the_persons_name_is_no_prompt() {
    let home = tempfile::tempdir().unwrap();
    let png = json!({"type": "image_url", "imageUrl": {"url": "data:image/png;base64,AAAA"}});
    let kept = json!({"type": "image_url", "imageUrl": {"url": "blobref:image/jpeg;abc"}});
    let there = json!({"type": "image_url", "imageUrl": {"url": "https://example.com/a.png"}});
    write(
        home.path(),
        &[
            told("1", &json!([{"type": "text", "text": "see"}, png, kept, there]), &Value::Null),
            told(
                "2",
                &json!("a reminder"),
                &json!({"kind": "injection", "variant": "date_change"}),
            ),
            told("3", &json!("a hook"), &json!({"kind": "system_trigger", "name": "stop_hook"})),
            told("4", &json!("ends"), &json!({"kind": "injection", "variant": "shell"})),
            told(
                "5",
                &json!("skill"),
                &json!({"kind": "skill_activation", "trigger": "user-slash"}),
            ),
            json!({"type": "context.apply_compaction", "summary": "So far.", "tokensBefore": 9}),
        ],
    );
    let (store, _) = import(TOOL, home.path());
    assert_eq!(
        said(&store, "session_1"),
        [
            "prompt: see [image image/png] [image image/jpeg] [other image_url]",
            "meta: a hook",
            "meta: ends",
            "user: skill",
            "summary: [notice compaction] So far.",
        ]
    );
}

#[test]
fn an_odd_record_costs_itself_alone() {
    let home = tempfile::tempdir().unwrap();
    let event = |event: Value| json!({"type": "context.append_loop_event", "event": event});
    write(
        home.path(),
        &[
            json!({"type": 7, "time": "never", "agentId": 7}),
            json!({"type": "metadata", "created_at": -1}),
            json!({"type": "context.append_message", "message": []}),
            event(json!(7)),
            event(json!({"type": "content.part", "part": 7})),
            event(json!({"type": "tool.result", "result": {"output": [7, {}]}})),
            event(json!({"type": "tool.call", "args": "{"})),
            event(json!({"type": "future"})),
            json!({"type": "context.apply_compaction", "summary": 7}),
            json!({"type": "usage.record", "usage": {"output": -1}}),
            json!({"type": "future.record"}),
            told("1", &json!("still here"), &json!({"kind": "user"})),
        ],
    );
    let (store, _) = import(TOOL, home.path());
    assert_eq!(
        said(&store, "session_1"),
        [
            "assistant: [other part]",
            "tool: [result: 7]",
            "assistant: [ : {]",
            "summary: [notice compaction]",
            "prompt: still here",
        ]
    );
    let kinds = store.all("messages").into_iter().filter_map(|it| text(it, "role"));
    assert_eq!(kinds.filter(|it| *it == "other").count(), 3);
}

#[test]
fn a_file_elsewhere_is_of_no_session() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".kimi-code/sessions");
    std::fs::create_dir_all(&folder).unwrap();
    let record = told("1", &json!("whose"), &Value::Null);
    std::fs::write(folder.join("wire.jsonl"), format!("{record}\n")).unwrap();
    let (store, _) = import(TOOL, home.path());
    assert_eq!(store.all("messages").len(), 0);
}
