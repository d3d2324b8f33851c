use std::{fs, path::Path};

use driftline_core::Value;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::{home, import, said, session, text};

const MAIN: &str = "ses_dda076e34ffe8B041NV7CXOMuP";
const FORK: &str = "ses_dda05f80cffejObS1AtaX4cELm";
const KILLED: &str = "ses_dda05aa8effeuIgqIjIneK7Du4";
const AGENT: &str = "ses_dda0703efffeAl00U5SWxKiKgF";

const KILO: &str = "ses_dda0568baffe63HO66GDsxB9FN";
const KILO_FORK: &str = "ses_dda03bf02ffeY33zdRckbAmWRU";

/// A home with a database that a script makes.
pub(super) fn made(fixture: &str, script: &str, database: &str) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join(database);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let script = fs::read_to_string(home(fixture).join(script)).unwrap();
    Connection::open(path).unwrap().execute_batch(&script).unwrap();
    place
}

pub(crate) fn opencode() -> TempDir {
    made("opencode-1.18.33", "opencode.sql", ".local/share/opencode/opencode.db")
}

fn kilo() -> TempDir {
    made("kilo-7.7.9", "kilo.sql", ".local/share/kilo/kilo.db")
}

pub(crate) fn database(home: &Path) -> Connection {
    Connection::open(home.join(".local/share/opencode/opencode.db")).unwrap()
}

#[test]
fn a_conversation_reads_as_it_was_held() {
    let home = opencode();
    let (store, reports) = import("opencode", home.path());
    let look = "[bash shell: ls -la src && printf \"\\033[31mred\\033[0m caf\\303\\251\\n\"]";
    let first = [
        "prompt: Look at the project and tell me what it does. (#step:read)",
        &format!(
            "assistant: (thinks: The user wants an overview. Plan: read README.md, list src/,) I will \
             look around first. \u{1f50e} [read read: /home/me/demo/README.md] {look}"
        ),
        "tool: [result: <path>/home/me/demo/README.md</path>]",
        "tool: [result: total 12]",
        "assistant: (thinks: Enough seen.) It is a tiny greeter \u{1f469}\u{200d}\u{1f4bb}:",
    ];
    let task = |agent: &str| {
        [
            "prompt: Let a helper count the statements, then print something long".to_owned(),
            "assistant: (thinks: Delegate.) A helper can look at this. [task task: Count the \
             statements]"
                .to_owned(),
            format!("tool: [result: <task id=\"{agent}\" state=\"completed\">]"),
        ]
    };
    let main = said(&store, MAIN);
    assert_eq!(main[..5], first);
    assert_eq!(
        main[5..13],
        [
            "prompt: Bitte die Begr\u{fc}\u{df}ung \u{e4}ndern: \u{ab}Gr\u{fc}\u{df} Gott, \
             \u{4e16}\u{754c}\u{bb} \u{1f469}\u{200d}\u{1f4bb}",
            "assistant: [edit edit: /home/me/demo/src/app.py]",
            "tool: [result: Edit applied successfully.]",
            "assistant: Now a file that is not there. [read read: \
             /home/me/demo/src/no-such-file.py]",
            "tool: [failed: File not found: /home/me/demo/src/no-such-file.py]",
            "assistant: [bash shell: echo to-stderr >&2; exit 3]",
            "tool: [failed: to-stderr]",
            "assistant: Edited `src/app.py`; the missing file stayed missing \u{274c}.",
        ]
    );
    assert_eq!(main[13..16], task(AGENT));
    assert_eq!(
        main[19..24],
        [
            "summary: <analysis>Scripted.</analysis>",
            "prompt: Are you still there? (#step:after)",
            "assistant: Still here after the compaction. [bash shell: git log --oneline | head -3]",
            "tool: [result: c26dd42 first]",
            "assistant: One commit so far.",
        ]
    );
    let helper = |line: &str| format!("<{AGENT}> {line}");
    assert_eq!(
        main[24..],
        [
            helper("user: Read src/app.py and report how many statements it has. (#ste"),
            helper(
                "assistant: (thinks: I am the helper.) Reading for the parent. [read read: \
                 /home/me/demo/src/app.py]"
            ),
            helper("tool: [result: <path>/home/me/demo/src/app.py</path>]"),
            helper("assistant: Sub-agent report: `src/app.py` has one statement \u{1f9ea}."),
        ]
    );

    let fork = said(&store, FORK);
    assert_eq!(fork[..5], first);
    assert_eq!(fork[5..8], task(AGENT));
    assert_eq!(
        fork[11..],
        [
            "prompt: Try another way. (#step:fork)",
            "assistant: (thinks: Another way.) This is the fork; the original stays as it was.",
        ]
    );
    let killed = said(&store, KILLED);
    assert_eq!(killed.len(), 2, "what was called and never answered: {killed:?}");
    assert!(killed[1].ends_with("time.sleep(45); print(1)\"]"), "{killed:?}");
    assert_eq!(reports[0].totals.sessions, 3);
    assert_eq!((reports[0].totals.messages, reports[0].totals.tool_calls), (43, 14));
}

