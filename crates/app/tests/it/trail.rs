//! Why a row is as it is, what gave way, and what was folded by mistake.

use crate::common::Place;
use serde_json::{Value, json};

/// Two profiles that made one workspace each, of one path.
fn folded() -> (Place, String, String) {
    let place = Place::new();
    let mut ids = Vec::new();
    for (profile, name) in [("A", "Engine"), ("B", "Notes")] {
        place.share(profile);
        let words = ["add", "workspaces", "path=/src", &format!("name={name}")];
        let id = place.ok(profile, &words).trim().to_owned();
        let session = format!("name=Session of {profile}");
        place.ok(profile, &["add", "sessions", &session, &format!("workspace={id}")]);
        ids.push(id);
    }
    sync(&place);
    let (b, a) = (ids.remove(1), ids.remove(0));
    (place, a, b)
}

fn sync(place: &Place) {
    for profile in ["A", "B", "A", "B"] {
        place.ok(profile, &["sync"]);
    }
    assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]));
}

fn workspaces(place: &Place, profile: &str) -> Vec<String> {
    let rows = place.json(profile, &["list", "workspaces", "--order", "path"]);
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|it| format!("{} {}", text(it, "path"), text(it, "name"))).collect()
}

#[test]
fn why_needs_no_entity_and_finds_folded_and_deleted_rows() {
    let (place, a, b) = folded();
    let stands = a.clone().min(b.clone());
    for id in [&a, &b] {
        let why = place.json("A", &["why", id]);
        assert_eq!((&why["entity"], &why["id"]), (&json!("workspaces"), &json!(stands)));
        assert_eq!((&why["state"], &why["shown"]), (&json!("synced"), &json!(true)));
        assert_eq!(why["members"].as_array().unwrap().len(), 2);
        assert!(why["now"].to_string().contains("made 2 times"), "{why}");
    }
    let session = place.id("A", "sessions", "name=Session of B");
    place.ok("A", &["add", "comments", &format!("session={session}"), "body=Why?"]);
    let comment = place.id("A", "comments", "body=Why?");
    place.ok("A", &["rm", "sessions", &session]);
    let why = place.json("A", &["why", &comment]);
    assert_eq!(why["hidden_by"], json!({ "entity": "sessions", "id": session }));
    let told = place.ok("A", &["why", &comment]);
    assert!(told.contains("belongs to sessions") && told.contains("Session of B"), "{told}");
    assert!(told.contains(&format!("restore sessions {session}")), "{told}");
    let deleted = place.json("A", &["why", &session]);
    assert!(deleted["deleted_at"].is_string(), "{deleted}");
    assert!(deleted["steps"].to_string().contains("Deleted on this device"), "{deleted}");
    // The fact that folded them is a row, too.
    let fact = place.json("A", &["list", "sessions", "--deleted"]);
    assert_eq!(fact.as_array().unwrap().len(), 1);
}

#[test]
fn without_a_remote_nothing_waits() {
    let place = Place::new();
    let id = place.ok("A", &["add", "sessions", "name=Mine"]).trim().to_owned();
    place.ok("A", &["rm", "sessions", &id]);
    let why = place.json("A", &["why", &id]);
    assert_eq!(why["state"], "local", "{why}");
    let told = place.ok("A", &["why", &id]);
    assert!(told.contains("of which there is none") && !told.contains("Waits"), "{told}");
    let line = told.lines().find(|it| it.starts_with("deleted_at")).unwrap();
    assert!(line.contains("UTC"), "a time is shown as one: {line}");
    place.share("A");
    assert_eq!(place.json("A", &["why", &id])["state"], "waiting");
}

