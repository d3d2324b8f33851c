//! The queue of rows that the hub has yet to hear of: one entry per row, so that a
//! thousand offline edits of a row are one.

use std::collections::BTreeMap;

use driftline_core::{
    FieldName, Id,
    store::{Operation, Queued},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    error::damaged,
    value::{at_most, bound, id, natural, text, to_json, whole},
};

const SELECT: &str = "SELECT id, entity_type, entity_id, operation, payload, change, created_at, \
                      attempts, last_error, parked, kept, failures, failed_at FROM sync_queue ";

/// The entry of a row.
pub(crate) fn of(
    connection: &Connection,
    entity: &str,
    id: Id,
) -> rusqlite::Result<Option<Queued>> {
    const OF: &str = "WHERE entity_type = ?1 AND entity_id = ?2";
    let mut statement = connection.prepare_cached(&[SELECT, OF].concat())?;
    statement.query_row((entity, id.to_string()), read).optional()
}

/// Entries after a place, oldest first.
pub(crate) fn list(
    connection: &Connection,
    parked: bool,
    after: u64,
    limit: usize,
) -> rusqlite::Result<Vec<Queued>> {
    const WAITING: &str = "WHERE parked IS NULL AND kept IS NULL AND id > ?1 ORDER BY id LIMIT ?2";
    const PARKED: &str = "WHERE parked IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2";
    let filter = if parked { PARKED } else { WAITING };
    let mut statement = connection.prepare_cached(&[SELECT, filter].concat())?;
    statement.query_map((at_most(after), bound(limit)), read)?.collect()
}

/// Entries after a place that are kept here, oldest first.
pub(crate) fn kept(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> rusqlite::Result<Vec<Queued>> {
    const KEPT: &str = "WHERE kept IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2";
    let mut statement = connection.prepare_cached(&[SELECT, KEPT].concat())?;
    statement.query_map((at_most(after), bound(limit)), read)?.collect()
}

/// How many are kept here.
pub(crate) fn kept_size(connection: &Connection) -> rusqlite::Result<u64> {
    const COUNT: &str = "SELECT count(*) FROM sync_queue WHERE kept IS NOT NULL";
    connection.prepare_cached(COUNT)?.query_row([], |row| natural(row.get_ref(0)?))
}

/// How many wait, and how many are parked.
pub(crate) fn sizes(connection: &Connection) -> rusqlite::Result<(u64, u64)> {
    let mut statement = connection.prepare_cached(
        "SELECT (SELECT count(*) FROM sync_queue WHERE parked IS NULL AND kept IS NULL), \
         (SELECT count(*) FROM sync_queue WHERE parked IS NOT NULL)",
    )?;
    statement.query_row([], |row| Ok((natural(row.get_ref(0)?)?, natural(row.get_ref(1)?)?)))
}

/// Stores an entry. One that is there keeps its place.
pub(crate) fn put(connection: &Connection, entry: &Queued) -> rusqlite::Result<()> {
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
        entry.parked,
        entry.kept,
        entry.failures,
        at_most(entry.failed_at),
    ]);
    changed.map(drop)
}

/// Takes an entry away.
pub(crate) fn remove(connection: &Connection, entity: &str, id: Id) -> rusqlite::Result<()> {
    const DELETE: &str = "DELETE FROM sync_queue WHERE entity_type = ?1 AND entity_id = ?2";
    connection.prepare_cached(DELETE)?.execute((entity, id.to_string())).map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Queued> {
    let operation: String = row.get(3)?;
    let payload = text(row.get_ref(4)?)?.unwrap_or_default();
    let fields: BTreeMap<FieldName, bool> = serde_json::from_str(payload)
        .map_err(|it| damaged("a payload of sync_queue", &it.to_string()))?;
    Ok(Queued {
        place: natural(row.get_ref(0)?)?,
        entity: row.get(1)?,
        id: id(row.get_ref(2)?)?,
        operation: Operation::named(&operation)
            .ok_or_else(|| damaged("an operation of sync_queue", &operation))?,
        fields,
        change: natural(row.get_ref(5)?)?,
        created_at: natural(row.get_ref(6)?)?,
        attempts: row.get(7)?,
        last_error: row.get(8)?,
        parked: row.get(9)?,
        kept: row.get(10)?,
        failures: row.get(11)?,
        failed_at: natural(row.get_ref(12)?)?,
    })
}
