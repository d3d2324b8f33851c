//! Named values. A transaction reads each once and writes it once, at its end: a bulk import
//! asks for the clock and the rules of the person with every row.

use std::collections::BTreeMap;

use driftline_core::{
    Result,
    store::{ReadMeta, WriteMeta},
};
use rusqlite::{Connection, OptionalExtension};

use crate::{statements::Statements, tx::SqliteTx};

const GET: &str = "SELECT value FROM meta WHERE key = ?1";
const SET: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const UNSET: &str = "DELETE FROM meta WHERE key = ?1";

/// The named values that a transaction knows.
#[derive(Default)]
pub(crate) struct Named(BTreeMap<String, Known>);

#[derive(Default)]
struct Known {
    value: Option<String>,
    is_changed: bool,
}

impl Named {
    /// Whether any was set.
    pub(crate) fn is_changed(&self) -> bool {
        self.0.values().any(|it| it.is_changed)
    }

    /// Writes those that were set.
    pub(crate) fn write(&self, statements: &Statements<'_>) -> rusqlite::Result<()> {
        let changed = self.0.iter().filter(|(_, it)| it.is_changed);
        changed
            .into_iter()
            .try_for_each(|(key, it)| set(statements.connection, key, it.value.as_deref()))
    }
}

impl ReadMeta for SqliteTx<'_> {
    fn meta(&self, key: &str) -> Result<Option<String>> {
        if let Some(known) = self.named.borrow().0.get(key) {
            return Ok(known.value.clone());
        }
        let value = self.named(get(self.connection(), key))?;
        let known = Known { value: value.clone(), is_changed: false };
        self.named.borrow_mut().0.insert(key.to_owned(), known);
        Ok(value)
    }
}

impl WriteMeta for SqliteTx<'_> {
    fn set_meta(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        let mut named = self.named.borrow_mut();
        // What is so already need not be written.
        if named.0.get(key).is_none_or(|it| it.value.as_deref() != value) {
            let value = value.map(str::to_owned);
            named.0.insert(key.to_owned(), Known { value, is_changed: true });
        }
        Ok(())
    }
}

/// The value called `key`.
pub(crate) fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection.prepare_cached(GET)?.query_row([key], |row| row.get(0)).optional()
}

/// Sets the value called `key`, or takes it away.
pub(crate) fn set(connection: &Connection, key: &str, value: Option<&str>) -> rusqlite::Result<()> {
    let changed = match value {
        Some(value) => connection.prepare_cached(SET)?.execute((key, value)),
        None => connection.prepare_cached(UNSET)?.execute([key]),
    };
    changed.map(drop)
}

/// The names of all values.
pub(crate) fn keys(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection.prepare("SELECT key FROM meta")?.query_map([], |row| row.get(0))?.collect()
}
