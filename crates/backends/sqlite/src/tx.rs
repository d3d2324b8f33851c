//! A transaction as core sees it: each call is one of the functions beside this file,
//! and each failure names the file.

use std::path::Path;

use driftline_core::{
    Error, Id, Millis, Result, Schema, Value,
    store::{AuditEntry, AuditKind, Find, Journal, Noted, Notes, Queued, ReadTx, StoreTx, Stored},
    value::canonical,
};
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::{
    audit,
    error::failure,
    find::{Filter, filter},
    journal, queue, rows,
    table::{Table, Tables, quoted},
    value::{at_most, bound, natural},
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
}

impl SqliteTx<'_> {
    fn named<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|it| failure(self.path, it))
    }

    /// As [`Self::named`], for what writes. After a failure such as a full disk SQLite
    /// ends the transaction by itself; a write after that would stand alone.
    fn write<T>(&self, job: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        if self.connection.is_autocommit() {
            return Err(given_up(self.path));
        }
        self.named(job(self.connection))
    }

    /// Ends the transaction's work: what it noted goes into the journal.
    pub(crate) fn write_notes(&mut self) -> Result<()> {
        let notes = self.notes.take();
        if notes.is_empty() {
            return Ok(());
        }
        self.write(|it| journal::append(it, &notes))
    }

    fn query<T: Default>(
        &self,
        entity: &str,
        find: &Find,
        run: impl FnOnce(&Table, Filter<'_>) -> Result<T>,
    ) -> Result<T> {
        let table = self.tables.of(self.schema.entity(entity)?.name);
        let wanted: Vec<Value> = find.conditions().map(|(_, it)| canonical(it.clone())).collect();
        match filter(table, find, &wanted)? {
            Some(filter) => run(table, filter),
            None => Ok(T::default()),
        }
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

impl ReadTx for SqliteTx<'_> {
    fn schema(&self) -> &Schema {
        self.schema
    }

    fn get(&self, entity: &str, id: Id) -> Result<Option<Stored>> {
        let table = self.tables.of(entity);
        self.named(rows::read_row(self.connection, table, entity, &id.to_string()))
    }

    fn held(&self, entity: &str, id: Id) -> Result<Option<(u64, bool)>> {
        let held = || {
            let mut statement = self.connection.prepare_cached(&self.tables.of(entity).held)?;
            let held =
                |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?));
            statement.query_row((entity, id.to_string()), held).optional()
        };
        self.named(held())
    }

    fn with_key(&self, entity: &str, key: &str) -> Result<Vec<Id>> {
        self.named(rows::with_key(self.connection, self.tables.of(entity), entity, key))
    }

    fn find(&self, entity: &str, find: &Find) -> Result<Vec<Stored>> {
        self.query(entity, find, |table, mut filter| {
            let sql = filter.rows(table, find)?;
            let values = params_from_iter(&filter.values);
            self.named(rows::select(self.connection, table, &sql, values))
        })
    }

    fn count(&self, entity: &str, find: &Find) -> Result<u64> {
        self.query(entity, find, |table, filter| {
            let count = || {
                let mut statement = self.connection.prepare_cached(&filter.count(table))?;
                let values = params_from_iter(&filter.values);
                statement.query_row(values, |row| natural(row.get_ref(0)?))
            };
            self.named(count())
        })
    }

    fn scan(&self, entity: &str, after: Option<Id>, limit: usize) -> Result<Vec<Stored>> {
        let table = self.tables.of(entity);
        let after = after.map_or_else(String::new, |it| it.to_string());
        let params = (entity, after, bound(limit));
        self.named(rows::select(self.connection, table, &table.scan, params))
    }

    fn stored_entities(&self) -> Result<Vec<String>> {
        self.named(rows::entities(self.connection, self.tables))
    }

    fn feed(&self, after: u64, limit: usize) -> Result<Vec<(String, Stored)>> {
        self.named(rows::feed(self.connection, self.tables, at_most(after), limit))
    }

    fn meta(&self, key: &str) -> Result<Option<String>> {
        let select = || {
            let mut statement =
                self.connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
            statement.query_row([key], |row| row.get(0)).optional()
        };
        self.named(select())
    }

    fn queued(&self, entity: &str, id: Id) -> Result<Option<Queued>> {
        self.named(queue::of(self.connection, entity, id))
    }

    fn queue(&self, parked: bool, after: u64, limit: usize) -> Result<Vec<Queued>> {
        self.named(queue::list(self.connection, parked, after, limit))
    }

    fn kept(&self, after: u64, limit: usize) -> Result<Vec<Queued>> {
        self.named(queue::kept(self.connection, after, limit))
    }

    fn queue_sizes(&self) -> Result<(u64, u64)> {
        self.named(queue::sizes(self.connection))
    }

    fn kept_size(&self) -> Result<u64> {
        self.named(queue::kept_size(self.connection))
    }

    fn audit(&self, kind: Option<AuditKind>, limit: usize) -> Result<Vec<AuditEntry>> {
        self.named(audit::list(self.connection, kind, limit))
    }

    fn audit_of(&self, entity: &str, id: Id) -> Result<Vec<AuditEntry>> {
        self.named(audit::of_row(self.connection, entity, id))
    }

    fn changed_since(&self, after: u64, limit: usize) -> Result<Vec<Noted>> {
        self.named(journal::since(self.connection, after, limit))
    }

    fn journal(&self) -> Result<Journal> {
        self.named(journal::bounds(self.connection))
    }
}

