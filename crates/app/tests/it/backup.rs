//! Copies of everything, and the way back to one.

use std::fs;

use crate::common::Place;
use serde_json::{Value, json};

/// The name of a new copy.
fn copy(place: &Place) -> String {
    let path = place.json("A", &["backup"])["path"].as_str().unwrap().to_owned();
    path.rsplit('/').next().unwrap().to_owned()
}

fn names(place: &Place, profile: &str) -> Vec<Value> {
    let rows = place.json(profile, &["list", "workspaces"]);
    rows.as_array().unwrap().iter().map(|it| it["name"].clone()).collect()
}

#[test]
fn a_backup_is_made_and_listed_by_the_page_and_by_the_command() {
    let place = Place::new();
    place.ok("A", &["add", "workspaces", "path=/w"]);
    assert!(place.ok("A", &["backup", "list"]).contains("No backup was made yet"));
    let app = place.app("A");
    assert!(app.page("/settings").body.contains("None was made yet"));
    let (status, done) = app.act("/backup", "");
    assert_eq!(status, 200, "{done}");
    let made = done["toast"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
    let other = place.json("A", &["backup"])["path"].as_str().unwrap().to_owned();
    assert_ne!(made, other);
    let page = app.page("/settings").body;
    let listed = place.json("A", &["backup", "list"]);
    let told = place.ok("A", &["backup", "list"]);
    for path in [&made, &other] {
        let name = path.rsplit('/').next().unwrap();
        assert!(page.contains(path.as_str()) && told.contains(name), "{path}: {page} {told}");
        let one = listed.as_array().unwrap().iter().find(|it| it["path"] == path.as_str());
        let bytes = fs::metadata(path).unwrap().len();
        assert_eq!(one.unwrap()["bytes"], bytes, "{listed}");
        assert!(one.unwrap()["at"].is_u64(), "{listed}");
        let local = format!("local.path={path}");
        let rows = place.json("B", &["list", "workspaces", "--config", &local]);
        assert_eq!(rows[0]["path"], "/w", "a copy holds what was there");
    }
}

#[test]
fn going_back_keeps_what_was_there_until_then_and_can_be_undone() {
    let place = Place::new();
    place.transcripts(2, 6);
    place.import("A");
    let session = place.json("A", &["sessions"])[0]["id"].as_str().unwrap().to_owned();
    let name = copy(&place);
    place.ok("A", &["set", "sessions", &session, "name=Later"]);
    place.ok("A", &["add", "workspaces", "name=Later"]);
    assert!(place.ok("A", &["backup", "list"]).contains(&name));
    let told = place.ok("A", &["backup", "restore", &name]);
    assert!(told.contains("Everything here is as it was"), "{told}");
    assert!(!told.contains("Never sent") && !told.contains("next sync"), "{told}");
    assert_eq!(names(&place, "A"), ["engine"]);
    // Lists come from an index of their own, which has to notice.
    assert!(!place.ok("A", &["sessions"]).contains("Later"));
    let undo = told.split("backup restore ").nth(1).unwrap().lines().next().unwrap();
    place.ok("A", &["backup", "restore", undo]);
    assert!(names(&place, "A").contains(&json!("Later")));
    assert!(place.ok("A", &["sessions"]).contains("Later"));
}

#[test]
fn an_open_app_shows_what_was_put_back() {
    let place = Place::new();
    place.transcripts(1, 4);
    place.import("A");
    let app = place.app("A");
    let name = copy(&place);
    let session = place.json("A", &["sessions"])[0]["id"].as_str().unwrap().to_owned();
    app.act(&format!("/s/{session}/delete"), "");
    assert!(!app.page("/sessions").body.contains(&session));
    assert!(app.page("/settings").body.contains(&format!("backup restore {name}")));
    let mut events = app.events();
    place.ok("A", &["backup", "restore", &name]);
    // Told at once, and again when the index has caught up.
    while !app.page("/sessions").body.contains(&session) {
        events.until("@index");
    }
}

#[test]
fn what_is_kept_here_by_now_does_not_leave_with_an_old_copy() {
    let place = Place::new();
    place.share("A");
    place.share("B");
    place.ok("A", &["add", "workspaces", "path=/secret"]);
    let name = copy(&place);
    place.ok("A", &["exclude", "/secret"]);
    // It syncs by itself, and does not read the config again.
    let app = place.app("A");
    let told = place.ok("A", &["backup", "restore", &name]);
    assert!(told.contains("comes back with the next sync"), "{told}");
    let (status, done) = app.act("/e/workspaces", "path=%2Fopen");
    assert_eq!(status, 200, "{done}");
    let paths = || {
        place.ok("B", &["sync"]);
        place.json("B", &["list", "workspaces"]).to_string()
    };
    let found = std::iter::repeat_with(paths).find(|it| it.contains("/open")).unwrap();
    assert!(!found.contains("/secret"), "{found}");
}

#[test]
fn of_a_copy_that_is_not_this_profiles_only_the_rows_are_taken() {
    let place = Place::new();
    place.ok("B", &["add", "workspaces", "name=Of B"]);
    let theirs = place.json("B", &["backup"])["path"].as_str().unwrap().to_owned();
    place.ok("A", &["add", "workspaces", "name=Of A"]);
    let told = place.ok("A", &["backup", "restore", &theirs]);
    assert!(told.contains("only its rows were taken"), "{told}");
    let undo = told.split("backup restore ").nth(1).unwrap().lines().next().unwrap();
    let told = place.ok("A", &["backup", "restore", undo]);
    assert!(!told.contains("only its rows"), "{told}");
    assert_eq!(names(&place, "A"), ["Of A"]);
}
