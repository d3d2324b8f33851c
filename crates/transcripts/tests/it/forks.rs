//! Forks: an agent copies records into a file of another session, with the names and times
//! that they have. Each session keeps all of its messages.
#![allow(clippy::unwrap_used)]

use std::{fs, path::PathBuf};

use crate::common::{SESSION, Store, assistant, lines, message, user};
use driftline_core::Value;
use proptest::prelude::*;
use serde_json::json;

const FORK: &str = "99999999-2222-4333-8444-555555555555";

/// The same record as the agent copies it.
fn copied(record: &Value) -> Value {
    let mut record = record.clone();
    record["sessionId"] = json!(FORK);
    record["promptId"] = json!("another");
    record
}

fn main() -> Vec<Value> {
    let call = json!([{"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {}}]);
    let result = json!([{"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}]);
    let mut all = vec![
        user("u-1", 1, "Read it"),
        message("assistant", "u-2", 2, call),
        message("user", "u-3", 3, result),
        assistant("u-4", 4, "It says ok"),
        user("u-5", 10, "Go on"),
    ];
    let mut parent = Value::Null;
    for record in &mut all {
        record["parentUuid"] = parent;
        parent = record["uuid"].clone();
    }
    all
}

fn fork() -> Vec<Value> {
    let mut all: Vec<_> = main()[..4].iter().map(copied).collect();
    let mut other = copied(&user("u-6", 6, "Try another way"));
    other["parentUuid"] = json!("u-4");
    all.push(other);
    all
}

/// A sub-agent of a session, whose records a fork copied as well.
fn agent(records: &mut [Value]) {
    for record in records {
        record["isSidechain"] = json!(true);
        record["agentId"] = json!("a1");
    }
}

/// The texts of a session's messages, by what the agent calls them.
fn said(store: &Store, session: &str) -> Vec<(String, Option<String>)> {
    let sessions = store.rows.iter().filter(|it| it.0.0 == "sessions");
    let mut found = sessions.filter(|it| it.1.value("external_id") == Some(&json!(session)));
    let (_, id) = found.next().unwrap().0;
    let id = json!(id.to_string());
    let text = |it: &Value| it.as_str().unwrap().to_owned();
    let mut all: Vec<_> = store
        .all("messages")
        .into_iter()
        .filter(|it| it.value("session") == Some(&id))
        .map(|it| (text(it.value("external_id").unwrap()), it.value("text").map(text)))
        .collect();
    all.sort();
    all
}

#[test]
fn a_fork_and_its_origin_have_all_their_messages_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, records: &[Value]| -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, lines(records)).unwrap();
        path
    };
    let mut aside = vec![user("s-1", 3, "Look"), assistant("s-2", 4, "Seen")];
    agent(&mut aside);
    let paths = [
        write("main.jsonl", &main()),
        write("fork.jsonl", &fork()),
        write("agent-main.jsonl", &aside),
        write("agent-fork.jsonl", &aside.iter().map(copied).collect::<Vec<_>>()),
    ];
    let stores = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]].map(|order| {
        let mut store = Store::default();
        for it in order {
            store.import(&paths[it]);
        }
        store
    });
    for store in &stores {
        assert_eq!(store.all("sessions").len(), 2);
        let texts = |session| said(store, session).into_iter().map(|it| it.0).collect::<Vec<_>>();
        assert_eq!(texts(SESSION), ["s-1", "s-2", "u-1", "u-2", "u-3", "u-4", "u-5"]);
        assert_eq!(texts(FORK), ["s-1", "s-2", "u-1", "u-2", "u-3", "u-4", "u-6"]);
        store.assert_synced(&stores[0], "in another order");
    }
    let text = |session, name: &str| said(&stores[0], session).into_iter().find(|it| it.0 == name);
    assert_eq!(text(SESSION, "u-4"), text(FORK, "u-4"));
    let names: Vec<_> = stores[0].all("sessions").iter().map(|it| it.value("name")).collect();
    assert_eq!(names, [Some(&json!("Read it")); 2]);
}

#[test]
fn a_name_for_a_message_names_every_session_that_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let titled = json!({"type": "summary", "summary": "Reading", "leafUuid": "u-4"});
    let files = [[vec![titled], main()].concat(), fork()];
    let paths = [0, 1].map(|it| {
        let path = folder.path().join(format!("{it}.jsonl"));
        fs::write(&path, lines(&files[it])).unwrap();
        path
    });
    let import = |order: [usize; 2]| {
        let mut store = Store::default();
        for it in order.into_iter().chain(order) {
            store.import(&paths[it]);
        }
        store
    };
    let store = import([0, 1]);
    let names: Vec<_> = store.all("sessions").iter().map(|it| it.value("name")).collect();
    assert_eq!(names, [Some(&json!("Reading")); 2]);
    store.assert_synced(&import([1, 0]), "in another order");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_session_has_what_its_files_have_whatever_was_copied_where(
        copies in prop::collection::vec(prop::collection::vec(0usize..5, 0..6), 1..5),
        seed in any::<u64>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let all = main();
        let mut files = Vec::new();
        for (number, copied) in copies.iter().enumerate() {
            let session = format!("session-{number}");
            let mut records = vec![user(&format!("own-{number}"), 0, "own")];
            records.extend(copied.iter().map(|it| all[*it].clone()));
            // The agent leaves some of what it copies as it was.
            let own = |place: usize| place == 0 || seed >> (place % 64) & 1 == 0;
            for (place, record) in records.iter_mut().enumerate().filter(|it| own(it.0)) {
                record["n"] = json!(place);
                record["sessionId"] = json!(session);
            }
            let path = folder.path().join(format!("{number}.jsonl"));
            fs::write(&path, lines(&records)).unwrap();
            files.push((session, path, records));
        }
        let (mut store, mut other) = (Store::default(), Store::default());
        files.iter().for_each(|it| _ = store.import(&it.1));
        files.iter().rev().chain(&files).for_each(|it| _ = other.import(&it.1));
        store.assert_synced(&other, "in another order");
        for (session, _, records) in &files {
            let mut names: Vec<_> = records.iter().map(|it| it["uuid"].as_str().unwrap().to_owned()).collect();
            names.sort();
            names.dedup();
            let here: Vec<_> = said(&store, session).into_iter().map(|it| it.0).collect();
            prop_assert_eq!(here, names);
        }
    }
}
