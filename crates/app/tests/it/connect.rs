//! `connect`: from nothing to two devices in step, and on to another place.

use std::fs;

use serde_json::json;

use crate::common::Place;

#[test]
fn two_profiles_are_connected_and_one_moves_on() {
    let place = Place::new();
    let (one, two) = (place.path("one.db"), place.path("two.db"));
    let to = |file: &std::path::Path| format!("path={}", file.display());
    place.ok("a", &["add", "sessions", "name=From a"]);
    place.ok("b", &["add", "sessions", "name=From b"]);

    // A script is asked nothing, so it agrees to nothing.
    let said = place.ok("a", &["connect", "sqlite", &to(&one)]);
    assert!(said.contains("Nothing has been sent. A merge would find:"), "{said}");
    assert!(said.contains("ONLY HERE"), "{said}");
    let said = place.ok("a", &["connect", "--yes"]);
    assert!(said.contains("✓ Merged: received 0, sent 1"), "{said}");
    let done = place.json("b", &["connect", "sqlite", &to(&one), "--yes"]);
    assert_eq!(done["first"]["merged"]["received"], json!(1), "{done}");
    place.ok("a", &["sync"]);
    let digest = |profile: &str| place.json(profile, &["digest"])["code"].clone();
    assert_eq!(digest("a"), digest("b"));

    // Pointing the config elsewhere is refused, and says what moves.
    let said = place.run("a", &["--config", &format!("remote.{}", to(&two)), "sync"]);
    assert!(said.stderr.contains("connect"), "{}", said.stderr);
    place.ok("a", &["connect", "sqlite", &to(&two), "--yes"]);
    assert!(place.ok("a", &["status"]).starts_with("✓ Synced"));
    assert_eq!(place.json("a", &["list", "sessions"]).as_array().unwrap().len(), 2);
    place.ok("a", &["connect", "undo"]);
    place.ok("a", &["connect", "sqlite", &to(&one), "--yes"]);
    assert_eq!(digest("a"), digest("b"));

    let said = place.ok("a", &["connect", "none"]);
    assert!(said.contains("stays on this device"), "{said}");
    assert!(place.ok("a", &["status"]).contains("connect"));
}

#[test]
fn what_cannot_be_connected_says_why_and_changes_nothing() {
    let place = Place::new();
    let said = place.run("a", &["connect", "nowhere"]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("sqlite") && said.stderr.contains("connect list"));
    let said = place.run("a", &["connect", "sqlite", "path"]);
    assert!(said.stderr.contains("KEY=VALUE"), "{}", said.stderr);
    let said = place.run("a", &["connect"]);
    assert!(said.stderr.contains("connect sqlite"), "{}", said.stderr);
    assert!(place.run("a", &["key", "show"]).stderr.contains("no remote"));
    assert!(!place.path("a/driftline.toml").exists());
    let all = place.json("a", &["connect", "list"]);
    let names: Vec<_> = all.as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert!(names.contains(&&json!("convex")) && names.contains(&&json!("sqlite")), "{all}");
}

#[test]
fn the_key_of_a_bucket_is_changed_with_and_without_a_way_to_the_new_one() {
    let place = Place::new();
    let folder = place.path("bucket");
    fs::create_dir(&folder).unwrap();
    let url = format!("url=file://{}", folder.display());
    place.ok("a", &["add", "sessions", "name=From a"]);
    place.ok("a", &["connect", "bucket", &url, "--secret-file", "--yes"]);
    let show = |profile: &str| place.json(profile, &["key", "show"])["key"].clone();
    let connect = |words: &serde_json::Value| {
        let file = place.path("words");
        fs::write(&file, words.as_str().unwrap()).unwrap();
        let secret = format!("key={}", file.display());
        place.ok("b", &["connect", "bucket", &url, "--secret", &secret, "--secret-file", "--yes"])
    };
    let first = show("a");
    assert!(first.as_str().unwrap().ends_with(" 1"), "with the number of the last entry");
    connect(&first);
    let said = place.ok("a", &["key", "rotate"]);
    assert!(said.lines().next().unwrap().ends_with(" 2"), "{said}");
    place.ok("b", &["sync"]);
    assert_eq!(show("a"), show("b"));

    let lost = place.json("a", &["key", "rotate", "--lost"])["key"].clone();
    place.ok("b", &["add", "sessions", "name=From b"]);
    let said = place.run("b", &["sync"]);
    assert!(said.stderr.contains("needs its new words"), "{}", said.stderr);
    assert!(place.ok("b", &["status"]).contains("1 "), "what was not sent waits");
    connect(&lost);
    place.ok("b", &["sync"]);
    place.ok("a", &["sync"]);
    assert_eq!(place.json("a", &["list", "sessions"]).as_array().unwrap().len(), 2);
}
