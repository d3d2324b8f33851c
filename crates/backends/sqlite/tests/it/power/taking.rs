//! Everything of another file is taken in at once, without a log: all of it is there after a
//! power cut or a failure of the disk, or nothing.

use std::{fs, path::Path};

use super::{
    FILE,
    disk::{Disk, Unflushed},
    is_damaged,
};
use crate::common::{self, note, open};
use driftline_core::{
    Error, Result, Store,
    store::{ReadTx, Stored},
};
use driftline_sqlite::SqliteStore;
use rusqlite::ffi::{SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_IOERR_WRITE};
use serde_json::json;

/// With [`row`], more than is filled by way of the log.
const ROWS: u64 = 45;

fn row(number: u64) -> Stored {
    note(number, &[("title", json!("x".repeat(100_000)))])
}

/// A file with rows, which is closed.
fn source(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("source.db");
    let store = open(&path);
    (1..=ROWS).for_each(|it| common::put(&store, "notes", &row(it)));
    path
}

/// Takes everything in, and notes that in the same transaction.
fn take(store: &SqliteStore, from: &Path) -> Result<Option<u64>> {
    store.take_rows(from, Box::new(|tx, _| tx.set_meta("taken", Some("1"))))
}

fn mode(path: &Path) -> String {
    common::sql(path).query_row("PRAGMA journal_mode", [], |it| it.get(0)).unwrap()
}

/// Whether everything is there. Nothing is, if not.
fn is_taken(path: &Path) -> bool {
    let store = open(path);
    let dynamic: &dyn Store = &store;
    let look = |tx: &dyn ReadTx| Ok((tx.meta("taken")?.is_some(), tx.scan("notes", None, 99)?));
    let (taken, rows) = dynamic.view(look).unwrap();
    let expected: Vec<_> = if taken { (1..=ROWS).map(row).collect() } else { Vec::new() };
    assert_eq!(rows, expected);
    let sound = common::sql(path).query_row("PRAGMA integrity_check", [], |it| it.get(0));
    assert_eq!(sound.as_ref().map(String::as_str), Ok("ok"));
    assert_eq!(mode(path), "wal");
    taken
}

#[test]
fn a_power_cut_leaves_all_of_it_or_nothing() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let from = source(elsewhere.path());
    let disk = Disk::below(folder.path());
    let path = folder.path().join(FILE);
    let store = open(&path);
    let begun = disk.moment();
    assert_eq!(take(&store, &from).unwrap(), Some(ROWS));
    let done = disk.moment();
    assert!(is_taken(&path));
    drop(store);
    let (mut taken, end) = (0, disk.moment());
    let is_near = |it: &usize| [begun, done, end].iter().any(|at| it.abs_diff(*at) < 9);
    for cut in (begun..=end).filter(|it| it % 149 == 0 || is_near(it)) {
        let unflushed = match cut % 3 {
            0 => Unflushed::Lost,
            1 => Unflushed::Kept,
            _ => Unflushed::Torn(cut as u64),
        };
        let after = tempfile::tempdir().unwrap();
        disk.after_cut(cut, unflushed, after.path());
        let is_taken = is_taken(&after.path().join(FILE));
        assert!(is_taken || cut < done, "it was reported: cut at {cut} of {done}, {unflushed:?}");
        taken += usize::from(is_taken);
        assert_eq!(fs::read_dir(after.path()).unwrap().filter(is_damaged).count(), 0);
    }
    assert!(done - begun > 900 && taken > 0, "cuts must meet writes: {begun} to {done}, {taken}");
}

#[test]
fn a_disk_that_fails_meanwhile_leaves_all_of_it_or_nothing() {
    let (all, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let from = source(elsewhere.path());
    let disk = Disk::below(all.path());
    for (round, code) in
        [SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC].into_iter().enumerate()
    {
        let mut failures = 0;
        for count in (round..).step_by(307) {
            let folder = tempfile::tempdir_in(&all).unwrap();
            let path = folder.path().join(FILE);
            let store = open(&path);
            disk.fail_after(count, code);
            let done = take(&store, &from);
            if !disk.mend() {
                break;
            }
            failures += 1;
            match &done {
                Ok(_) | Err(Error::Store { .. }) => (),
                Err(other) => panic!("failed after {count} changes: {other:?}"),
            }
            // The same process goes on.
            let again = take(&store, &from).unwrap();
            drop(store);
            assert!(is_taken(&path), "failed after {count} changes: {done:?}, then {again:?}");
        }
        assert!(failures > 2, "the disk must fail: {failures}");
    }
}

/// What others have open is filled by way of the log, as always.
#[test]
fn a_file_that_others_have_open_takes_everything_too() {
    let folder = tempfile::tempdir().unwrap();
    let from = source(folder.path());
    let path = folder.path().join(FILE);
    let (store, other) = (open(&path), open(&path));
    assert!(common::get(&other, "notes", common::id(1)).is_none());
    assert_eq!(take(&store, &from).unwrap(), Some(ROWS));
    assert!(common::get(&other, "notes", common::id(1)).is_some());
    drop((store, other));
    assert!(is_taken(&path));
}
