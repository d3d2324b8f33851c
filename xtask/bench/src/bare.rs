//! The same rows in plain tables: the same columns, indexes and settings, but no stamps, no
//! queue, no log. What an application costs that never syncs.

use std::path::Path;

use anyhow::{Context, Result};
use driftline_core::{EntityDescriptor, Field, Id, Kind, Schema, Value};
use rusqlite::{Connection, OptionalExtension, ToSql, params_from_iter, types::Value as Sql};

use crate::data::Draft;

/// As the store of the engine sets them.
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 16000; PRAGMA journal_size_limit = 67108864;
    PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -16000;
    PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF;";

/// A database.
pub struct Bare {
    /// The connection.
    pub connection: Connection,
}

/// What somebody noted on a session, and when.
pub(crate) type Note = (String, i64);

impl Bare {
    /// Opens a file that is there.
    ///
    /// # Errors
    /// When it is none, or the disk fails.
    pub fn open(path: &Path) -> Result<Self> {
        Self::of(Connection::open(path)?)
    }

    /// Makes a file with the tables of the entities that the bench fills.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn create(path: &Path) -> Result<Self> {
        Self::open(path)?.with_tables()
    }

    /// The same tables in memory.
    pub(crate) fn in_memory() -> Result<Self> {
        Self::of(Connection::open_in_memory()?)?.with_tables()
    }

    fn of(connection: Connection) -> Result<Self> {
        connection.set_prepared_statement_cache_capacity(64);
        connection.execute_batch(SETTINGS)?;
        Ok(Self { connection })
    }

    fn with_tables(self) -> Result<Self> {
        for name in ["sessions", "messages"] {
            let entity = entity(name)?;
            let columns = columns(entity);
            self.connection.execute_batch(&format!(
                "CREATE TABLE {name} (id BLOB PRIMARY KEY NOT NULL, {columns}, deleted_at)"
            ))?;
            for field in entity.fields.iter().filter(|it| it.indexed) {
                let then = field.listed_by.map(|it| format!(", {it}")).unwrap_or_default();
                let field = field.name;
                self.connection.execute_batch(&format!(
                    "CREATE INDEX {name}_{field} ON {name} ({field}{then}, id)"
                ))?;
            }
        }
        Ok(self)
    }

    /// Inserts rows in one transaction.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn insert(&self, name: &str, drafts: &[Draft]) -> Result<()> {
        let entity = entity(name)?;
        let marks = vec!["?"; entity.fields.len() + 1].join(", ");
        let sql = format!("INSERT INTO {name} (id, {}) VALUES ({marks})", columns(entity));
        let transaction = self.connection.unchecked_transaction()?;
        let mut statement = transaction.prepare_cached(&sql)?;
        for draft in drafts {
            statement.raw_bind_parameter(1, draft.id.to_bytes())?;
            for (place, field) in entity.fields.iter().enumerate() {
                let local = || draft.local.iter().find(|it| it.0 == field.name).map(|it| &it.1);
                let value = draft.row.value(field.name).or_else(local);
                bind(&mut statement, place + 2, field, value)?;
            }
            statement.raw_execute()?;
        }
        drop(statement);
        Ok(transaction.commit()?)
    }

    /// Inserts rows of plain values in one transaction: an id and what each of `columns` holds.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn insert_values(&self, name: &str, columns: &[&str], rows: &[Vec<Sql>]) -> Result<()> {
        let marks = vec!["?"; columns.len() + 1].join(", ");
        let sql = format!("INSERT INTO {name} (id, {}) VALUES ({marks})", columns.join(", "));
        let transaction = self.connection.unchecked_transaction()?;
        let mut statement = transaction.prepare_cached(&sql)?;
        for row in rows {
            statement.execute(params_from_iter(row))?;
        }
        drop(statement);
        Ok(transaction.commit()?)
    }

    /// From now on each change waits until it would survive a power cut.
    pub(crate) fn be_durable(&self) -> Result<()> {
        Ok(self.connection.pragma_update(None, "synchronous", "FULL")?)
    }

    /// Runs `job` in one transaction.
    pub(crate) fn transact(&self, job: impl FnOnce() -> Result<()>) -> Result<()> {
        let transaction = self.connection.unchecked_transaction()?;
        job()?;
        Ok(transaction.commit()?)
    }

    /// Sets the note of a session.
    pub(crate) fn note(&self, id: Id, note: &str) -> Result<()> {
        let sql = "UPDATE sessions SET note = ?1 WHERE id = ?2";
        self.connection.prepare_cached(sql)?.execute((note, id.to_bytes()))?;
        Ok(())
    }

    /// The same, if what is there is older. When it was noted is in a column of the session.
    pub(crate) fn note_if_newer(&self, id: Id, (note, at): &Note) -> Result<()> {
        let sql = "UPDATE sessions SET note = ?1, read_at = ?2 \
                   WHERE id = ?3 AND coalesce(read_at, 0) < ?2";
        self.connection.prepare_cached(sql)?.execute((note, at, id.to_bytes()))?;
        Ok(())
    }

    /// Reads what is noted on a session.
    pub(crate) fn noted(&self, id: Id) -> Result<Note> {
        let sql = "SELECT note, coalesce(read_at, 0) FROM sessions WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        statement.query_row([id.to_bytes()], read).optional()?.context("a session is missing")
    }

    /// Reads the message with this id.
    pub(crate) fn get(&self, id: Id) -> Result<()> {
        let found = self.rows("SELECT * FROM messages WHERE id = ?1", [id.to_bytes()])?;
        found.first().context("a message is missing").map(drop)
    }

    /// Reads the newest 50 messages of a session.
    pub(crate) fn newest(&self, session: Id) -> Result<usize> {
        let sql = "SELECT * FROM messages WHERE session = ?1 AND deleted_at IS NULL \
                   ORDER BY created_at DESC, id DESC LIMIT 50";
        Ok(self.rows(sql, [session.to_bytes()])?.len())
    }

    /// Reads rows with all of their columns.
    pub(crate) fn rows<P: ToSql>(
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

fn entity(name: &str) -> Result<&'static EntityDescriptor> {
    Ok(Schema::registered()?.entity(name)?)
}

fn columns(entity: &EntityDescriptor) -> String {
    entity.fields.iter().map(|it| it.name).collect::<Vec<_>>().join(", ")
}

fn bind(
    statement: &mut rusqlite::Statement<'_>,
    place: usize,
    field: &Field,
    value: Option<&Value>,
) -> Result<()> {
    match value {
        None | Some(Value::Null) => statement.raw_bind_parameter(place, Sql::Null)?,
        // The engine keeps an id in 16 bytes, so its counterpart does, too.
        Some(Value::String(text)) if matches!(field.kind, Kind::Ref(_)) => {
            statement.raw_bind_parameter(place, text.parse::<Id>()?.to_bytes())?;
        }
        Some(Value::String(text)) => statement.raw_bind_parameter(place, text)?,
        Some(Value::Number(it)) => statement.raw_bind_parameter(place, it.as_i64())?,
        Some(other) => statement.raw_bind_parameter(place, other.to_string())?,
    }
    Ok(())
}
