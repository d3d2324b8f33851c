//! Taking in every row of another file at once. Where two tables are alike and one is empty,
//! SQLite copies the pages' contents, indexes among them, and looks at no row.

use std::path::Path;

use driftline_core::{
    Durability, Error, Result,
    store::{ReadMeta, TakeJob},
};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::{
    catalog::Look,
    connect::{Bounded, begin},
    error::failure,
    in_place::InPlace,
    journal,
    store::{SqliteStore, Writer},
    table::{Tables, quoted},
};

/// The other file, as SQL names it.
const GIVEN: &str = "given";

/// The named values of the other file.
struct GivenMeta<'a> {
    connection: &'a Connection,
    path: &'a Path,
}

impl ReadMeta for GivenMeta<'_> {
    fn meta(&self, key: &str) -> Result<Option<String>> {
        let sql = "SELECT value FROM given.meta WHERE key = ?1";
        let value = self.connection.query_row(sql, [key], |row| row.get(0)).optional();
        value.map_err(|it| failure(self.path, it))
    }
}

impl SqliteStore {
    /// Takes in the rows of the file `from`. None, and nothing happens, if there are rows here
    /// or the tables are not alike.
    pub(crate) fn take_from(&self, from: &Path, job: TakeJob<'_>) -> Result<Option<u64>> {
        let named = |it| failure(self.path(), it);
        let mut writer = self.writer();
        writer.set_durability(Durability::Full).map_err(named)?;
        let Writer { connection, log, .. } = &mut *writer;
        let text = from.to_str().ok_or_else(|| unnamed(from))?;
        let in_place = InPlace::begin(self, connection, log, from)?;
        connection
            .execute("ATTACH DATABASE ?1 AS given", [text])
            .map_err(|it| failure(from, it))?;
        let taken = self.take(connection, from, job);
        // A transaction that failed is gone by now, so nothing holds the other file.
        let let_go = connection.execute("DETACH DATABASE given", []).map_err(named);
        drop(in_place);
        let taken = taken?;
        let_go?;
        Ok(taken)
    }

    fn take(&self, connection: &Bounded, from: &Path, job: TakeJob<'_>) -> Result<Option<u64>> {
        let named = |it| failure(self.path(), it);
        let transaction = begin(connection, TransactionBehavior::Immediate).map_err(named)?;
        let look = Look::at(&transaction).map_err(named)?;
        let tables = self.tables(&transaction, look.generation).map_err(named)?;
        if !are_alike(&transaction).map_err(named)?
            || !is_empty(&transaction, &tables).map_err(named)?
        {
            return Ok(None);
        }
        let rows = copy(&transaction, &tables).map_err(named)?;
        let look = Look::at(&transaction).map_err(named)?;
        let mut tx = self.tx(&transaction, &tables, look);
        job(&mut tx, &GivenMeta { connection: &transaction, path: from })?;
        tx.finish()?;
        drop(tx);
        transaction.commit().map_err(named)?;
        Ok(Some(rows))
    }
}

/// Whether both files have the same tables with the same meaning.
fn are_alike(connection: &Connection) -> rusqlite::Result<bool> {
    const DIFFERENT: &str = "SELECT
        (SELECT count(*) FROM (
            SELECT type, name, sql FROM main.sqlite_master WHERE type IN ('table', 'index')
            EXCEPT SELECT type, name, sql FROM given.sqlite_master))
        + (SELECT count(*) FROM (
            SELECT type, name, sql FROM given.sqlite_master WHERE type IN ('table', 'index')
            EXCEPT SELECT type, name, sql FROM main.sqlite_master))
        + (SELECT count(*) FROM main.meta AS here, given.meta AS there
            WHERE here.key = 'sqlite.layout' AND there.key = here.key
            AND there.value <> here.value)";
    connection.query_row(DIFFERENT, [], |row| Ok(row.get::<_, i64>(0)? == 0))
}

fn is_empty(connection: &Connection, tables: &Tables) -> rusqlite::Result<bool> {
    for table in tables.all().map(|it| it.name.as_str()).chain(["sync_queue", "acknowledged"]) {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {})", quoted(table));
        if connection.query_row(&sql, [], |row| row.get(0))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Copies every table of rows. Returns how many rows there are.
fn copy(connection: &Connection, tables: &Tables) -> rusqlite::Result<u64> {
    let before = journal::bounds(connection)?;
    let mut rows = 0;
    let copy = |table: &str| {
        let table = quoted(table);
        connection.execute(&format!("INSERT INTO main.{table} SELECT * FROM {GIVEN}.{table}"), [])
    };
    for table in tables.all() {
        rows += copy(&table.name)? as u64;
    }
    copy("acknowledged")?;
    // Whoever follows the journal looks at every row.
    journal::leap(connection, before)?;
    Ok(rows)
}

fn unnamed(path: &Path) -> Error {
    Error::Store {
        what: format!("the path {} is no text", path.display()),
        help: "rename the folders that it leads through".into(),
        source: None,
    }
}
