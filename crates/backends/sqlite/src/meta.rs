//! Named values.

use driftline_core::{
    Result,
    store::{ReadMeta, WriteMeta},
};
use rusqlite::OptionalExtension;

use crate::tx::SqliteTx;

impl ReadMeta for SqliteTx<'_> {
    fn meta(&self, key: &str) -> Result<Option<String>> {
        let select = || {
            let mut statement =
                self.connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
            statement.query_row([key], |row| row.get(0)).optional()
        };
        self.named(select())
    }
}

impl WriteMeta for SqliteTx<'_> {
    fn set_meta(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        const SET: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
                           ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.write(|it| match value {
            Some(value) => it.prepare_cached(SET)?.execute((key, value)).map(drop),
            None => it.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key]).map(drop),
        })
    }
}
