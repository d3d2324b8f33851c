//! Codex 0.171.0: sessions of today's form, with and without code mode, a fork, sub-agents.

use driftline_core::Value;
use driftline_messages::{
    Usage,
    block::{Block, blocks},
};
use serde_json::json;

use super::{home, import, said, session, text};
use crate::common::Store;

const FIXTURE: &str = "codex-0.171.0";
const MAIN: &str = "01a225f2-320b-7e92-87bc-2deceee97017";
const AGENT: &str = "01a225f2-41f2-7e62-bea3-3346ac786850";
const FORK: &str = "01a225f2-54be-7bd2-91f9-6654158e1cd2";
const PLAIN: &str = "01a225f2-751e-70a2-b07a-b07005982efe";

fn of_main(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).filter(|it| !it.starts_with('<')).collect()
}

#[test]
fn a_session_is_read_whole() {
    let (store, _) = import("codex", &home(FIXTURE));
    let all = said(&store, MAIN);
    let main = of_main(&all);
    assert_eq!(
        main[..12],
        [
            "meta: <environment_context>",
            "prompt: Look at the project and tell me what it does. (#step:read)",
            "assistant: (thinks: The user wants an overview. Plan: read README.md, list src/,)",
            "assistant: I will look around first. 🔎",
            "assistant: [exec_command shell: cat README.md]",
            "assistant: [exec_command shell: ls -la src && printf \"\\033[31mred\\033[0m caf\\303\\251\\n\"]",
            "tool: [result: Script completed]",
            "tool: [result: Script completed]",
            "assistant: (thinks: Enough seen.)",
            "assistant: It is a tiny greeter 👩‍💻:",
            "prompt: Bitte die Begrüßung ändern: «Grüß Gott, 世界» 👩‍💻",
            "assistant: (thinks: Read before editing.)",
        ]
    );
    assert!(main.contains(&"assistant: [apply_patch edit: src/app.py]"), "{main:#?}");
    assert_eq!(main.iter().filter(|it| it.starts_with("tool: [failed")).count(), 2);
    assert_eq!(main.iter().filter(|it| it.starts_with("prompt:")).count(), 5);
    assert_eq!(
        main[main.len() - 6..],
        [
            "summary: A summary of what was done before.",
            "prompt: Are you still there? (#step:after)",
            "assistant: Still here after the compaction.",
            "assistant: [exec_command shell: git log --oneline | head -3]",
            "tool: [result: Script completed]",
            "assistant: One commit so far.",
        ],
        "what the model wrote to itself is no answer"
    );
}

#[test]
fn a_sub_agent_is_part_of_its_session_without_the_copy_of_its_parent() {
    let (store, _) = import("codex", &home(FIXTURE));
    let all = said(&store, MAIN);
    let own: Vec<_> = all.iter().filter_map(|it| it.strip_prefix(&format!("<{AGENT}> "))).collect();
    assert_eq!(
        own,
        [
            "user: Read src/app.py and report how many statements it has. (#ste",
            "assistant: (thinks: I am the helper.)",
            "assistant: Reading for the parent.",
            "assistant: [exec_command shell: cat src/app.py]",
            "tool: [result: Script completed]",
            "assistant: Sub-agent report: `src/app.py` has one statement 🧪.",
        ]
    );
    assert_eq!(store.all("sessions").len(), 3, "a sub-agent is no session");
}

#[test]
fn without_code_mode_a_result_tells_how_its_program_ended() {
    let (store, _) = import("codex", &home(FIXTURE));
    let all = said(&store, PLAIN);
    assert_eq!(all.iter().filter(|it| it.starts_with("prompt:")).count(), 3);
    let results = store.all("messages").into_iter().filter(|it| text(it, "role") == Some("tool"));
    let exits = results.flat_map(|it| blocks(None, it.value("blocks"))).filter_map(|it| match it {
        Block::Result(answer) => answer.exit,
        _ => None,
    });
    let mut exits: Vec<_> = exits.filter(|it| *it != 0).collect();
    exits.sort_unstable();
    assert_eq!(exits, [1, 1, 3, 3]);
}

