//! The file of the index: filled behind the writes, never wrong for long, never in the
//! way.

use std::{fs, sync::Arc};

use crate::common::{START, World, open, query};
use driftline_core::{
    Durability, Id, Replica, Schema, Simulated, Stamp, Store,
    store::{JOURNAL_LENGTH, Stored},
};
use driftline_index::{Index, search::Options};
use driftline_memory::MemoryStore;
use serde_json::json;

fn catch_up(index: &Index) {
    while index.catch_up().unwrap() > 0 {}
}

fn hits(index: &Index, typed: &str) -> usize {
    index.search(&query(typed).unwrap(), &Options::at(START)).unwrap().hits
}

/// Puts many rows into a store as if they had been there before there was a journal.
fn fill(world: &World, session: Id, count: u64) {
    let store: &dyn Store = &world.store;
    store
        .transact(Durability::Normal, |tx| {
            (0..count).try_for_each(|it| {
                let mut stored = Stored::new(Id::imported(it, &["filled"]));
                let stamp = Stamp::machine(1, 1, 1, 1);
                stored.row.set("session", stamp, json!(session.to_string()));
                stored.row.set("role", stamp, json!("user"));
                stored.row.set("text", stamp, json!(format!("haystack {it}")));
                stored.row.set("created_at", stamp, json!(1_000));
                tx.put("messages", &stored)
            })
        })
        .unwrap();
}

#[test]
fn what_was_there_before_is_found_step_by_step() {
    let world = World::new();
    let session = world.session("long", 1);
    fill(&world, session, 3_000);
    assert!(world.index.lag().unwrap() >= 3_000);
    assert!(world.search("haystack").lag > 1_000, "a search does not wait for all of it");
    let mut before = u64::MAX;
    loop {
        let left = world.index.catch_up().unwrap();
        assert!(left < before, "every step comes closer");
        before = left;
        if left == 0 {
            break;
        }
    }
    let found = world.search("haystack");
    assert_eq!((found.hits, found.lag), (1_000, 0));
    assert!(found.older.is_some());
    assert_eq!(world.hits("haystack 2999").len(), 1, "rows of one moment have places of their own");
    assert_eq!(world.list("").lines[0].messages, 3_000);
}

#[test]
fn another_opening_goes_on_and_sees_the_same() {
    let world = World::new();
    let session = world.session("one", 1);
    world.say(session, "user", "needle", 2);
    catch_up(&world.index);
    let other = world.again();
    assert_eq!(other.lag().unwrap(), 0);
    assert_eq!(hits(&other, "needle"), 1);
    world.say(session, "user", "needle again", 3);
    assert_eq!(hits(&other, "needle"), 2);
    assert_eq!(world.index.lag().unwrap(), 0, "the work of one is done for all");
    assert_eq!(world.hits("needle").len(), 2);
}

#[test]
fn a_damaged_file_is_made_anew_and_no_other_file_is_touched() {
    let world = World::new();
    let session = world.session("one", 1);
    world.say(session, "user", "needle", 2);
    catch_up(&world.index);
    let beside = world.folder.path().join("driftline.db");
    fs::write(&beside, "mine").unwrap();
    let path = world.path();
    for damage in [&b"not a database at all, but long enough to be read"[..], &[0; 9_000], b""] {
        drop(world.again());
        for part in ["-wal", "-shm"] {
            let _absent = fs::remove_file(format!("{}{part}", path.display()));
        }
        fs::write(&path, damage).unwrap();
        let again = world.again();
        catch_up(&again);
        assert_eq!(hits(&again, "needle"), 1);
    }
    assert_eq!(fs::read(&beside).unwrap(), b"mine");
}

#[test]
fn a_file_of_another_version_is_made_anew() {
    let world = World::new();
    let session = world.session("one", 1);
    world.say(session, "user", "needle", 2);
    catch_up(&world.index);
    let file = rusqlite::Connection::open(world.path()).unwrap();
    file.execute_batch("PRAGMA user_version = 99; DELETE FROM words;").unwrap();
    drop(file);
    let again = world.again();
    assert!(again.lag().unwrap() > 0);
    catch_up(&again);
    assert_eq!(hits(&again, "needle"), 1);
}

