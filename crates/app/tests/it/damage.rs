//! Files of the program are damaged; `cargo xtask damage` damages more.

use std::path::Path;

use driftline_crash_tests::{
    LAYOUTS, Old,
    damage::{self, Outcome},
};
use serde_json::json;

use crate::common::Place;

#[test]
fn whatever_is_damaged_is_told_or_made_whole() {
    let program = Path::new(env!("CARGO_BIN_EXE_driftline"));
    let played = damage::run(program, 14, 1, |_| ()).unwrap_or_else(|it| panic!("{it:#}"));
    assert_eq!(played.broken, Vec::<String>::new());
    let has = |wanted| played.outcomes.keys().any(|(_, it)| *it == wanted);
    assert!(has(Outcome::SetAside) && has(Outcome::Reported), "{played:?}");
}

#[test]
fn a_profile_of_an_older_program_keeps_its_rows_and_its_queue() {
    for old in LAYOUTS {
        let place = Place::new();
        old.write(&place.path("A/driftline.db")).unwrap();
        let status = place.json("A", &["status"]);
        let expected = (json!(Old::WAITING), json!(Old::MESSAGES));
        assert_eq!((&status["waiting"], &status["counts"]["messages"]), (&expected.0, &expected.1));
        let rows = place.json("A", &["list", "inbox"]);
        let shown = rows.as_array().unwrap().iter();
        let text = |it: &serde_json::Value| it.as_str().unwrap().to_owned();
        let mut shown: Vec<_> = shown.map(|it| (text(&it["title"]), text(&it["body"]))).collect();
        shown.sort();
        assert_eq!(shown, old.items().collect::<Vec<_>>(), "layout {}", old.layout);
        assert!(place.ok("A", &["sessions"]).contains("Named long ago"));
        assert!(place.ok("A", &["search", "Message"]).contains("Message 9 of session 90"));
        // What was read from a transcript then is the same that is read today.
        place.transcripts(2, 6);
        place.import("A");
        assert_eq!(place.json("A", &["status"])["counts"]["messages"], Old::MESSAGES + 12);
        place.share("A");
        place.ok("A", &["sync"]);
        place.share("B");
        place.ok("B", &["sync"]);
        assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]));
        assert_eq!(place.json("A", &["status"])["waiting"], 0);
    }
}

#[test]
fn a_database_of_a_newer_program_is_left_as_it_is() {
    let place = Place::new();
    place.ok("A", &["add", "inbox", "title=x"]);
    let path = place.path("A/driftline.db");
    let file = rusqlite::Connection::open(&path).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    let before = std::fs::read(&path).unwrap();
    for words in [&["list", "inbox"][..], &["add", "inbox", "title=y"], &["sync"], &["backup"]] {
        let (_, told) = place.fails("A", words);
        assert!(told.contains("newer version") && told.contains("update this program"), "{told}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
