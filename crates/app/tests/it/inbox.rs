//! What waits for a person's attention, on one device and on several.

use std::time::Duration;

use crate::common::{self, Place};
use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn items(place: &Place, profile: &str, words: &[&str]) -> Vec<Value> {
    let words: Vec<_> = ["inbox"].iter().chain(words).copied().collect();
    place.json(profile, &words).as_array().unwrap().clone()
}

fn titles(items: &[Value]) -> Vec<&str> {
    items.iter().map(|it| it["title"].as_str().unwrap()).collect()
}

fn sync(place: &Place) {
    for profile in ["A", "B", "A", "B"] {
        place.ok(profile, &["sync"]);
    }
    assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]));
}

#[test]
fn notes_are_read_put_away_and_taken_out_again() {
    let place = Place::new();
    assert!(place.run("A", &["inbox"]).stderr.contains("Nothing needs you"));
    let id = place.ok("A", &["inbox", "add", "Ask Charles", "--body", "About the engine"]);
    let shown = items(&place, "A", &[]);
    assert_eq!((&shown[0]["kind"], &shown[0]["unread"]), (&json!("note"), &json!(true)));
    let table = place.ok("A", &["inbox"]);
    let short = table.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(id.starts_with(short), "{table}");
    place.ok("A", &["inbox", "read", short]);
    assert_eq!(items(&place, "A", &[])[0]["unread"], false);
    let again = place.json("A", &["inbox", "read", short]);
    assert_eq!(again["changed"], json!([]), "what is read is not written again");
    place.ok("A", &["inbox", "archive", short]);
    assert!(items(&place, "A", &[]).is_empty());
    assert_eq!(titles(&items(&place, "A", &["--done"])), ["Ask Charles"]);
    place.ok("A", &["inbox", "unarchive", short]);
    place.ok("A", &["inbox", "unread", short]);
    assert_eq!(items(&place, "A", &[])[0]["unread"], true);
    assert_eq!(place.fails("A", &["inbox", "read", "abcdef12"]).0, 3);
    assert_eq!(place.fails("A", &["inbox", "read", "no id"]).0, 2);
}

#[test]
fn a_comment_is_news_on_other_devices_once_and_marks_sync() {
    let place = Place::new();
    for profile in ["A", "B", "C"] {
        place.share(profile);
    }
    let session = place.ok("A", &["add", "sessions", "name=Parser"]).trim().to_owned();
    place.ok("A", &["add", "comments", &format!("session={session}"), "body=Why?", "author=Ana"]);
    sync(&place);
    place.ok("C", &["sync"]);
    assert!(items(&place, "A", &[]).is_empty(), "nobody is told of their own words");
    let waiting = |profile| place.json(profile, &["status"])["waiting"].clone();
    for profile in ["B", "C"] {
        let shown = items(&place, profile, &[]);
        assert_eq!(titles(&shown), ["Ana on “Parser”: Why?"]);
        assert_eq!((&shown[0]["unread"], &shown[0]["noticed"]), (&json!(true), &json!(true)));
        assert_eq!(shown[0]["session"], json!(session));
        assert_eq!(waiting(profile), 0, "noticing writes nothing");
    }
    // Read on both before either hears of the other: one row.
    let id = items(&place, "B", &[])[0]["id"].as_str().unwrap().to_owned();
    place.ok("B", &["inbox", "read", &id]);
    place.ok("C", &["inbox", "archive", &id]);
    for profile in ["B", "C", "A", "B", "C"] {
        place.ok(profile, &["sync"]);
    }
    for profile in ["A", "B", "C"] {
        assert_eq!(place.json(profile, &["list", "inbox"]).as_array().unwrap().len(), 1);
        assert!(items(&place, profile, &[]).is_empty(), "{profile}");
        let done = items(&place, profile, &["--done"]);
        assert_eq!(titles(&done), ["Ana on “Parser”: Why?"]);
        assert_eq!(done[0]["unread"], false);
    }
}

#[test]
fn who_read_the_session_has_seen_its_comments() {
    let place = Place::new();
    for profile in ["A", "B"] {
        place.share(profile);
    }
    let session = place.ok("A", &["add", "sessions", "name=Parser"]).trim().to_owned();
    place.ok("A", &["add", "comments", &format!("session={session}"), "body=Why?"]);
    sync(&place);
    place.ok("B", &["set", "sessions", &session, "read_at=now"]);
    assert_eq!(items(&place, "B", &[])[0]["unread"], false);
    let comment = place.id("B", "comments", "body=Why?");
    place.ok("B", &["set", "comments", &comment, "resolved_at=now"]);
    assert!(items(&place, "B", &[]).is_empty(), "what is settled needs nobody");
}