#[test]
fn a_fork_says_whose_it_is() {
    let (store, _) = import("codex", &home(FIXTURE));
    let fork = store.all("messages").into_iter().find(|it| {
        blocks(None, it.value("blocks")).any(|it| matches!(it, Block::Notice { kind: "fork", .. }))
    });
    let notice = &fork.unwrap().value("blocks").unwrap()[0];
    assert_eq!(notice["details"], json!({"of": MAIN, "until": 139}));
    let last = store.all("messages").into_iter().filter_map(|it| it.value("ordinal")?.as_u64());
    assert!(last.max() > Some(139), "its own lines go on counting");
    assert_eq!(said(&store, FORK)[0], "prompt: Try another way. (#step:fork)");
}

#[test]
fn a_session_says_where_and_with_what_it_was_started() {
    let (store, _) = import("codex", &home(FIXTURE));
    let main = session(&store, MAIN);
    let name = "Look at the project and tell me what it does. (#step:read)";
    for (field, value) in [
        ("name", name),
        ("cwd", "/home/me/src/demo"),
        ("source", "codex"),
        ("model", "gpt-6.2-sol"),
        ("git_branch", "main"),
    ] {
        assert_eq!(text(main, field), Some(value), "{field}");
    }
    let places = store.all("workspaces");
    let remotes: Vec<_> = places.iter().filter_map(|it| text(it, "git_remote")).collect();
    assert_eq!(remotes, ["github.com/example/demo"]);
    let usage = store.all("messages").into_iter().find_map(|it| it.value("usage"));
    let expected = json!({"input": 234, "cached": 1000, "output": 56, "reasoning": 10});
    assert_eq!(usage, Some(&expected));
}

#[test]
fn reading_again_changes_nothing() {
    let (mut store, reports) = import("codex", &home(FIXTURE));
    let before = store.rows.clone();
    for found in super::found("codex", &home(FIXTURE)) {
        assert!(store.import_found(&found).unwrap().unchanged);
    }
    assert_eq!((store.rows, reports.len()), (before, 5));
}

/// Imports one file of these lines.
fn of_lines(lines: &[Value]) -> Store {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".codex/sessions/2025/05/01");
    std::fs::create_dir_all(&folder).unwrap();
    let text: String = lines.iter().map(|it| format!("{it}\n")).collect();
    std::fs::write(folder.join("rollout-1.jsonl"), text).unwrap();
    import("codex", home.path()).0
}

