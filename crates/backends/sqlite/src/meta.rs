//! Named values.

use driftline_core::{
    Result,
    store::{ReadMeta, WriteMeta},
};
use rusqlite::{Connection, OptionalExtension};

use crate::tx::SqliteTx;

impl ReadMeta for SqliteTx<'_> {
    fn meta(&self, key: &str) -> Result<Option<String>> {
        self.named(get(self.connection, key))
    }
}

impl WriteMeta for SqliteTx<'_> {
    fn set_meta(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        self.write(|it| set(it, key, value))
    }
}

/// The value called `key`.
pub(crate) fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    statement.query_row([key], |row| row.get(0)).optional()
}

/// Sets the value called `key`, or takes it away.
pub(crate) fn set(connection: &Connection, key: &str, value: Option<&str>) -> rusqlite::Result<()> {
    const SET: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
                       ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    let changed = match value {
        Some(value) => connection.prepare_cached(SET)?.execute((key, value)),
        None => connection.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key]),
    };
    changed.map(drop)
}
