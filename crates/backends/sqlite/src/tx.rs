//! A transaction as core sees it. What it can do is in a file for each role; each failure
//! names the database file.

use std::path::Path;

use driftline_core::{
    Error, Result, Schema,
    store::{Notes, StoreTx},
};
use rusqlite::Connection;

use crate::{
    error::failure,
    journal, queue,
    table::{Tables, quoted},
};

/// How the named values begin that are about the file itself.
const OWN_META: &str = "sqlite.";

/// A transaction. Only [`Store::write`](driftline_core::Store::write) hands it out as
/// one that can write.
pub(crate) struct SqliteTx<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) tables: &'a Tables,
    pub(crate) schema: &'a Schema,
    pub(crate) path: &'a Path,
    /// What goes into the journal when everything else is done.
    pub(crate) notes: Notes,
    /// How many queue entries there are more than before.
    pub(crate) queued: i64,
}

impl SqliteTx<'_> {
    pub(crate) fn named<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|it| failure(self.path, it))
    }

    /// As [`Self::named`], for what writes. After a failure such as a full disk SQLite
    /// ends the transaction by itself; a write after that would stand alone.
    pub(crate) fn write<T>(
        &self,
        job: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        if self.connection.is_autocommit() {
            return Err(given_up(self.path));
        }
        self.named(job(self.connection))
    }

    /// Ends the transaction's work: what it noted goes into the journal, and how long the
    /// queue is beside it.
    pub(crate) fn finish(&mut self) -> Result<()> {
        let (notes, more) = (self.notes.take(), std::mem::take(&mut self.queued));
        if notes.is_empty() && more == 0 {
            return Ok(());
        }
        self.write(|it| {
            queue::lengthen(it, more)?;
            journal::append(it, &notes)
        })
    }
}

/// A transaction that SQLite itself has rolled back.
pub(crate) fn given_up(path: &Path) -> Error {
    Error::Store {
        what: format!("a change of {} had already failed", path.display()),
        help: "see the first failure; nothing of this change was kept".into(),
        source: None,
    }
}

impl StoreTx for SqliteTx<'_> {
    fn clear(&mut self, stays: &[&str]) -> Result<()> {
        self.write(|it| {
            let before = journal::bounds(it)?;
            let tables = self.tables.all().map(|it| it.name.as_str());
            for table in tables.chain(["sync_queue", "audit_log"]) {
                it.execute(&format!("DELETE FROM {}", quoted(table)), [])?;
            }
            queue::empty(it)?;
            let mut keys = it.prepare("SELECT key FROM meta")?;
            let keys: Vec<String> =
                keys.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            for key in keys {
                if !key.starts_with(OWN_META) && !stays.contains(&key.as_str()) {
                    it.execute("DELETE FROM meta WHERE key = ?1", [key])?;
                }
            }
            journal::leap(it, before)
        })
    }
}
