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
    meta,
    table::Table,
    tx::SqliteTx,
    value::{at_most, bound, id, natural, text, to_json, whole},
};

pub(crate) const SELECT: &str = "SELECT id, entity_type, entity_id, operation, payload, change, created_at, \
                      attempts, last_error, parked, kept, failures, failed_at FROM sync_queue ";

impl ReadQueue for SqliteTx<'_> {
    fn queued(&self, entity: &str, id: Id) -> Result<Option<Queued>> {
        self.named(of(self.connection, self.tables.of(entity), entity, id))
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
        let is_new = self.write(|it| put(it, self.tables.of(&entry.entity), entry))?;
        self.queued += i64::from(is_new);
        Ok(())
    }

    fn dequeue(&mut self, entity: &str, id: Id) -> Result<()> {
        self.queued -= self.write(|it| remove(it, self.tables.of(entity), entity, id))?;
        Ok(())
    }
}

/// The entry of a row.
fn of(
    connection: &Connection,
    table: &Table,
    entity: &str,
    id: Id,
) -> rusqlite::Result<Option<Queued>> {
    let mut statement = connection.prepare_cached(&table.queued)?;
    statement.query_row((entity, id.to_bytes()), read).optional()
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

/// The number of entries is kept beside them: counting a million takes too long for a status.
const LENGTH: &str = "sqlite.queued";

fn counts(connection: &Connection) -> rusqlite::Result<QueueCounts> {
    let count = |list| -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) FROM sync_queue WHERE {}", condition(list));
        connection.prepare_cached(&sql)?.query_row([], |row| natural(row.get_ref(0)?))
    };
    let (parked, excluded) = (count(QueueList::Parked)?, count(QueueList::Excluded)?);
    let waiting = length(connection)?.saturating_sub(parked + excluded);
    Ok(QueueCounts { waiting, parked, excluded })
}

fn length(connection: &Connection) -> rusqlite::Result<u64> {
    let text = meta::get(connection, LENGTH)?;
    text.map_or(Ok(0), |it| it.parse().map_err(|_| damaged(LENGTH, &it)))
}

/// Notes that there are none.
pub(crate) fn empty(connection: &Connection) -> rusqlite::Result<()> {
    meta::set(connection, LENGTH, None)
}

/// Notes that there are `more` entries than before, or fewer.
pub(crate) fn lengthen(connection: &Connection, more: i64) -> rusqlite::Result<()> {
    if more == 0 {
        return Ok(());
    }
    let length = length(connection)?.saturating_add_signed(more);
    meta::set(connection, LENGTH, Some(&length.to_string()))
}

/// The statement that adds an entry with the number `entry`, an expression over the row that
/// `from` chooses.
pub(crate) fn insert(entry: &str, from: &str) -> String {
    format!(
        "INSERT INTO sync_queue (id, entity_type, entity_id, operation, payload, change, \
         created_at, attempts, last_error, parked, kept, failures, failed_at) \
         SELECT {entry}, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 {from} \
         ON CONFLICT (id) DO NOTHING"
    )
}

/// The statement that replaces such an entry.
pub(crate) fn update(entry: &str, from: &str) -> String {
    format!(
        "UPDATE sync_queue SET operation = ?3, payload = ?4, change = ?5, created_at = ?6, \
         attempts = ?7, last_error = ?8, parked = ?9, kept = ?10, failures = ?11, \
         failed_at = ?12 WHERE id = (SELECT {entry} {from}) AND ?1 IS NOT NULL"
    )
}

/// Stores the entry of a row that is here. Returns whether there was none.
pub(crate) fn put(
    connection: &Connection,
    table: &Table,
    entry: &Queued,
) -> rusqlite::Result<bool> {
    let payload = to_json(&entry.fields)?;
    let run = |sql: &str| {
        connection.prepare_cached(sql)?.execute(params![
            entry.entity,
            entry.id.to_bytes(),
            entry.operation.name(),
            payload,
            whole("the change counter", entry.change)?,
            whole("the time", entry.created_at)?,
            entry.attempts,
            entry.last_error,
            entry.parked(),
            entry.excluded(),
            entry.failures,
            at_most(entry.failed_at),
        ])
    };
    if run(&table.enqueue)? > 0 {
        return Ok(true);
    }
    match run(&table.requeue)? {
        0 => Err(damaged("the queue", &format!("an entry of {}, which is not here", entry.id))),
        _ => Ok(false),
    }
}

/// Takes an entry away. Returns how many there were.
fn remove(connection: &Connection, table: &Table, entity: &str, id: Id) -> rusqlite::Result<i64> {
    let removed = connection.prepare_cached(&table.dequeue)?.execute((entity, id.to_bytes()))?;
    Ok(bound(removed))
}

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Queued> {
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