/// Imports a session, `s`, of these lines.
fn of_session(lines: impl IntoIterator<Item = (&'static str, Value)>) -> Store {
    let head = [("session_meta", json!({"id": "s", "cwd": "/home/me"}))];
    let line = |(kind, payload)| json!({"timestamp": "2026-11-29T06:16:00Z", "type": kind, "payload": payload});
    of_lines(&head.into_iter().chain(lines).map(line).collect::<Vec<_>>())
}

#[test]
fn tokens_that_are_told_again_are_counted_once() {
    let (store, _) = import("codex", &home(FIXTURE));
    let wanted = Value::from(MAIN);
    let mut sessions = store.rows.iter().filter(|it| it.0.0 == "sessions");
    let main = sessions.find(|it| it.1.value("external_id") == Some(&wanted));
    let of_main = Value::from(main.unwrap().0.1.to_string());
    let read = store.all("messages").into_iter().filter(|it| {
        it.value("session") == Some(&of_main) && it.value("agent").is_none_or(Value::is_null)
    });
    let read = read.filter_map(|it| it.value("usage")).map(Usage::of);
    let read: u64 = read.map(|it| it.input + it.cached).sum();
    assert_eq!(read, 167_276, "as the last line of the file says");
}

#[test]
fn who_wrote_a_message_is_what_it_says_itself() {
    let message = |said: &str, writers: &[&str]| {
        let parts = writers.iter().map(|it| json!({"provenance": {"type": it}}));
        let parts: Vec<_> = parts.collect();
        let message = json!({"type": "message", "role": "user",
            "content": [{"type": "input_text", "text": said}],
            "internal_chat_message_metadata_passthrough": {"content_item_metadata": parts}});
        ("response_item", message)
    };
    let store = of_session([
        message("<skill> is a tag that I use", &["user"]),
        message("A reminder", &["harness"]),
        message("With a file of the editor", &["harness", "user"]),
        message("<user_shell_command>ls", &[]),
        message("In an older version", &[]),
    ]);
    assert_eq!(
        said(&store, "s"),
        [
            "prompt: <skill> is a tag that I use",
            "meta: A reminder",
            "prompt: With a file of the editor",
            "meta: <user_shell_command>ls",
            "prompt: In an older version",
        ]
    );
}

#[test]
fn a_script_that_calls_several_tools_is_shown_as_it_is() {
    let script = |input: &str| {
        ("response_item", json!({"type": "custom_tool_call", "name": "exec", "input": input}))
    };
    let store = of_session([
        script("text(await tools.exec_command({\"cmd\": \"cat tools.md\"}))"),
        script("await tools.exec_command({\"cmd\": \"a\"}); await tools.exec_command({})"),
        script("mytools.run(1)"),
    ]);
    assert_eq!(
        said(&store, "s"),
        [
            "assistant: [exec_command shell: cat tools.md]",
            "assistant: [exec shell: await tools.exec_command({\"cmd\": \"a\"}); await tools.exec_com]",
            "assistant: [exec shell: mytools.run(1)]",
        ]
    );
}

#[test]
fn a_name_an_error_and_what_is_unknown_are_kept() {
    let store = of_session([
        ("event_msg", json!({"type": "thread_name_updated", "thread_name": "A name\nof mine"})),
        ("event_msg", json!({"type": "error", "message": "No quota is left."})),
        ("a_new_kind", json!({"said": "something"})),
        ("world_state", json!({"full": true})),
    ]);
    assert_eq!(text(session(&store, "s"), "name"), Some("A name"));
    let mut kept: Vec<_> = store
        .all("messages")
        .into_iter()
        .map(|it| (text(it, "role").unwrap().to_owned(), it.value("blocks").unwrap()[0].clone()))
        .collect();
    kept.sort_by(|one, other| one.0.cmp(&other.0));
    let other = json!({"type": "other", "kind": "a_new_kind", "value": {"said": "something"}});
    let error = json!({"type": "notice", "kind": "error", "details": "No quota is left."});
    assert_eq!(kept, [("other".to_owned(), other), ("system".to_owned(), error)]);
}

#[test]
fn the_oldest_form_has_no_envelope() {
    let item = |role: &str, kind: &str, said: &str| {
        json!({"type": "message", "role": role,
        "content": [{"type": kind, "text": said}]})
    };
    let lines: Vec<Value> = vec![
        json!({"id": "0197-old", "timestamp": "2025-05-01T10:00:00Z", "instructions": null}),
        item("user", "input_text", "<environment_context>\n<cwd>/home/me/old</cwd>"),
        item("user", "input_text", "List the files"),
        json!({"record_type": "state"}),
        json!({"type": "reasoning", "id": "rs_1", "summary": []}),
        json!({"type": "local_shell_call", "id": "lsh_1", "call_id": "c1",
            "action": {"type": "exec", "command": ["bash", "-lc", "ls"]}}),
        json!({"type": "function_call_output", "call_id": "c1",
            "output": "{\"output\":\"a.rs\",\"metadata\":{\"exit_code\":2}}"}),
        item("assistant", "output_text", "One file."),
    ];
    let store = of_lines(&lines);
    assert_eq!(text(session(&store, "0197-old"), "cwd"), Some("/home/me/old"));
    assert_eq!(
        said(&store, "0197-old"),
        [
            "meta: <environment_context>",
            "prompt: List the files",
            "assistant: (thinks: ?)",
            "assistant: [shell shell: ls]",
            "tool: [failed: a.rs]",
            "assistant: One file.",
        ]
    );
}
