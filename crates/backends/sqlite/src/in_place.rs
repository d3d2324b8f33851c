//! Filling a file whose tables are empty: what is added goes to its place at once. By way of the
//! write-ahead log, each page would be written twice and read once more.

use std::{fs, ops::Range, path::Path};

use driftline_core::Result;
use driftline_private::FileLock;
use rusqlite::Connection;

use crate::{
    connect::{Bounded, pause},
    error::failure,
    files,
    log::Log,
    store::SqliteStore,
};

/// Files that are filled in place, by the size of what they are filled from. Below, a dozen waits
/// for the disk cost more than they save; above, nobody else could read for more than seconds.
const SIZES: Range<u64> = 4 << 20..2 << 30;

/// A connection whose writes go to their places, until this is dropped. What is there before is
/// kept in a journal beside the file until the commit.
pub(crate) struct InPlace<'a> {
    connection: &'a Bounded,
    /// Keeps other processes from opening the file meanwhile.
    _lock: FileLock,
}

impl<'a> InPlace<'a> {
    /// Begins, if that much may be written so from the file `from` and nobody else has this one
    /// open.
    pub(crate) fn begin(
        store: &SqliteStore,
        connection: &'a Bounded,
        log: &mut Log,
        from: &Path,
    ) -> Result<Option<Self>> {
        if !fs::metadata(from).is_ok_and(|it| SIZES.contains(&it.len())) {
            return Ok(None);
        }
        let lock = files::lock(store.path(), store.patience())?;
        store.close_others(log);
        let mode = mode(connection, "DELETE").map_err(|it| failure(store.path(), it));
        Ok((mode.is_ok_and(|it| it == "delete")).then_some(Self { connection, _lock: lock }))
    }
}

impl Drop for InPlace<'_> {
    fn drop(&mut self) {
        for count in 0..10 {
            match mode(self.connection, "WAL") {
                Ok(it) if it == "wal" => return,
                // Some other program looks at the file. Whoever opens it next sets this, too.
                _ => std::thread::sleep(pause(count)),
            }
        }
    }
}

fn mode(connection: &Connection, to: &str) -> rusqlite::Result<String> {
    connection.pragma_update_and_check(None, "journal_mode", to, |row| row.get(0))
}