#[test]
fn a_session_says_what_it_is() {
    let home = opencode();
    let (mut store, reports) = import("opencode", home.path());
    let row = session(&store, MAIN);
    assert_eq!(text(row, "name"), Some("Demo: tidy the greeting"));
    assert_eq!(text(row, "cwd"), Some("/home/me/demo"));
    assert_eq!(text(row, "model"), Some("fake-model"));
    assert_eq!(row.value("started_at"), Some(&json!(1_795_933_376_972_u64)));
    assert_eq!(text(session(&store, FORK), "name"), Some("Demo: tidy the greeting (fork #1)"));

    let prompt = store.message("msg_225f8ba3c0011RKJOLimeuSnpp");
    assert!(text(prompt, "text").unwrap().contains("print(\"h\u{e9}llo\")"), "{prompt:?}");
    assert_eq!(prompt.value("prompt"), Some(&json!(true)));
    let answer = store.message("msg_225f8980f001dZnlvQorluAa6T");
    let usage = json!({"input": 234, "cached": 1000, "output": 56, "reasoning": 10});
    assert_eq!(answer.value("usage"), Some(&usage));
    assert_eq!(text(answer, "parent"), Some("msg_225f8929f0018cssKqpylofqXa"));
    let ran = store.message("prt_225f8d151001aExu7MbWDjybTg").value("blocks").unwrap();
    assert_eq!((&ran[0]["exit"], &ran[0]["took"]), (&json!(3), &json!(649)));
    assert_eq!(ran[0]["call"], json!("call_a7b0043ecb2d5eb78d"));
    let asked = store.message("msg_225f9b707001oA5Xq1TezzBWCH");
    assert_eq!(asked.value("blocks").unwrap()[0]["kind"], json!("compaction"));
    assert_eq!(text(asked, "role"), Some("system"));
    let raw = store.local.values().filter(|it| {
        let raw = it.as_str().map(serde_json::from_str::<Value>);
        raw.is_some_and(|it| it.is_ok_and(|it| it["data"].is_object()))
    });
    assert_eq!(raw.count(), store.all("messages").len(), "all are kept as they are");

    let before = store.clone();
    let found = super::found("opencode", home.path());
    let again = store.import_found(&found[0]).unwrap();
    assert!(again.unchanged && again.totals == reports[0].totals);
    store.assert_synced(&before, "again");
    assert_eq!(store.written, before.written);
}

#[test]
fn what_the_program_adds_to_a_prompt_is_not_the_persons() {
    let home = opencode();
    let part = |id: u32, data: &Value| {
        let of = format!("'prt_9{id}', 'msg_225f9e080001gmWW43DiRYIXKa', '{MAIN}', 1, {id}");
        let insert = format!("INSERT INTO part VALUES ({of}, ?1)");
        database(home.path()).execute(&insert, [data.to_string()]).unwrap();
    };
    part(1, &json!({"type": "text", "synthetic": true, "text": "Contents of a.txt"}));
    part(2, &json!({"type": "file", "mime": "image/png", "url": "data:image/png;base64,AAAA"}));
    part(3, &json!({"type": "file", "mime": "text/plain", "filename": "a", "url": "file:///a"}));
    part(4, &json!({"type": "hologram", "x": 1}));
    part(5, &json!({"type": "agent", "name": "general"}));
    let (store, _) = import("opencode", home.path());
    let lines = said(&store, MAIN);
    let at = lines.iter().position(|it| it.starts_with("prompt: Are you")).unwrap();
    assert_eq!(
        lines[at..at + 2],
        [
            "prompt: Are you still there? (#step:after) [image image/png] [other file] \
             [other hologram]",
            "meta: Contents of a.txt",
        ]
    );
    let added = store.message("msg_225f9e080001gmWW43DiRYIXKa:added");
    assert_eq!(added.value("prompt"), Some(&json!(false)));
}

#[test]
fn an_answer_that_was_being_written_is_completed() {
    let home = opencode();
    let (mut store, _) = import("opencode", home.path());
    let update = |sql: &str| database(home.path()).execute_batch(sql).unwrap();
    // As the program does: the session's own time stands still.
    update(
        "UPDATE part SET time_updated = time_updated + 9000, data = json_set(data, \
         '$.state.status', 'error', '$.state.error', 'Aborted', '$.state.time.end', \
         1795933500000) WHERE session_id = 'ses_dda05aa8effeuIgqIjIneK7Du4' AND \
         json_extract(data, '$.type') = 'tool'",
    );
    let written = store.written;
    let found = super::found("opencode", home.path());
    let report = store.import_found(&found[0]).unwrap();
    assert_eq!(said(&store, KILLED)[2..], ["tool: [failed: Aborted]"]);
    assert!(!report.unchanged && store.written - written < 10, "one session was read again");
    assert_eq!((report.totals.sessions, report.totals.messages), (3, 44), "all are counted");
    let (fresh, _) = import("opencode", home.path());
    store.assert_synced(&fresh, "in two steps");
}

#[test]
fn kilo_is_read_as_well() {
    let home = kilo();
    let (store, reports) = import("kilo", home.path());
    assert_eq!(reports[0].totals.sessions, 3);
    let helper = "ses_dda03bc1affeFey6Ojmff5f1Cs";
    let fork = said(&store, KILO_FORK);
    assert_eq!(
        fork[..3],
        [
            "prompt: Let a helper count the statements, then print something long".to_owned(),
            "assistant: (thinks: Delegate.) A helper can look at this. [task task: Count the \
             statements]"
                .to_owned(),
            format!("tool: [result: <task id=\"{helper}\" state=\"completed\">]"),
        ]
    );
    let own = fork.iter().filter(|it| it.starts_with(&format!("<{helper}> "))).count();
    assert_eq!(own, 4, "a fork has copies of the sub-agents, too: {fork:#?}");
    assert!(fork.iter().any(|it| it == "prompt: Try another way. (#step:fork)"));
    assert_eq!(said(&store, KILO).iter().filter(|it| it.starts_with("summary: ")).count(), 1);
    let untitled = session(&store, "ses_dda034ebfffeiepAJiwJrRZxPe");
    assert_eq!(text(untitled, "name"), Some("Run the slow thing. (#step:kill)"));
    assert_eq!(text(session(&store, KILO), "source"), Some("kilo"));
}
