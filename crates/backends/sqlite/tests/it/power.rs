//! What a store reported as written is there after a power cut at any moment, and after
//! a disk that failed at any write: whole, in order, in a file that opens.

pub(crate) mod disk;
mod taking;
mod vfs;

use std::{fs, path::Path};

use crate::common::{self, id, note, open, schema};
use disk::{Disk, Unflushed};
use driftline_core::{Durability, Error, Result, Store};
use driftline_sqlite::SqliteStore;
use rusqlite::ffi::{
    SQLITE_FULL, SQLITE_IOERR_CORRUPTFS, SQLITE_IOERR_FSYNC, SQLITE_IOERR_READ, SQLITE_IOERR_WRITE,
};
use serde_json::json;

const FILE: &str = "driftline.db";
const WRITES: u64 = 24;

/// What was reported as written: how many writes, and when.
type Reported = Vec<(usize, u64)>;

/// Row after row, each with the count of all, most of them as a person writes. Now and
/// then the file is closed and opened again, which writes its log back.
fn work(disk: &Disk, path: &Path, reported: &mut Reported) -> Result<()> {
    let mut store = None;
    for number in 1..=WRITES {
        if number % 10 == 0 {
            store = None;
        }
        let store: &dyn Store = match &mut store {
            Some(store) => store,
            empty => empty.insert(SqliteStore::open(path, schema())?),
        };
        let person = number % 3 > 0;
        let durability = if person { Durability::Full } else { Durability::Normal };
        store.transact(durability, |tx| {
            tx.put("notes", &row(number))?;
            tx.set_meta("count", Some(&number.to_string()))
        })?;
        if person {
            reported.push((disk.moment(), number));
        }
    }
    Ok(())
}

/// Large enough that some take several pages.
fn row(number: u64) -> driftline_core::store::Stored {
    let size = usize::try_from(number * 977 % 9_000).unwrap();
    note(number, &[("title", json!("x".repeat(size)))])
}

/// Opens what is left, and returns how many writes it holds: each of them as a whole,
/// and none without those before it.
fn held(path: &Path) -> u64 {
    let store = SqliteStore::open(path, schema()).unwrap();
    let store: &dyn Store = &store;
    let (count, rows) =
        store.view(|tx| Ok((tx.meta("count")?, tx.scan("notes", None, 99)?))).unwrap();
    let count = count.map_or(0, |it| it.parse().unwrap());
    let expected: Vec<_> = (1..=count).map(row).collect();
    assert_eq!(rows, expected);
    let sound = common::sql(path).query_row("PRAGMA integrity_check", [], |it| it.get(0));
    assert_eq!(sound.as_ref().map(String::as_str), Ok("ok"));
    count
}

#[test]
fn what_was_reported_as_written_survives_a_power_cut_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::below(folder.path());
    let mut reported = Reported::new();
    work(&disk, &folder.path().join(FILE), &mut reported).unwrap();
    let end = disk.moment();
    let mut lost = 0;
    for cut in 0..=end {
        let unflushed = match cut % 3 {
            0 => Unflushed::Lost,
            1 => Unflushed::Kept,
            _ => Unflushed::Torn(cut as u64),
        };
        let after = tempfile::tempdir().unwrap();
        disk.after_cut(cut, unflushed, after.path());
        let held = held(&after.path().join(FILE));
        let owed = reported.iter().rfind(|(moment, _)| *moment <= cut).map_or(0, |it| it.1);
        assert!(held >= owed, "{owed} were reported, {held} are left: cut at {cut}, {unflushed:?}");
        lost += u64::from(held < owed + 1);
        assert_eq!(fs::read_dir(after.path()).unwrap().filter(is_damaged).count(), 0);
    }
    assert!(end > 200 && lost > 20, "cuts must meet writes on their way: {end}, {lost}");
}

fn is_damaged(entry: &std::io::Result<fs::DirEntry>) -> bool {
    entry.as_ref().unwrap().file_name().to_string_lossy().contains("damaged")
}

#[test]
fn a_disk_that_fails_at_any_moment_costs_nothing_that_was_reported() {
    let all = tempfile::tempdir().unwrap();
    let disk = Disk::below(all.path());
    for (round, code) in
        [SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC].into_iter().enumerate()
    {
        let mut failures = 0;
        for count in (round..).step_by(31) {
            let folder = tempfile::tempdir_in(&all).unwrap();
            let path = folder.path().join(FILE);
            let mut reported = Reported::new();
            disk.fail_after(count, code);
            let done = work(&disk, &path, &mut reported);
            if !disk.mend() {
                break;
            }
            failures += 1;
            match done {
                Ok(()) | Err(Error::Store { .. }) => (),
                Err(other) => panic!("failed after {count} changes: {other:?}"),
            }
            let owed = reported.last().map_or(0, |it| it.1);
            assert!(held(&path) >= owed, "{owed} were reported; failed after {count} changes");
            common::put(&open(&path), "notes", &row(99));
            assert!(common::get(&open(&path), "notes", id(99)).is_some(), "it goes on");
        }
        assert!(failures > 8, "the disk must fail: {failures}");
    }
}

/// SQLite says of a disk that failed to read that the file is damaged.
#[test]
fn a_file_that_could_not_be_read_once_stays_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::below(folder.path());
    let path = folder.path().join(FILE);
    common::put(&open(&path), "notes", &row(1));
    for code in [SQLITE_IOERR_CORRUPTFS, SQLITE_IOERR_READ] {
        let mut failures = 0;
        for count in 0.. {
            disk.fail_to_read_after(count, code);
            let opened = SqliteStore::open(&path, schema());
            if !disk.failed_to_read() {
                break;
            }
            failures += 1;
            match opened {
                Ok(_) | Err(Error::Store { .. }) => (),
                Err(other) => panic!("read {count} failed: {other:?}"),
            }
            assert!(common::get(&open(&path), "notes", id(1)).is_some(), "read {count} failed");
            assert_eq!(fs::read_dir(folder.path()).unwrap().filter(is_damaged).count(), 0);
        }
        assert!(failures > 3, "reads must fail: {failures}");
    }
}