#[test]
fn why_knows_what_a_transcript_said_and_what_a_person_did() {
    let place = Place::new();
    place.transcripts(1, 3);
    place.import("A");
    let session = place.id("A", "sessions", "source=claude-code");
    place.ok("A", &["set", "sessions", &session, "name=Parser"]);
    let told = place.ok("A", &["why", &session[..24]]);
    for part in ["transcript of claude-code", "Written on this device: name", "“Parser”"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let message = place.id("A", "messages", "role=assistant");
    let told = place.ok("A", &["why", &message]);
    assert!(told.contains("transcript of claude-code"), "the reader of its session: {told}");
    assert!(told.contains("On this device alone stay"), "{told}");
    let (code, message) = place.fails("A", &["why", "ffff"]);
    assert_eq!(code, 3, "{message}");
    let (code, message) = place.fails("A", &["why", "no id"]);
    assert_eq!(code, 2, "{message}");
}

#[test]
fn what_was_overwritten_is_history_and_comes_back_and_goes_again() {
    let place = Place::new();
    let id = place.ok("A", &["add", "inbox", "title=first"]);
    let id = id.trim();
    for title in ["second", "third"] {
        place.ok("A", &["set", "inbox", id, &format!("title={title}")]);
    }
    let history = place.json("A", &["history", id]);
    let lost: Vec<_> = history.as_array().unwrap().iter().map(|it| it["lost"].clone()).collect();
    assert_eq!(lost, ["second", "first"]);
    assert_eq!(history[0]["lost_by"], "this device");
    assert!(place.ok("A", &["history", "inbox", &id[..20]]).contains("edited here"));
    let first = history[1]["log_id"].to_string();
    let done = place.json("A", &["conflicts", "restore", &first]);
    assert_eq!(place.json("A", &["get", "inbox", id])["title"], "first");
    place.ok("A", &["conflicts", "restore", &done["undo"].to_string()]);
    assert_eq!(place.json("A", &["get", "inbox", id])["title"], "third");
    assert!(place.json("A", &["conflicts"]).as_array().unwrap().is_empty(), "nobody disagreed");
    assert_eq!(place.fails("A", &["conflicts", "restore", "999"]).0, 3);
}

#[test]
fn what_was_folded_by_mistake_is_taken_apart_and_joined_again() {
    let (place, a, b) = folded();
    let folds = place.json("A", &["conflicts", "folds"]);
    assert_eq!(folds[0]["members"].as_array().unwrap().len(), 2, "{folds}");
    let mut members: Vec<_> = [&a, &b].map(|it| json!(it)).to_vec();
    members.sort_by_key(Value::to_string);
    let shown = folds[0]["members"].as_array().unwrap().iter().map(|it| it["id"].clone());
    assert_eq!(shown.collect::<Vec<_>>(), members);

    let before = workspaces(&place, "A");
    let told = place.ok("A", &["conflicts", "split", &b, "path=/other", "--dry-run"]);
    assert!(told.contains("1 row that names it follows it"), "{told}");
    assert_eq!(workspaces(&place, "A"), before, "a dry run changes nothing");

    let done = place.json("A", &["conflicts", "split", &b, "path=/other"]);
    sync(&place);
    for profile in ["A", "B"] {
        assert_eq!(workspaces(&place, profile), ["/other Notes", "/src Engine"]);
        let session = place.id(profile, "sessions", "name=Session of B");
        let session = place.json(profile, &["get", "sessions", &session]);
        assert_eq!(session["workspace"], done["apart"]);
    }
    let told = place.ok("B", &["why", &a]);
    assert!(told.contains(&format!("{b} was taken apart")), "{told}");
    let (code, message) = place.fails("A", &["conflicts", "split", &b]);
    assert_eq!(code, 1);
    assert!(message.contains(done["apart"].as_str().unwrap()), "{message}");

    place.ok("B", &["conflicts", "rejoin", &b]);
    sync(&place);
    assert_eq!(workspaces(&place, "A"), before);
}

#[test]
fn what_cannot_be_taken_apart_is_said() {
    let place = Place::new();
    let id = place.ok("A", &["add", "workspaces", "path=/a"]);
    let (code, message) = place.fails("A", &["conflicts", "split", id.trim()]);
    assert_eq!(code, 1);
    assert!(message.contains("nothing to take apart"), "{message}");
    assert_eq!(place.fails("A", &["conflicts", "split", "abcdef"]).0, 3);
    assert_eq!(place.fails("A", &["conflicts", "rejoin", id.trim()]).0, 3);
    assert!(place.json("A", &["conflicts", "folds"]).as_array().unwrap().is_empty());
}

#[test]
fn workspaces_tell_what_happened_in_them() {
    let place = Place::new();
    place.transcripts(3, 2);
    place.import("A");
    let id = place.ok("A", &["add", "workspaces", "path=/empty", "pinned=true"]);
    let shown = place.json("A", &["workspaces"]);
    let names: Vec<_> = shown.as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["empty", "engine"], "pinned first");
    assert_eq!((&shown[0]["sessions"], &shown[1]["sessions"]), (&json!(0), &json!(3)));
    assert!(shown[1]["last_at"].is_string());
    place.ok("A", &["set", "workspaces", id.trim(), "archived=true"]);
    assert_eq!(place.json("A", &["workspaces"]).as_array().unwrap().len(), 1);
    let table = place.ok("A", &["workspaces", "--all"]);
    assert!(table.contains("empty") && table.contains("/src/engine"), "{table}");
}

#[test]
fn shells_complete_what_is_typed() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.ok("A", &["completions", shell]);
        assert!(script.contains("conflicts") && script.contains("workspaces"), "{shell}");
    }
    assert_eq!(place.fails("A", &["completions", "cmd"]).0, 2);
}
