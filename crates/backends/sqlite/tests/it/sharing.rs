//! Many threads and processes on one file: nobody fails, nothing is lost. Processes
//! are this test program again, with a file to work on in its environment.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use crate::common::{self, get, id, note, open};
use driftline_core::{
    Cursor, Durability, Seq, Store,
    store::{Find, Stored},
};
use serde_json::json;

const FILE: &str = "DRIFTLINE_TEST_FILE";
const WHO: &str = "DRIFTLINE_TEST_WHO";
const ROUNDS: u64 = 40;

/// Adds one to the counter, and a row of its own, many times.
fn work(path: &Path, who: u64) {
    let store = open(path);
    let store: &dyn Store = &store;
    for round in 0..ROUNDS {
        let durability = if round % 8 == 0 { Durability::Full } else { Durability::Normal };
        store
            .transact(durability, |tx| {
                let count: u64 = tx.meta("count")?.map_or(0, |it| it.parse().unwrap());
                tx.set_meta("count", Some(&(count + 1).to_string()))?;
                let seq = Seq(count + 1);
                let row = note(who * 1_000 + round, &[("title", json!(round.to_string()))]);
                tx.put("notes", &Stored { seq, ..row })
            })
            .unwrap();
        let seen = store
            .view(|tx| Ok((tx.meta("count")?, tx.feed(Cursor::default(), usize::MAX)?.len())))
            .unwrap();
        assert_eq!(seen.0, Some(seen.1.to_string()), "a read is of one state");
    }
}

fn check(path: &Path, workers: u64) {
    let store = open(path);
    let store: &dyn Store = &store;
    let total = workers * ROUNDS;
    let count = store.view(|tx| tx.count("notes", &Find::default())).unwrap();
    assert_eq!(count, total);
    let counter = store.view(|tx| tx.meta("count")).unwrap();
    assert_eq!(counter, Some(total.to_string()));
    let feed = store.view(|tx| tx.feed(Cursor::default(), usize::MAX)).unwrap();
    assert!(feed.iter().map(|it| it.stored.seq.0).eq(1..=total), "every number once");
}

fn child(test: &str, path: &Path, who: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("sharing::{test}"), "--nocapture"])
        .env(FILE, path)
        .env(WHO, who.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn task() -> Option<(PathBuf, u64)> {
    let path = PathBuf::from(std::env::var_os(FILE)?);
    Some((path, std::env::var(WHO).unwrap().parse().unwrap()))
}

#[test]
fn eight_threads_with_stores_of_their_own_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    thread::scope(|scope| {
        for who in 0..8 {
            let path = &path;
            scope.spawn(move || work(path, who));
        }
    });
    check(&path, 8);
}

#[test]
fn threads_that_share_a_store_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = open(&path);
    let store: &dyn Store = &store;
    thread::scope(|scope| {
        for who in 0..4 {
            scope.spawn(move || {
                for round in 0..50 {
                    let row = note(who * 1_000 + round, &[]);
                    store.transact(Durability::Normal, |tx| tx.put("notes", &row)).unwrap();
                    assert_eq!(get(store, "notes", row.id), Some(row));
                }
            });
        }
    });
    assert_eq!(store.view(|tx| tx.count("notes", &Find::default())).unwrap(), 200);
}

#[test]
fn a_process_works() {
    if let Some((path, who)) = task() {
        work(&path, who);
    }
}

#[test]
fn four_processes_that_start_with_no_file_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new folder/a.db");
    let children: Vec<Child> = (0..4).map(|who| child("a_process_works", &path, who)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    check(&path, 4);
}

#[test]
fn a_process_opens() {
    if let Some((path, who)) = task() {
        let schema = if who % 2 == 0 { common::schema() } else { common::newer_schema() };
        let store = driftline_sqlite::SqliteStore::open(&path, schema).unwrap();
        common::put(&store, "todos", &note(who, &[("what", json!("open"))]));
    }
}

#[test]
fn eight_processes_of_two_versions_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let children: Vec<Child> = (0..8).map(|who| child("a_process_opens", &path, who)).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    let store = driftline_sqlite::SqliteStore::open(&path, common::newer_schema()).unwrap();
    let find = Find { equal: vec![("what".into(), json!("open"))], ..Find::default() };
    let count = (&store as &dyn Store).view(|tx| tx.count("todos", &find)).unwrap();
    assert_eq!(count, 8, "also what the older version wrote is in its columns");
}

#[test]
fn a_process_writes_until_it_is_killed() {
    if let Some((path, _)) = task() {
        let store = open(&path);
        let store: &dyn Store = &store;
        let mut out = std::io::stdout();
        for number in 0_u64.. {
            let full = if number % 3 == 0 { Durability::Full } else { Durability::Normal };
            let row = |part: u64| note(number * 2 + part, &[("title", json!("x".repeat(3_000)))]);
            store
                .transact(full, |tx| {
                    tx.put("notes", &row(0))?;
                    tx.put("notes", &row(1))
                })
                .unwrap();
            writeln!(out, "committed {number}").unwrap();
        }
    }
}

#[test]
fn what_a_killed_process_reported_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    for wanted in [1, 50, 300] {
        let mut child = child("a_process_writes_until_it_is_killed", &path, 0);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut reported = Vec::new();
        for line in lines {
            // The last line may be cut off by the kill.
            let line = line.unwrap_or_default();
            if let Some(number) = line.strip_prefix("committed ").and_then(|it| it.parse().ok()) {
                reported.push(number);
                if reported.len() == wanted {
                    child.kill().unwrap();
                }
            }
        }
        assert!(!child.wait().unwrap().success());
        assert!(reported.len() >= wanted);
        let store = open(&path);
        for number in reported {
            let _: u64 = number;
            for part in 0..2 {
                assert!(get(&store, "notes", id(number * 2 + part)).is_some(), "{number}");
            }
        }
        let all = (&store as &dyn Store).view(|tx| tx.count("notes", &Find::default())).unwrap();
        assert_eq!(all % 2, 0, "no transaction is there in part");
        drop(store);
        std::fs::remove_file(&path).unwrap();
    }
}
