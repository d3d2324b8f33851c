//! Copies of everything, and the way back to one.

use std::fs;

use driftline_client::{Error, Kind, backup, runtime};
use driftline_core::{Id, Stamp};
use serde_json::{Value, json};

use crate::world::{Listener, Side, World};

fn copy(side: &Side) -> String {
    let path = backup::ask(&side.client, &side.device.replica).unwrap();
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn try_restore(side: &Side, which: &str) -> driftline_client::Result<backup::PutBack> {
    let (client, device) = (&side.client, &side.device);
    let listener = Listener::new();
    runtime().unwrap().block_on(backup::put_back(client, device, which.as_ref(), &listener))
}

fn restore(side: &Side, which: &str) -> backup::PutBack {
    try_restore(side, which).unwrap()
}

fn names(side: &Side) -> Vec<Value> {
    side.all("workspaces", "name")
}

/// The stamp of the title of an item.
fn stamp(side: &Side, id: Id) -> Stamp {
    let row = side.device.replica.get_values("inbox", id).unwrap().unwrap().row;
    row.cell("title").unwrap().stamp
}

#[test]
fn a_copy_holds_what_was_there_and_is_listed() {
    let world = World::new();
    let side = world.open("a");
    side.add("workspaces", &[("path", "/w")]);
    assert!(side.app().backups().is_empty());
    let asked = [side.app().backup().unwrap(), side.app().backup().unwrap()];
    assert_ne!(asked[0], asked[1]);
    let listed = side.app().backups();
    assert_eq!(listed.len(), 2);
    for path in asked {
        let one = listed.iter().find(|it| it.path == path).unwrap();
        assert_eq!(one.bytes, fs::metadata(&path).unwrap().len());
        assert!(one.at.is_some());
        let pair = format!("local.path={}", path.display());
        let opened = Side::of(world.client_with("b", &[&pair]));
        assert_eq!(opened.all("workspaces", "path"), ["/w"], "a copy holds what was there");
    }
}

#[test]
fn rows_that_end_with_the_program_are_not_copied() {
    let world = World::new();
    let side = Side::of(world.client_with("a", &["local.backend=memory"]));
    let error = side.app().backup().unwrap_err();
    assert!(matches!(error, Error::NothingLasts), "{error}");
    assert!(error.to_string().contains("local.backend"), "{error}");
}

#[test]
fn a_profile_that_syncs_goes_back_and_stays_in_step() {
    let world = World::new();
    let (a, b) = (world.shared("a"), world.shared("b"));
    let id = a.add("workspaces", &[("name", "First")]);
    a.sync();
    let name = copy(&a);
    a.edit("workspaces", id, "name", "Sent");
    a.sync();
    b.sync();
    a.add("workspaces", &[("name", "Unsent")]);
    let done = restore(&a, &name);
    assert_eq!(done.until.unsent, 1, "{done:?}");
    let unsent = fs::read_to_string(done.until.unsent_file.unwrap()).unwrap();
    // A line before and one behind, as in every export file.
    assert!(unsent.contains("Unsent") && unsent.lines().count() == 3, "{unsent}");
    assert_eq!(names(&a), ["First"]);
    // What is written now is later than what was sent before.
    a.edit("workspaces", id, "pinned", true);
    a.sync();
    b.sync();
    for side in [&a, &b] {
        assert_eq!(side.value("workspaces", id, "name"), "Sent");
        assert_eq!(side.value("workspaces", id, "pinned"), true);
        assert_eq!(names(side), ["Sent"]);
    }
    assert_eq!(a.digest(), b.digest());
    a.edit("workspaces", id, "name", "Again");
    a.sync();
    b.sync();
    assert_eq!(names(&b), ["Again"]);
}

/// The clock stands still, so that nothing but what the replica remembers tells a stamp from
/// those that it gave before; and the copy remembers less.
#[test]
fn stamps_go_on_after_the_last_that_was_given_before_it_went_back() {
    let world = World::new();
    let side = world.open("a");
    let id = side.add("inbox", &[("title", "0")]);
    let name = copy(&side);
    for number in 1..=5 {
        side.edit("inbox", id, "title", number.to_string());
    }
    let last = stamp(&side, id);
    let done = restore(&side, &name);
    assert_eq!(side.value("inbox", id, "title"), "0");
    side.edit("inbox", id, "title", "after");
    assert!(stamp(&side, id) > last, "{:?} {last:?}", stamp(&side, id));
    // And what was there until then is the way forward again.
    let kept = done.until.kept_database;
    let last = stamp(&side, id);
    restore(&side, kept.to_str().unwrap());
    assert_eq!(side.value("inbox", id, "title"), "5");
    side.edit("inbox", id, "title", "later");
    assert!(stamp(&side, id) > last);
}

#[test]
fn what_is_no_backup_changes_nothing_and_is_told() {
    let world = World::new();
    let side = world.open("a");
    side.add("workspaces", &[("name", "Here")]);
    let error = try_restore(&side, "gone.db").unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(error.to_string().contains("no backup gone.db; this profile has none"), "{error}");
    let name = copy(&side);
    let error = try_restore(&side, "gone.db").unwrap_err();
    let latest = format!("the latest of this profile are: {name}");
    assert!(error.to_string().contains(&latest), "{error}");
    for (file, text) in [("garbage.db", "not a database".repeat(500)), ("empty.db", String::new())]
    {
        fs::write(world.path(file), text).unwrap();
        let error = try_restore(&side, &world.text(file)).unwrap_err().told();
        assert!(error.contains(file), "{error}");
        assert_eq!(names(&side), ["Here"]);
    }
    let whole = fs::read(world.path("a/backups").join(&name)).unwrap();
    fs::write(world.path("half.db"), &whole[..whole.len() / 2]).unwrap();
    assert!(try_restore(&side, &world.text("half.db")).is_err());
    assert_eq!(names(&side), ["Here"]);
}

/// A database of somebody else says that a merge was agreed to, whose hub it was read from,
/// and what is kept here. None of it is believed; its rows are.
#[cfg(unix)]
#[test]
fn of_a_database_from_elsewhere_only_the_rows_are_taken() {
    let world = World::new();
    let (a, b) = (world.shared("a"), world.shared("b"));
    for (side, name) in [(&a, "Of A"), (&b, "Of B")] {
        side.add("workspaces", &[("name", name), ("path", "/w")]);
    }
    b.app().exclude("/w", true).unwrap();
    b.add("inbox", &[("title", "Theirs")]);
    b.sync();
    let theirs = backup::ask(&b.client, &b.device.replica).unwrap();
    fs::copy(&theirs, world.path("theirs.db")).unwrap();
    let sql = rusqlite::Connection::open(world.path("theirs.db")).unwrap();
    let record = json!({ "at": 1, "person": "github:1", "remote": "evil", "backup": null });
    let meta = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
    sql.execute(meta, ("first_merge", record.to_string())).unwrap();
    sql.execute(meta, ["device", "0000002a"]).unwrap();
    drop(sql);
    a.sync();
    let (device, link) = (a.meta("device").unwrap(), a.meta("link"));
    assert!(link.is_some());
    let done = restore(&a, &world.text("theirs.db"));
    assert!(done.rows_alone, "{done:?}");
    assert_eq!(names(&a), ["Of B"]);
    assert_eq!(a.meta("device").unwrap(), device);
    for key in ["first_merge", "link", "link.digests", "keep"] {
        assert_eq!(a.meta(key), None, "{key}");
    }
    assert_eq!(a.status().waiting, 2, "all of it is owed");
    let undo = done.until.kept_database.file_name().unwrap().to_str().unwrap().to_owned();
    // What is here and in the hub comes together as ever.
    for side in [&a, &b, &a] {
        side.sync();
    }
    b.app().exclude("/w", false).unwrap();
    for side in [&b, &a, &b, &a] {
        side.sync();
    }
    assert_eq!(a.digest(), b.digest());
    // One's own copy is put back as it is.
    assert!(!restore(&a, &undo).rows_alone);
    assert_eq!(a.meta("link"), link);
    assert_eq!(names(&a), ["Of A"]);
    // A link leads elsewhere, wherever it is.
    std::os::unix::fs::symlink(&theirs, world.path("a/backups/link.db")).unwrap();
    assert!(restore(&a, "link.db").rows_alone);
}
