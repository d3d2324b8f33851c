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
fn rows_that_end_with_the_program_are_not_backed_up() {
    let place = Place::new();
    let (_, error) = place.fails("A", &["backup", "--config", "local.backend=memory"]);
    assert!(error.contains("local.backend"), "{error}");
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
fn a_profile_that_syncs_goes_back_and_stays_in_step() {
    let place = Place::new();
    place.share("A");
    place.share("B");
    let id = place.ok("A", &["add", "workspaces", "name=First"]).trim().to_owned();
    place.ok("A", &["sync"]);
    let name = copy(&place);
    place.ok("A", &["set", "workspaces", &id, "name=Sent"]);
    place.ok("A", &["sync"]);
    place.ok("B", &["sync"]);
    place.ok("A", &["add", "workspaces", "name=Unsent"]);
    let done = place.json("A", &["backup", "restore", &name]);
    assert_eq!(done["unsent"], 1, "{done}");
    let unsent = fs::read_to_string(done["unsent_file"].as_str().unwrap()).unwrap();
    assert!(unsent.contains("Unsent") && unsent.lines().count() == 1, "{unsent}");
    assert_eq!(names(&place, "A"), ["First"]);
    // What is written now is later than what was sent before.
    place.ok("A", &["set", "workspaces", &id, "pinned=true"]);
    for profile in ["A", "B"] {
        place.ok(profile, &["sync"]);
    }
    for profile in ["A", "B"] {
        let row = place.json(profile, &["get", "workspaces", &id]);
        assert_eq!((&row["name"], &row["pinned"]), (&json!("Sent"), &json!(true)), "{profile}");
        assert_eq!(names(&place, profile), ["Sent"], "{profile}");
    }
    assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]));
    place.ok("A", &["set", "workspaces", &id, "name=Again"]);
    for profile in ["A", "B"] {
        place.ok(profile, &["sync"]);
    }
    assert_eq!(names(&place, "B"), ["Again"]);
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
fn what_is_no_backup_changes_nothing_and_is_told() {
    let place = Place::new();
    place.ok("A", &["add", "workspaces", "name=Here"]);
    let (code, error) = place.fails("A", &["backup", "restore", "gone.db"]);
    assert_eq!(code, 3);
    assert!(error.contains("no backup gone.db; this profile has none"), "{error}");
    let name = copy(&place);
    let (_, error) = place.fails("A", &["backup", "restore", "gone.db"]);
    assert!(error.contains(&format!("the latest of this profile are: {name}")), "{error}");
    for (file, text) in [("garbage.db", "not a database".repeat(500)), ("empty.db", String::new())]
    {
        fs::write(place.path(file), text).unwrap();
        let (_, error) = place.fails("A", &["backup", "restore", file]);
        assert!(error.contains("the backup was not put back") && error.contains(file), "{error}");
        assert_eq!(names(&place, "A"), ["Here"]);
    }
    let damaged = fs::read(place.path("A/backups").join(&name)).unwrap();
    fs::write(place.path("half.db"), &damaged[..damaged.len() / 2]).unwrap();
    place.fails("A", &["backup", "restore", "half.db"]);
    assert_eq!(names(&place, "A"), ["Here"]);
}

/// A database of somebody else says that a merge was agreed to, whose hub it was read from,
/// and what is kept here. None of it is believed; its rows are.
#[test]
fn of_a_database_from_elsewhere_only_the_rows_are_taken() {
    let place = Place::new();
    for profile in ["A", "B"] {
        place.share(profile);
        place.ok(profile, &["add", "workspaces", &format!("name=Of {profile}"), "path=/w"]);
    }
    place.ok("B", &["exclude", "/w"]);
    place.ok("B", &["add", "inbox", "title=Theirs"]);
    place.ok("B", &["sync"]);
    let theirs = place.json("B", &["backup"])["path"].as_str().unwrap().to_owned();
    fs::copy(&theirs, place.path("theirs.db")).unwrap();
    let sql = rusqlite::Connection::open(place.path("theirs.db")).unwrap();
    let record = json!({ "at": 1, "person": "github:1", "remote": "evil", "backup": null });
    let meta = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
    sql.execute(meta, ("first_merge", record.to_string())).unwrap();
    sql.execute(meta, ["device", "0000002a"]).unwrap();
    drop(sql);
    let meta = |key: &str| -> Option<String> {
        let sql = rusqlite::Connection::open(place.path("A/driftline.db")).unwrap();
        let found = sql.query_row("SELECT value FROM meta WHERE key = ?1", [key], |it| it.get(0));
        found.ok()
    };
    place.ok("A", &["sync"]);
    let (device, link) = (meta("device").unwrap(), meta("link"));
    assert!(link.is_some());
    let told = place.ok("A", &["backup", "restore", "theirs.db"]);
    assert!(told.contains("only its rows were taken"), "{told}");
    assert_eq!(names(&place, "A"), ["Of B"]);
    assert_eq!(meta("device").unwrap(), device);
    for key in ["first_merge", "link", "link.digests", "keep"] {
        assert_eq!(meta(key), None, "{key}");
    }
    assert_eq!(place.json("A", &["status"])["waiting"], 2, "all of it is owed");
    let undo = told.split("backup restore ").nth(1).unwrap().lines().next().unwrap().to_owned();
    // What is here and in the hub comes together as ever.
    for profile in ["A", "B", "A"] {
        place.ok(profile, &["sync"]);
    }
    place.ok("B", &["exclude", "/w", "--remove"]);
    for profile in ["B", "A", "B", "A"] {
        place.ok(profile, &["sync"]);
    }
    assert_eq!(place.json("A", &["digest"]), place.json("B", &["digest"]));
    // One's own copy is put back as it is.
    let told = place.ok("A", &["backup", "restore", &undo]);
    assert!(!told.contains("only its rows"), "{told}");
    assert_eq!(meta("link"), link);
    assert_eq!(names(&place, "A"), ["Of A"]);
    // A link leads elsewhere, wherever it is.
    std::os::unix::fs::symlink(&theirs, place.path("A/backups/link.db")).unwrap();
    let done = place.json("A", &["backup", "restore", "link.db"]);
    assert_eq!(done["rows_alone"], true, "{done}");
}
