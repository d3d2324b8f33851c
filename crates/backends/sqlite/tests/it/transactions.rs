//! All of a transaction or none of it, and reads that do not wait.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::common::{get, id, note, open, put};
use driftline_core::{Durability, Error, Store};
use serde_json::json;

fn failure() -> Error {
    Error::signed_out("nobody")
}

#[test]
fn a_job_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let store: &dyn Store = &store;
    let version = store.version().unwrap();
    let error = store
        .transact(Durability::Full, |tx| -> driftline_core::Result<()> {
            tx.put("notes", &note(1, &[("title", json!("a"))]))?;
            tx.put("unknown", &note(2, &[]))?;
            tx.set_meta("key", Some("value"))?;
            assert!(tx.get("notes", id(1))?.is_some(), "it sees its own writes");
            assert!(tx.reading().get("notes", id(1))?.is_some());
            Err(failure())
        })
        .unwrap_err();
    assert_eq!(error.code(), "signed_out");
    assert_eq!((get(store, "notes", id(1)), get(store, "unknown", id(2))), (None, None));
    assert_eq!(store.view(|tx| tx.meta("key")).unwrap(), None);
    assert_eq!(store.version().unwrap(), version);
}

/// Where many ids in a row are not here, a transaction stops looking for them one by one.
#[test]
fn a_transaction_sees_what_it_wrote_among_what_it_looked_for_in_vain() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let store: &dyn Store = &store;
    put(store, "notes", &note(60, &[]));
    store
        .transact(Durability::Full, |tx| {
            let mut here = vec![60];
            for number in (1..100).filter(|it| *it != 60) {
                assert_eq!(tx.get("notes", id(number))?, None, "{number}");
                if number % 3 == 0 {
                    tx.insert("notes", &note(number, &[]))?;
                    here.push(number);
                } else if number % 3 == 1 {
                    tx.put("notes", &note(number, &[]))?;
                    here.push(number);
                }
                assert!(tx.get("folders", id(number))?.is_none());
            }
            for number in 1..100 {
                let found = tx.get("notes", id(number))?.is_some();
                assert_eq!(found, here.contains(&number), "{number}");
            }
            tx.remove("notes", id(60))?;
            assert!(tx.get("notes", id(60))?.is_none());
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_job_that_panics_leaves_nothing_and_the_store_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let store: &dyn Store = &store;
    let writing = AssertUnwindSafe(|| {
        store.transact(Durability::Full, |tx| -> driftline_core::Result<()> {
            tx.put("notes", &note(1, &[]))?;
            panic!("a mistake in a job");
        })
    });
    assert!(catch_unwind(writing).is_err());
    let reading = AssertUnwindSafe(|| {
        store.view(|tx| -> driftline_core::Result<()> {
            tx.get("notes", id(1))?;
            panic!("a mistake in a job");
        })
    });
    assert!(catch_unwind(reading).is_err());
    assert_eq!(get(store, "notes", id(1)), None);
    put(store, "notes", &note(1, &[]));
    assert!(get(store, "notes", id(1)).is_some());
}

#[test]
fn readers_see_one_state_and_wait_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let store: &dyn Store = &store;
    put(store, "notes", &note(1, &[]));
    store
        .transact(Durability::Normal, |tx| {
            tx.put("notes", &note(2, &[]))?;
            // A read in the middle of a write, in the same thread.
            assert_eq!(get(store, "notes", id(2)), None);
            assert!(get(store, "notes", id(1)).is_some());
            Ok(())
        })
        .unwrap();
    store
        .view(|tx| {
            assert_eq!(tx.get("notes", id(3))?, None);
            put(store, "notes", &note(3, &[]));
            assert_eq!(tx.get("notes", id(3))?, None, "the state of a read does not move");
            assert!(get(store, "notes", id(3)).is_some(), "a read within a read begins later");
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_version_changes_with_every_commit_of_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let (store, other) = (open(&path), open(&path));
    let mut seen = vec![store.version().unwrap()];
    assert_eq!(store.version().unwrap(), seen[0]);
    for number in 0..4 {
        let writer = if number % 2 == 0 { &store } else { &other };
        put(writer, "notes", &note(number, &[]));
        let version = store.version().unwrap();
        assert!(!seen.contains(&version), "{version} again, after {seen:?}");
        assert_eq!(store.version().unwrap(), version);
        seen.push(version);
    }
    get(&other, "notes", id(1));
    assert_eq!(Some(&store.version().unwrap()), seen.last(), "reading changes nothing");
}

#[test]
fn named_values_are_set_replaced_and_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("a.db"));
    let store: &dyn Store = &store;
    for value in [Some("a"), Some("b\0c"), None] {
        store.transact(Durability::Full, |tx| tx.set_meta("key", value)).unwrap();
        assert_eq!(store.view(|tx| tx.meta("key")).unwrap().as_deref(), value);
    }
}

#[test]
fn a_store_that_is_closed_leaves_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    put(&store, "notes", &note(1, &[]));
    assert!(get(&store, "notes", id(1)).is_some());
    store.version().unwrap();
    assert!(path.with_extension("db-wal").exists());
    drop(store);
    assert!(!path.with_extension("db-wal").exists());
}