#[test]
fn a_conflict_is_noticed_where_it_happened_until_it_is_brought_back() {
    let place = Place::new();
    for profile in ["A", "B"] {
        place.share(profile);
    }
    let id = place.ok("A", &["add", "workspaces", "path=/src", "name=first"]);
    let id = id.trim();
    sync(&place);
    place.ok("A", &["set", "workspaces", id, "name=older"]);
    place.ok("B", &["set", "workspaces", id, "name=newer"]);
    for profile in ["B", "A", "B"] {
        place.ok(profile, &["sync"]);
    }
    assert!(items(&place, "B", &[]).is_empty());
    let shown = items(&place, "A", &[]);
    assert_eq!((&shown[0]["kind"], titles(&shown)), (&json!("conflict"), vec!["name of “newer”"]));
    assert!(shown[0]["body"].as_str().unwrap().contains("“older” (a person on this device)"));
    let overview = place.ok("A", &["overview"]);
    assert!(overview.contains("Inbox: 1 open, 1 unread."), "{overview}");
    let number = place.json("A", &["conflicts"])[0]["log_id"].to_string();
    place.ok("A", &["conflicts", "restore", &number]);
    assert!(items(&place, "A", &["--all"]).is_empty(), "what is over and was not marked is gone");
}

#[test]
fn a_transcript_that_cannot_be_read_is_noticed_until_it_can_or_is_gone() {
    let place = Place::new();
    place.transcripts(1, 2);
    let folder = place.path("home/.claude/projects/-work-engine");
    std::fs::create_dir(folder.join("odd.jsonl")).unwrap();
    place.run("A", &["import", "--from", "home"]);
    let shown = items(&place, "A", &[]);
    assert_eq!(titles(&shown), ["odd.jsonl could not be imported"]);
    assert!(shown[0]["body"].as_str().unwrap().contains("a folder, not a file"), "{shown:?}");
    place.ok("A", &["inbox", "read", shown[0]["id"].as_str().unwrap()]);
    place.run("A", &["import", "--from", "home"]);
    assert_eq!(items(&place, "A", &[])[0]["unread"], false, "it is the same");
    let row = place.json("A", &["list", "inbox"])[0].clone();
    assert!(!row.to_string().contains("home"), "a path of this machine does not travel: {row}");
    std::fs::remove_dir(folder.join("odd.jsonl")).unwrap();
    assert!(items(&place, "A", &[]).is_empty());
}

#[test]
fn transcripts_that_are_about_to_be_deleted_are_told_with_what_is_safe() {
    let place = Place::new();
    place.transcripts(3, 4);
    let file = |session| {
        let name = format!("{}.jsonl", common::session_name(session));
        place.path("home/.claude/projects/-work-engine").join(name)
    };
    common::written(&file(0), 28 * DAY);
    common::written(&file(1), 40 * DAY);
    let shown = items(&place, "A", &[]);
    assert_eq!(titles(&shown), ["2 of 2 transcripts of claude-code will be lost"]);
    assert!(place.ok("A", &["overview"]).contains("None of them is here yet: import them."));
    place.ok("A", &["inbox", "read", shown[0]["id"].as_str().unwrap()]);
    place.import("A");
    let shown = items(&place, "A", &[]);
    let safe = "2 transcripts of claude-code will be deleted there, and kept here";
    assert_eq!(titles(&shown)[..1], [safe], "{shown:?}");
    assert_eq!(shown[0]["unread"], true, "that is other news");
    assert!(place.ok("A", &["overview"]).contains("They are kept here."));

    // What somebody told the agent counts.
    let settings = place.path("home/.claude/settings.json");
    std::fs::write(&settings, r#"{ "cleanupPeriodDays": 365 }"#).unwrap();
    assert!(items(&place, "A", &[]).iter().all(|it| it["kind"] != "expiring"));
    std::fs::write(&settings, r#"{ "cleanupPeriodDays": 2 }"#).unwrap();
    let shown = items(&place, "A", &[]);
    assert!(shown[0]["body"].as_str().unwrap().starts_with("3 transcripts"), "{shown:?}");
}
