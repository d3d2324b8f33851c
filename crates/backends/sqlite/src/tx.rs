//! A transaction as core sees it. What it can do is in a file for each role; each failure
//! names the database file.

use std::{cell::RefCell, path::Path};

use driftline_core::{Error, Id, Result, Schema, store::Notes};
use rusqlite::{Connection, Statement};

use crate::{
    absent::Absent, catalog::Look, error::failure, meta::Named, statements::Statements,
    table::Tables,
};

/// A transaction. Only [`Store::write`](driftline_core::Store::write) hands it out as
/// one that can write.
pub(crate) struct SqliteTx<'a> {
    pub(crate) statements: Statements<'a>,
    pub(crate) tables: &'a Tables,
    pub(crate) schema: &'a Schema,
    pub(crate) path: &'a Path,
    /// Named values that were read or set; those that were set are written at the end.
    pub(crate) named: RefCell<Named>,
    /// What goes into the journal when everything else is done.
    pub(crate) notes: Notes,
    /// How many queue entries there are more than before.
    pub(crate) queued: i64,
    /// The row that was inserted last, by the base of its table, its id and its number: mostly
    /// it is queued next.
    pub(crate) inserted: Option<(i64, Id, i64)>,
    /// What was seen of the file at first, and what was written since.
    pub(crate) look: Look,
    /// Ids that are known not to be here.
    pub(crate) absent: RefCell<Absent>,
}

impl<'a> SqliteTx<'a> {
    /// A transaction that has begun on `connection`.
    pub(crate) fn new(
        connection: &'a Connection,
        tables: &'a Tables,
        look: Look,
        schema: &'a Schema,
        path: &'a Path,
    ) -> Self {
        let (named, notes) = (RefCell::default(), Notes::default());
        let statements = Statements::of(connection);
        Self {
            statements,
            tables,
            schema,
            path,
            named,
            notes,
            queued: 0,
            inserted: None,
            look,
            absent: RefCell::default(),
        }
    }

    pub(crate) fn connection(&self) -> &'a Connection {
        self.statements.connection
    }

    pub(crate) fn named<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|it| failure(self.path, it))
    }

    /// Runs `job` with a statement that reads.
    pub(crate) fn with<T>(
        &self,
        sql: &'a str,
        job: impl FnOnce(&mut Statement<'a>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        self.named(self.statements.with(sql, job))
    }

    /// Runs `job`, which writes. After a failure such as a full disk SQLite ends the
    /// transaction by itself; a write after that would stand alone.
    pub(crate) fn write<T>(
        &self,
        job: impl FnOnce(&Statements<'a>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        if self.connection().is_autocommit() {
            return Err(given_up(self.path));
        }
        self.named(job(&self.statements))
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
