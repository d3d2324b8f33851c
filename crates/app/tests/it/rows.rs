//! Listing, showing and changing rows of any entity.

use crate::common::Place;
use serde_json::json;

#[test]
fn a_row_from_birth_to_restoring() {
    let place = Place::new();
    let id =
        place.json("A", &["add", "workspaces", "path=/src/engine/", "name=Engine"])["id"].clone();
    let id = id.as_str().unwrap();
    let row = place.json("A", &["get", "workspaces", id]);
    assert_eq!(
        row,
        json!({
            "id": id, "path": "/src/engine", "name": "Engine", "git_remote": null,
            "pinned": null, "archived": null, "here": null,
        })
    );
    place.ok("A", &["set", "workspaces", &id[..20], "pinned=true", "name=", "here=/mnt"]);
    let rows = place.json("A", &["list", "workspaces"]);
    assert_eq!(rows[0]["pinned"], true);
    assert_eq!((&rows[0]["name"], &rows[0]["here"]), (&json!(null), &json!("/mnt")));
    place.ok("A", &["rm", "workspaces", id]);
    assert_eq!(place.json("A", &["list", "workspaces"]), json!([]));
    assert_eq!(place.fails("A", &["get", "workspaces", id]).0, 3);
    let deleted = place.json("A", &["list", "workspaces", "--deleted"]);
    assert!(deleted[0]["deleted_at"].is_i64(), "{deleted}");
    place.ok("A", &["restore", "workspaces", id]);
    assert_eq!(place.json("A", &["list", "workspaces"])[0]["id"], id);
}

#[test]
fn add_prints_the_id_alone() {
    let place = Place::new();
    let id = place.ok("A", &["add", "inbox", "title=Look"]);
    assert_eq!(id.trim().len(), 36, "{id}");
    assert!(place.ok("A", &["get", "inbox", id.trim()]).contains("title: Look"));
}

#[test]
fn lists_what_matches_in_the_order_that_was_asked_for() {
    let place = Place::new();
    for (title, kind) in [("b", "question"), ("a", "question"), ("c", "done")] {
        place.ok("A", &["add", "inbox", &format!("title={title}"), &format!("kind={kind}")]);
    }
    let titles = |words: &[&str]| {
        let words: Vec<_> = ["list", "inbox"].iter().chain(words).copied().collect();
        let rows = place.json("A", &words);
        let titles =
            rows.as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap().to_owned());
        titles.collect::<String>()
    };
    assert_eq!(titles(&["--order", "title"]), "abc");
    assert_eq!(titles(&["--order", "title", "--desc", "--limit", "2"]), "cb");
    assert_eq!(titles(&["--where", "kind=question", "--order", "title"]), "ab");
    assert_eq!(titles(&["--where", "kind=question", "--where", "title=b"]), "b");
    assert_eq!(titles(&["--where", "read_at="]).len(), 3);
    let table = place.ok("A", &["list", "inbox", "--limit", "1"]);
    assert_eq!(table.lines().count(), 2, "{table}");
}

#[test]
fn what_was_never_set_is_as_false_as_what_was_taken_back() {
    let place = Place::new();
    for (name, pinned) in [("never", ""), ("taken back", "false"), ("pinned", "true")] {
        let words = ["add", "workspaces", &format!("name={name}"), &format!("pinned={pinned}")];
        place.ok("A", &words);
    }
    let count = |condition: &str| {
        let rows = place.json("A", &["list", "workspaces", "--where", condition]);
        rows.as_array().unwrap().len()
    };
    assert_eq!(["pinned=false", "pinned=true", "pinned="].map(count), [2, 1, 1]);
}

#[test]
fn values_are_read_by_kind() {
    let place = Place::new();
    let session = place.ok("A", &["add", "sessions", "name=S", "started_at=2026-11-22T12:00:00Z"]);
    let session = session.trim();
    let row = place.json("A", &["get", "sessions", session]);
    assert_eq!(row["started_at"], 1_795_348_800_000_i64);
    let item =
        place.ok("A", &["add", "inbox", "title=null", &format!("session={}", &session[..20])]);
    let row = place.json("A", &["get", "inbox", item.trim()]);
    assert_eq!((&row["title"], &row["session"]), (&json!("null"), &json!(session)));
    assert!(place.ok("A", &["get", "sessions", session]).contains("2026-11-22T12:00:00Z"));
}

#[test]
fn a_start_that_two_ids_share_is_not_enough() {
    let place = Place::new();
    let first = place.ok("A", &["add", "inbox", "title=a"]);
    let second = place.ok("A", &["add", "inbox", "title=b"]);
    let (code, message) = place.fails("A", &["get", "inbox", "0"]);
    assert_eq!(code, 2);
    assert!(message.contains(first.trim()) && message.contains(second.trim()), "{message}");
}

#[test]
fn messages_cannot_be_edited() {
    let place = Place::new();
    place.transcripts(1, 1);
    place.import("A");
    let id = place.id("A", "messages", "role=user");
    let (code, message) = place.fails("A", &["set", "messages", &id, "text=other"]);
    assert_eq!(code, 1);
    assert!(message.contains("append-only"), "{message}");
}
