//! The same rows in plain tables: the same columns, indexes and settings, but no
//! stamps, no queue, no log. What an application costs that never syncs.

use anyhow::{Context, Result};
use driftline_core::{EntityDescriptor, Id, Value};
use rusqlite::{Connection, ToSql, params_from_iter, types::Value as Sql};
use tempfile::TempDir;

use super::data::Draft;

/// A database.
pub(super) struct Bare {
    connection: Connection,
    _folder: TempDir,
}

impl Bare {
    pub(super) fn new(entities: &[&EntityDescriptor]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let connection = Connection::open(folder.path().join("bare.db"))?;
        connection.set_prepared_statement_cache_capacity(64);
        // As the store of the engine sets them.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             PRAGMA wal_autocheckpoint = 16000; PRAGMA journal_size_limit = 67108864;
             PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -16000;
             PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF;",
        )?;
        for entity in entities {
            let columns: Vec<_> = entity.fields.iter().map(|it| it.name).collect();
            let (name, columns) = (entity.name, columns.join(", "));
            connection.execute_batch(&format!(
                "CREATE TABLE {name} (id TEXT PRIMARY KEY, {columns}, deleted_at)"
            ))?;
            for field in entity.fields.iter().filter(|it| it.indexed) {
                let field = field.name;
                connection.execute_batch(&format!(
                    "CREATE INDEX {name}_{field} ON {name} ({field}, id)"
                ))?;
            }
        }
        Ok(Self { connection, _folder: folder })
    }

    /// Inserts rows in one transaction.
    pub(super) fn insert(&self, entity: &EntityDescriptor, drafts: &[Draft]) -> Result<()> {
        let marks = vec!["?"; entity.fields.len() + 1].join(", ");
        let columns: Vec<_> = entity.fields.iter().map(|it| it.name).collect();
        let (name, columns) = (entity.name, columns.join(", "));
        let sql = format!("INSERT INTO {name} (id, {columns}) VALUES ({marks})");
        let transaction = self.connection.unchecked_transaction()?;
        let mut statement = transaction.prepare_cached(&sql)?;
        for draft in drafts {
            statement.raw_bind_parameter(1, draft.id.to_string())?;
            for (place, field) in entity.fields.iter().enumerate() {
                let local = || draft.local.iter().find(|it| it.0 == field.name).map(|it| &it.1);
                bind(&mut statement, place + 2, draft.row.value(field.name).or_else(local))?;
            }
            statement.raw_execute()?;
        }
        drop(statement);
        Ok(transaction.commit()?)
    }

    /// Whether each change waits until it would survive a power cut.
    pub(super) fn set_full(&self, full: bool) -> Result<()> {
        let value = if full { "FULL" } else { "NORMAL" };
        Ok(self.connection.pragma_update(None, "synchronous", value)?)
    }

    /// Sets the note of a session.
    pub(super) fn note(&self, id: Id, note: &str) -> Result<()> {
        let sql = "UPDATE sessions SET note = ?1 WHERE id = ?2";
        self.connection.prepare_cached(sql)?.execute((note, id.to_string()))?;
        Ok(())
    }

    /// Reads the message with this id.
    pub(super) fn get(&self, id: Id) -> Result<()> {
        let found = self.rows("SELECT * FROM messages WHERE id = ?1", [id.to_string()])?;
        found.first().context("a message is missing").map(drop)
    }

    /// Reads the newest 50 messages, of a session if one is given.
    pub(super) fn newest(&self, session: Option<Id>) -> Result<usize> {
        let order = "deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 50";
        let rows = match session {
            Some(id) => {
                let sql = format!("SELECT * FROM messages WHERE session = ?1 AND {order}");
                self.rows(&sql, [id.to_string()])?
            }
            None => self.rows::<String>(&format!("SELECT * FROM messages WHERE {order}"), [])?,
        };
        Ok(rows.len())
    }

    fn rows<P: ToSql>(
        &self,
        sql: &str,
        parameters: impl IntoIterator<Item = P>,
    ) -> Result<Vec<Vec<Sql>>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let columns = statement.column_count();
        let read = |row: &rusqlite::Row<'_>| (0..columns).map(|it| row.get(it)).collect();
        let rows = statement.query_map(params_from_iter(parameters), read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn bind(
    statement: &mut rusqlite::Statement<'_>,
    place: usize,
    value: Option<&Value>,
) -> rusqlite::Result<()> {
    match value {
        None | Some(Value::Null) => statement.raw_bind_parameter(place, Sql::Null),
        Some(Value::String(text)) => statement.raw_bind_parameter(place, text),
        Some(Value::Number(it)) => statement.raw_bind_parameter(place, it.as_i64()),
        Some(other) => statement.raw_bind_parameter(place, other.to_string()),
    }
}