impl StoreTx for SqliteTx<'_> {
    fn reading(&self) -> &dyn ReadTx {
        self
    }

    fn put(&mut self, entity: &str, stored: &Stored) -> Result<()> {
        self.write(|it| rows::write_row(it, self.tables.of(entity), entity, stored))
    }

    fn remove(&mut self, entity: &str, id: Id) -> Result<()> {
        self.write(|it| {
            let mut statement = it.prepare_cached(&self.tables.of(entity).remove)?;
            statement.execute((entity, id.to_string())).map(drop)
        })
    }

    fn acknowledge(&mut self, entity: &str, id: Id, hash: u64) -> Result<()> {
        self.write(|it| {
            let mut statement = it.prepare_cached(&self.tables.of(entity).acknowledge)?;
            statement.execute((entity, id.to_string(), hash.cast_signed())).map(drop)
        })
    }

    fn forget_hub(&mut self) -> Result<()> {
        self.write(|it| {
            for table in self.tables.all() {
                it.prepare_cached(&table.forget)?.execute([])?;
            }
            Ok(())
        })
    }

    fn clear(&mut self, stays: &[&str]) -> Result<()> {
        self.write(|it| {
            let before = journal::bounds(it)?;
            let tables = self.tables.all().map(|it| it.name.as_str());
            for table in tables.chain(["sync_queue", "audit_log"]) {
                it.execute(&format!("DELETE FROM {}", quoted(table)), [])?;
            }
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

    fn set_meta(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        const SET: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2) \
                           ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.write(|it| match value {
            Some(value) => it.prepare_cached(SET)?.execute((key, value)).map(drop),
            None => it.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key]).map(drop),
        })
    }

    fn enqueue(&mut self, entry: &Queued) -> Result<()> {
        self.write(|it| queue::put(it, entry))
    }

    fn dequeue(&mut self, entity: &str, id: Id) -> Result<()> {
        self.write(|it| queue::remove(it, entity, id))
    }

    fn record(&mut self, entry: &AuditEntry) -> Result<()> {
        self.write(|it| audit::put(it, entry))
    }

    fn prune_audit(&mut self, before: Millis) -> Result<()> {
        self.write(|it| audit::prune(it, before))
    }

    fn note(&mut self, entity: &str, id: Id) -> Result<()> {
        self.notes.add(entity, id);
        Ok(())
    }
}
