//! Several processes on one profile: none of them hears of the others.

use std::thread;

use crate::common::Place;
use serde_json::json;

const WRITERS: usize = 4;
const WRITES: usize = 12;

#[test]
fn writers_readers_an_import_and_a_sync_at_once() {
    let place = Place::new();
    place.transcripts(6, 120);
    place.share("A");
    let place = &place;
    thread::scope(|threads| {
        // The first of them makes the database: all of them try to.
        for writer in 0..WRITERS {
            threads.spawn(move || {
                for number in 0..WRITES {
                    let title = format!("title={writer}-{number}");
                    let id = place.ok("A", &["add", "inbox", &title]);
                    place.ok("A", &["set", "inbox", id.trim(), "kind=done"]);
                }
            });
        }
        threads.spawn(|| place.import("A"));
        threads.spawn(|| {
            for _ in 0..WRITES {
                let status = place.json("A", &["status"]);
                let state = status["state"].as_str().unwrap();
                assert!(["offline", "syncing", "synced"].contains(&state), "{status}");
            }
        });
        for _ in 0..2 {
            threads.spawn(|| {
                for _ in 0..3 {
                    place.ok("A", &["sync"]);
                }
            });
        }
        threads.spawn(|| {
            place.share("B");
            for _ in 0..3 {
                place.ok("B", &["sync"]);
            }
        });
    });
    for profile in ["A", "B", "A"] {
        place.ok(profile, &["sync"]);
    }
    let items = place.json("A", &["list", "inbox", "--where", "kind=done"]);
    assert_eq!(items.as_array().unwrap().len(), WRITERS * WRITES);
    assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]));
    let status = place.json("A", &["status"]);
    assert_eq!((&status["state"], &status["counts"]["messages"]), (&json!("synced"), &json!(720)));
}
