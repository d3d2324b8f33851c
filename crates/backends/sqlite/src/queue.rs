//! The queue of rows that the hub has yet to hear of: one entry per row, so that a
//! thousand offline edits of a row are one.

use std::collections::BTreeMap;

use driftline_core::{
    FieldName, Id, Result,
    store::{Operation, QueueCounts, QueueId, QueueList, Queued, ReadQueue, Standing, WriteQueue},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    error::damaged,
    tx::SqliteTx,
    value::{at_most, bound, id, natural, text, to_json, whole},
};

const SELECT: &str = "SELECT id, entity_type, entity_id, operation, payload, change, created_at, \
                      attempts, last_error, parked, kept, failures, failed_at FROM sync_queue ";

impl ReadQueue for SqliteTx<'_> {
    fn queued(&self, entity: &str, id: Id) -> Result<Option<Queued>> {
        self.named(of(self.connection, entity, id))
    }

    fn queue(&self, list: QueueList, after: QueueId, limit: usize) -> Result<Vec<Queued>> {
        self.named(entries(self.connection, list, after, limit))
    }

    fn queue_counts(&self) -> Result<QueueCounts> {
        self.named(counts(self.connection))
    }
}

impl WriteQueue for SqliteTx<'_> {
    fn enqueue(&mut self, entry: &Queued) -> Result<()> {
        self.write(|it| put(it, entry))
    }

    fn dequeue(&mut self, entity: &str, id: Id) -> Result<()> {
        self.write(|it| remove(it, entity, id))
    }
}

/// The entry of a row.
fn of(connection: &Connection, entity: &str, id: Id) -> rusqlite::Result<Option<Queued>> {
    const OF: &str = "WHERE entity_type = ?1 AND entity_id = ?2";
    let mut statement = connection.prepare_cached(&[SELECT, OF].concat())?;
    statement.query_row((entity, id.to_string()), read).optional()
}

/// Entries of a list after one of them, oldest first.
fn entries(
    connection: &Connection,
    list: QueueList,
    after: QueueId,
    limit: usize,
) -> rusqlite::Result<Vec<Queued>> {
    let sql = format!("{SELECT}WHERE {} AND id > ?1 ORDER BY id LIMIT ?2", condition(list));
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map((at_most(after.0), bound(limit)), read)?.collect()
}

/// The condition of a list. A rule counts for more than a refusal.
fn condition(list: QueueList) -> &'static str {
    match list {
        QueueList::Waiting => "parked IS NULL AND kept IS NULL",
        QueueList::Parked => "parked IS NOT NULL AND kept IS NULL",
        QueueList::Excluded => "kept IS NOT NULL",
    }
}

fn count(connection: &Connection, list: QueueList) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM sync_queue WHERE {}", condition(list));
    connection.prepare_cached(&sql)?.query_row([], |row| natural(row.get_ref(0)?))
}

fn counts(connection: &Connection) -> rusqlite::Result<QueueCounts> {
    let count = |list| count(connection, list);
    Ok(QueueCounts {
        waiting: count(QueueList::Waiting)?,
        parked: count(QueueList::Parked)?,
        excluded: count(QueueList::Excluded)?,
    })
}

/// Stores an entry. One that is there keeps its number.
fn put(connection: &Connection, entry: &Queued) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO sync_queue (entity_type, entity_id, operation, payload, change, created_at, \
         attempts, last_error, parked, kept, failures, failed_at) VALUES \
         (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
         ON CONFLICT (entity_type, entity_id) DO UPDATE SET operation = excluded.operation, \
         payload = excluded.payload, change = excluded.change, created_at = excluded.created_at, \
         attempts = excluded.attempts, last_error = excluded.last_error, \
         parked = excluded.parked, kept = excluded.kept, failures = excluded.failures, \
         failed_at = excluded.failed_at",
    )?;
    let changed = statement.execute(params![
        entry.entity,
        entry.id.to_string(),
        entry.operation.name(),
        to_json(&entry.fields)?,
        whole("the change counter", entry.change)?,
        whole("the time", entry.created_at)?,
        entry.attempts,
        entry.last_error,
        entry.parked(),
        entry.excluded(),
        entry.failures,
        at_most(entry.failed_at),
    ]);
    changed.map(drop)
}

/// Takes an entry away.
fn remove(connection: &Connection, entity: &str, id: Id) -> rusqlite::Result<()> {
    const DELETE: &str = "DELETE FROM sync_queue WHERE entity_type = ?1 AND entity_id = ?2";
    connection.prepare_cached(DELETE)?.execute((entity, id.to_string())).map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Queued> {
    let operation: String = row.get(3)?;
    let payload = text(row.get_ref(4)?)?.unwrap_or_default();
    let fields: BTreeMap<FieldName, bool> = serde_json::from_str(payload)
        .map_err(|it| damaged("a payload of sync_queue", &it.to_string()))?;
    let standing = match (row.get(10)?, row.get(9)?) {
        (Some(rule), _) => Standing::Excluded(rule),
        (None, Some(reason)) => Standing::Parked(reason),
        (None, None) => Standing::Waiting,
    };
    Ok(Queued {
        queue_id: QueueId(natural(row.get_ref(0)?)?),
        entity: row.get(1)?,
        id: id(row.get_ref(2)?)?,
        operation: Operation::named(&operation)
            .ok_or_else(|| damaged("an operation of sync_queue", &operation))?,
        fields,
        change: natural(row.get_ref(5)?)?,
        created_at: natural(row.get_ref(6)?)?,
        attempts: row.get(7)?,
        last_error: row.get(8)?,
        standing,
        failures: row.get(11)?,
        failed_at: natural(row.get_ref(12)?)?,
    })
}
