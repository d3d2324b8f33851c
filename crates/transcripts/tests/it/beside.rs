//! Long answers of tools, which the agent keeps in files of their own.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::common::{SESSION, Store, lines, message, user};
use driftline_core::Value;
use serde_json::json;

const ELSEWHERE: &str = "/home/other/.claude/projects/p";

/// The beginning of an answer, and where all of it is, as the agent writes it.
fn begun(session: &str, name: &str) -> String {
    format!(
        "<persisted-output>\nOutput too large (48.7KB). Full output saved to: \
         {ELSEWHERE}/{session}/tool-results/{name}\n\nPreview (first 2KB):\nline 1\n..."
    )
}

fn answer(uuid: &str, content: &str) -> Value {
    message(
        "user",
        uuid,
        1,
        json!([
            {"type": "tool_result", "tool_use_id": "t", "content": content},
            {"type": "text", "text": "beside it"},
        ]),
    )
}

struct Place(tempfile::TempDir);

impl Place {
    fn new(records: &[Value]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.main(), lines(records)).unwrap();
        place
    }

    fn main(&self) -> PathBuf {
        self.0.path().join(format!("{SESSION}.jsonl"))
    }

    fn results(&self) -> PathBuf {
        self.0.path().join(SESSION).join("tool-results")
    }

    fn keep(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.results()).unwrap();
        fs::write(self.results().join(name), text).unwrap();
    }

    fn import(&self) -> Store {
        let mut store = Store::default();
        store.import(&self.main());
        store
    }
}

fn content<'a>(store: &'a Store, uuid: &str) -> &'a str {
    store.message(uuid).value("blocks").unwrap()[0]["output"].as_str().unwrap()
}

#[test]
fn an_answer_in_a_file_of_its_own_is_kept_whole() {
    let begun = begun(SESSION, "b1.txt");
    let place = Place::new(&[answer("u-1", &begun), answer("u-2", "short")]);
    let whole = "line \u{e9}\n".repeat(10_000);
    place.keep("b1.txt", &whole);
    let store = place.import();
    assert_eq!(content(&store, "u-1"), whole);
    assert_eq!(content(&store, "u-2"), "short");
    assert_eq!(store.message("u-1").value("text"), Some(&json!("beside it")));
    let raw = store.local.values().find(|it| it.as_str().is_some_and(|it| it.contains("u-1")));
    assert!(raw.unwrap().as_str().unwrap().contains("persisted-output"), "the record as it is");
    let side = place.0.path().join(SESSION).join("subagents");
    fs::create_dir_all(&side).unwrap();
    let mut of_agent = answer("u-3", &begun);
    of_agent["agentId"] = json!("a1");
    let side = side.join("agent-a1.jsonl");
    fs::write(&side, lines(&[of_agent])).unwrap();
    let mut store = Store::default();
    store.import(&side);
    assert_eq!(content(&store, "u-3"), whole);
}

#[test]
fn who_finds_the_file_wins_over_who_does_not_in_any_order() {
    let place = Place::new(&[answer("u-1", &begun(SESSION, "b1.txt"))]);
    let without = place.import();
    assert!(content(&without, "u-1").starts_with("<persisted-output>"));
    place.keep("b1.txt", "all of it");
    let with = place.import();
    let join = |one: &Store, other: &Store| {
        let mut all = one.clone();
        for (id, row) in &other.rows {
            all.rows.get_mut(id).unwrap().join(row.clone());
        }
        all
    };
    join(&without, &with).assert_synced(&with, "the later one");
    join(&with, &without).assert_synced(&with, "the earlier one");
    assert_eq!(content(&with, "u-1"), "all of it");
}

#[test]
fn nothing_but_the_sessions_own_files_is_read() {
    let names = ["../../secret.txt", "link.txt", "folder.txt", "gone.txt", "..", ""];
    let mut records: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| answer(&format!("u-{at}"), &begun(SESSION, name)))
        .collect();
    records.push(answer("other", &begun("other", "b1.txt")));
    records.push(user("said", 1, &begun(SESSION, "b1.txt")));
    let place = Place::new(&records);
    place.keep("b1.txt", "secret");
    let other = place.0.path().join("other/tool-results");
    fs::create_dir_all(&other).unwrap();
    for path in [other.join("b1.txt"), place.0.path().join("secret.txt")] {
        fs::write(path, "secret").unwrap();
    }
    fs::create_dir(place.results().join("folder.txt")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(other.join("b1.txt"), place.results().join("link.txt")).unwrap();
    assert_unread(&place.import());
}

#[cfg(unix)]
#[test]
fn a_linked_folder_is_not_followed() {
    let place = Place::new(&[answer("u-1", &begun(SESSION, "b1.txt"))]);
    let elsewhere = tempfile::tempdir().unwrap();
    let link = |from: &Path, to: &Path| std::os::unix::fs::symlink(to, from).unwrap();
    fs::write(elsewhere.path().join("b1.txt"), "secret").unwrap();
    fs::create_dir_all(place.0.path().join(SESSION)).unwrap();
    link(&place.results(), elsewhere.path());
    assert_unread(&place.import());
    fs::remove_dir_all(place.0.path().join(SESSION)).unwrap();
    let inside = elsewhere.path().join("tool-results");
    fs::create_dir(&inside).unwrap();
    fs::write(inside.join("b1.txt"), "secret").unwrap();
    link(&place.0.path().join(SESSION), elsewhere.path());
    assert_unread(&place.import());
}

fn assert_unread(store: &Store) {
    assert!(!store.all("messages").is_empty());
    for row in store.all("messages") {
        let blocks = row.value("blocks").or_else(|| row.value("text")).unwrap().to_string();
        assert!(!blocks.contains("secret\"") && blocks.contains("persisted-output"), "{blocks}");
    }
}

#[test]
fn a_file_without_end_is_cut() {
    let place = Place::new(&[answer("u-1", &begun(SESSION, "b1.txt"))]);
    place.keep("b1.txt", "\u{e9}".repeat(3 << 20));
    let store = place.import();
    let kept = content(&store, "u-1");
    assert!(kept.len() > 4 << 20 && kept.len() < (4 << 20) + 200, "{}", kept.len());
    assert!(kept.ends_with("[The agent's own file goes on: 6291456 bytes in all.]"));
    place.keep("b1.txt", b"\xff\x00ok");
    assert_eq!(content(&place.import(), "u-1"), "\u{fffd}\u{0}ok", "bytes that are no text");
}
