//! Crush: a database made by hand after its source.

use std::fs;

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::{below, found, import, opencode::made, said, session, text};

const MAIN: &str = "c0ffee00-0000-4000-8000-000000000001";
const KILLED: &str = "c0ffee00-0000-4000-8000-000000000002";
const AGENT: &str = "2-h$$c3";
const DATABASE: &str = "src/demo/.crush/crush.db";

/// A home with a project that Crush knows.
fn crush() -> TempDir {
    let home = made("crush-source", "crush.sql", DATABASE);
    let list = home.path().join(".local/share/crush/projects.json");
    fs::create_dir_all(list.parent().unwrap()).unwrap();
    let data = home.path().join("src/demo/.crush");
    let project = json!({"path": "/home/me/demo", "data_dir": data.to_str().unwrap()});
    fs::write(list, json!({"projects": [project]}).to_string()).unwrap();
    home
}

#[test]
fn a_conversation_reads_as_it_was_held() {
    let home = crush();
    let (store, reports) = import("crush", home.path());
    assert_eq!((reports.len(), reports[0].totals.sessions), (1, 2));
    let all = said(&store, MAIN);
    let (agent, main): (Vec<_>, Vec<_>) =
        all.iter().map(String::as_str).partition(|it| it.starts_with('<'));
    assert_eq!(
        main,
        [
            "prompt: Look at the project. 👩\u{200d}💻 [image image/png] [other file]",
            "assistant: (thinks: Read first.) I will look. [view read: /home/me/demo/README.md] \
             [bash shell: ls -la src]",
            "tool: [result: <file>]",
            "tool: [result: total 12]",
            "assistant: It is a tiny greeter.",
            "user: ! git status",
            "prompt: Let a helper count the statements.",
            "assistant: [agent task: Count the statements]",
            "tool: [result: One statement.]",
            "assistant: [edit edit: /home/me/demo/none.py]",
            "tool: [failed: file not found]",
            "assistant: [notice error]",
            "summary: A summary of what was done before.",
            "prompt: Stop",
            "assistant: [notice interrupted]",
        ]
    );
    let agent: Vec<_> = agent.iter().map(|it| it.replace(AGENT, "agent")).collect();
    assert_eq!(
        agent,
        [
            "<agent> user: Count the statements",
            "<agent> assistant: [grep search: print]",
            "<agent> tool: [result: [image]]",
            "<agent> assistant: One statement.",
        ]
    );
    assert_eq!(
        said(&store, KILLED),
        ["prompt: Run the slow thing.", "assistant: (thinks: ?) [bash shell: {\"command\": \"sle]"]
    );
}

#[test]
fn messages_of_one_second_follow_one_another() {
    let home = crush();
    let (store, _) = import("crush", home.path());
    let parent = |name: &str| text(store.message(name), "parent");
    let chain = ["9-a", "8-b", "7-c", "6-d", "5-e", "4-f"];
    for two in chain.windows(2) {
        assert_eq!(parent(two[1]), Some(two[0]));
    }
    assert_eq!((parent("9-a"), parent("1-p")), (None, None));
}

#[test]
fn a_session_says_what_it_is() {
    let home = crush();
    let (store, _) = import("crush", home.path());
    let main = session(&store, MAIN);
    for (field, value) in [
        ("name", "Overview of a greeter"),
        ("source", "crush"),
        ("cwd", "/home/me/demo"),
        ("model", "model-a"),
    ] {
        assert_eq!(text(main, field), Some(value), "{field}");
    }
    assert_eq!(main.value("started_at"), Some(&json!(1_795_934_000_000_i64)));
    assert_eq!(text(session(&store, KILLED), "name"), Some("Run the slow thing."));
}

#[test]
fn reading_again_changes_nothing_and_what_grew_is_read() {
    let home = crush();
    let (mut store, reports) = import("crush", home.path());
    let before = store.clone();
    let again = store.import_found(&found("crush", home.path())[0]).unwrap();
    assert!(again.unchanged && again.totals == reports[0].totals);
    assert_eq!(store.written, before.written);
    // In the same second: only its length tells.
    let call = json!({"id": "c6", "name": "bash", "input": "{\"command\": \"sleep 9\"}"});
    let parts = json!([{"type": "reasoning", "data": {}}, {"type": "tool_call", "data": call},
        {"type": "finish", "data": {"reason": "tool_use"}}]);
    let database = Connection::open(home.path().join(DATABASE)).unwrap();
    database
        .execute("UPDATE messages SET parts = ?1 WHERE id = '1-v'", [parts.to_string()])
        .unwrap();
    drop(database);
    assert!(!store.import_found(&found("crush", home.path())[0]).unwrap().unchanged);
    assert_eq!(said(&store, KILLED)[1], "assistant: (thinks: ?) [bash shell: sleep 9]");
    let (fresh, _) = import("crush", home.path());
    store.assert_synced(&fresh, "in two steps");
}

#[test]
fn older_and_odd_tables_are_read() {
    let home = made("crush-source", "crush.sql", ".crush/crush.db");
    let database = Connection::open(home.path().join(".crush/crush.db")).unwrap();
    database
        .execute_batch(
            "ALTER TABLE messages DROP COLUMN is_summary_message;
             UPDATE messages SET parts = 'no JSON' WHERE id = '9-a';
             UPDATE messages SET parts = '[7, {}, {\"type\": \"text\"}, {\"type\": \"new\", \"data\": {}}]'
                WHERE id = '8-b';
             UPDATE messages SET parts = '[]', role = 'critic' WHERE id = '7-c';
             UPDATE sessions SET parent_session_id = id WHERE id LIKE 'title-%';
             UPDATE sessions SET parent_session_id = 'gone' WHERE id = '2-h$$c3';",
        )
        .unwrap();
    drop(database);
    let all = below("crush", home.path());
    let mut store = crate::common::Store::default();
    let report = store.import_found(&all[0]).unwrap();
    assert_eq!(report.sessions, ["2-h$$c3", MAIN, KILLED]);
    let lines = said(&store, MAIN);
    assert_eq!(
        lines[..3],
        [
            "prompt: [other parts]",
            "assistant: [other part] [other (no type)] [other text] [other new]",
            "tool: [result: total 12]"
        ]
    );
    assert!(lines.contains(&"assistant: A summary of what was done before.".to_owned()));
}