#[test]
fn a_file_with_a_text_that_is_none_is_made_anew() {
    let world = World::new();
    let session = world.session("one", 1);
    world.say(session, "user", "needle", 2);
    catch_up(&world.index);
    let file = rusqlite::Connection::open(world.path()).unwrap();
    let damage = "UPDATE state SET value = CAST(x'61ff' AS TEXT) WHERE key = 'entities'";
    file.execute_batch(damage).unwrap();
    drop(file);
    let again = world.again();
    catch_up(&again);
    assert_eq!(hits(&again, "needle"), 1);
}

#[test]
fn damage_that_shows_while_it_is_used_is_repaired() {
    let world = World::new();
    let session = world.session("one", 1);
    world.say(session, "user", "needle", 2);
    catch_up(&world.index);
    let file = rusqlite::Connection::open(world.path()).unwrap();
    file.execute_batch("DROP TABLE sessions").unwrap();
    drop(file);
    world.list("");
    catch_up(&world.index);
    assert_eq!(world.names(""), ["one"]);
    assert_eq!(world.hits("needle").len(), 1);
}

#[test]
fn who_fell_behind_the_journal_starts_over() {
    let world = World::new();
    let session = world.session("one", 1);
    world.say(session, "user", "needle", 2);
    catch_up(&world.index);
    let store: &dyn Store = &world.store;
    store
        .transact(Durability::Normal, |tx| {
            (0..=JOURNAL_LENGTH).try_for_each(|it| tx.note("messages", Id::imported(it, &["x"])))
        })
        .unwrap();
    catch_up(&world.index);
    assert_eq!(world.hits("needle").len(), 1);
}

#[test]
fn rows_that_went_back_to_a_backup_are_looked_at_again() {
    let world = World::new();
    let session = world.session("one", 1);
    world.say(session, "user", "needle", 2);
    world.say(session, "user", "lost needle", 3);
    catch_up(&world.index);
    // The same profile with other rows: shorter, or as long but different.
    for rows in [1, 4] {
        let store = MemoryStore::new(Schema::registered().unwrap());
        let env = Arc::new(Simulated::new(7, START));
        let replica = Arc::new(Replica::open(Arc::new(store), env).unwrap());
        for row in 0..rows {
            let name = format!("other {row}");
            let values = [("name".to_owned(), json!(name))].into_iter().collect();
            replica.create_values("sessions", &values).unwrap();
        }
        let reading = open(&replica, &world.path());
        // Another process, which has the index open and goes on with it.
        let beside = open(&replica, &world.path());
        assert!(beside.lag().unwrap() > 0, "{rows}");
        catch_up(&reading);
        for it in [&reading, &beside] {
            assert_eq!(it.lag().unwrap(), 0, "{rows}");
            assert_eq!(hits(it, "needle"), 0, "{rows}");
            assert_eq!(hits(it, "other"), rows, "{rows}");
        }
    }
}

/// SQLite makes files that everybody may read, as far as the mask allows it.
#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone_from_the_moment_that_it_exists() {
    use std::{
        os::unix::fs::PermissionsExt as _,
        sync::atomic::{AtomicBool, Ordering},
    };

    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.db");
    let ended = AtomicBool::new(false);
    let open = |path: &std::path::Path| {
        fs::metadata(path).is_ok_and(|it| it.permissions().mode() & 0o077 != 0)
    };
    std::thread::scope(|threads| {
        let watching = threads.spawn(|| {
            let mut seen = false;
            while !ended.load(Ordering::Relaxed) {
                seen |= open(&path);
            }
            seen
        });
        for _ in 0..100 {
            drop(Index::open(&path, world.replica.clone()).unwrap());
            for part in ["", "-wal", "-shm"] {
                let file = folder.path().join(format!("index.db{part}"));
                assert!(!open(&file), "{}", file.display());
                let _absent = fs::remove_file(file);
            }
        }
        ended.store(true, Ordering::Relaxed);
        assert!(!watching.join().unwrap(), "others could have opened it");
    });
    // One that was unpacked from elsewhere is closed.
    drop(Index::open(&path, world.replica.clone()).unwrap());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    drop(Index::open(&path, world.replica.clone()).unwrap());
    assert!(!open(&path));
    // A link is taken away, not what it leads to.
    let theirs = folder.path().join("theirs");
    fs::write(&theirs, "kept").unwrap();
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&theirs, &path).unwrap();
    drop(Index::open(&path, world.replica.clone()).unwrap());
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "kept");
    assert!(!path.is_symlink());
}
