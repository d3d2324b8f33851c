//! Sessions and searches on the command line.

use crate::common::Place;
use serde_json::json;

#[test]
fn sessions_are_listed_with_what_they_amount_to() {
    let place = Place::new();
    assert!(place.run("A", &["sessions"]).stderr.contains("no sessions yet"));
    place.transcripts(3, 6);
    place.import("A");
    let sessions = place.json("A", &["sessions"]);
    assert_eq!(sessions.as_array().unwrap().len(), 3);
    let first = &sessions[0];
    assert_eq!((&first["messages"], &first["prompts"]), (&json!(6), &json!(3)));
    assert_eq!(first["opening"], "Message 0 of session 2");
    assert_eq!(first["models"], json!(["large"]));
    let id = first["id"].as_str().unwrap();
    place.ok("A", &["set", "sessions", id, "name=Renamed", "pinned=true"]);
    let table = place.ok("A", &["sessions", "renamed"]);
    assert!(table.contains("Renamed (pinned)") && table.contains("engine"), "{table}");
    let short = table.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(place.ok("A", &["get", "sessions", short]).contains("name: Renamed"));
    place.ok("A", &["rm", "sessions", id]);
    assert_eq!(place.json("A", &["sessions"]).as_array().unwrap().len(), 2);
}

#[test]
fn a_search_shows_where_the_words_are() {
    let place = Place::new();
    place.transcripts(2, 4);
    place.import("A");
    let found = place.json("A", &["search", "message 3", "in:reply"]);
    assert_eq!((&found["hits"], &found["more"]), (&json!(2), &json!(false)));
    let hit = &found["groups"][0]["hits"][0];
    assert_eq!((&hit["role"], &hit["scope"]), (&json!("assistant"), &json!("reply")));
    assert_eq!(hit["snippet"]["parts"][0], json!({"text": "Message", "hit": true}));
    let text = place.ok("A", &["search", "\"session 1\"", "role:user"]);
    assert!(text.contains("user  Message 0 of session 1"), "{text}");
    let nothing = place.run("A", &["search", "message wombat"]);
    assert!(nothing.stderr.contains("nothing has `wombat`"), "{nothing:?}");
}

#[test]
fn found_text_cannot_drive_a_terminal() {
    let place = Place::new();
    let hostile = "needle \u{1b}]0;owned\u{7} \u{9b}2J \u{202e}txt";
    place.ok("A", &["add", "inbox", &format!("title={hostile}")]);
    place.ok("A", &["add", "sessions", &format!("name={hostile}")]);
    for words in [&["search", "needle"][..], &["sessions"], &["search", "needle", "--json"]] {
        let text = place.ok("A", words);
        let bad = |it: char| (it.is_control() && it != '\n') || it == '\u{202e}';
        assert!(!text.contains(bad), "{text:?}");
        assert!(text.contains("needle"), "{text}");
    }
}

#[test]
fn a_damaged_index_is_no_loss() {
    let place = Place::new();
    place.transcripts(1, 4);
    place.import("A");
    let all = place.json("A", &["search", "message"]);
    let index = place.path("A").join("index.db");
    std::fs::write(&index, "damaged").unwrap();
    assert_eq!(place.json("A", &["search", "message"]), all);
    std::fs::remove_file(&index).unwrap();
    assert_eq!(place.json("A", &["search", "message"]), all);
}
