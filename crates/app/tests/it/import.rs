//! Bringing in transcripts.

use std::fs;

use crate::common::Place;
use serde_json::json;

#[test]
fn an_imported_session_is_found_by_what_follows_the_zeros_of_its_id() {
    let place = Place::new();
    place.transcripts(1, 2);
    place.import("A");
    let session = &place.json("A", &["list", "sessions"])[0];
    let id = session["id"].as_str().unwrap();
    let short = id.strip_prefix("00000000-0000-").unwrap();
    assert_eq!(&place.json("A", &["get", "sessions", &short[..8]]), session);
}

#[test]
fn looks_where_the_agent_was_told_to_write() {
    let place = Place::new();
    place.transcripts(1, 2);
    let shown = place.json("A", &[]);
    assert_eq!(shown["transcripts"], json!({ "found": 1, "new": 1 }));
    fs::rename(place.path("home/.claude"), place.path("elsewhere")).unwrap();
    assert_eq!(place.json("A", &["import"])["totals"]["files"], 0);
    let mut command = place.command("A", &["import", "--json"]);
    let output = command.env("CLAUDE_CONFIG_DIR", place.path("elsewhere")).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["totals"]["messages"], 2);
}
