//! The log of values that gave way to others, from which any of them can be restored.

use driftline_core::{
    Id, Millis, Stamp,
    store::{AuditEntry, AuditKind},
};
use rusqlite::{Connection, Row, params};

use crate::{
    error::damaged,
    value::{at_most, bound, id, natural, parse, text, whole},
};

const COLUMNS: &str = "id, recorded_at, kind, entity_type, entity_id, field, kept, kept_stamp, \
                       lost, lost_stamp, rule";

/// Entries, newest first.
pub(crate) fn list(
    connection: &Connection,
    kind: Option<AuditKind>,
    limit: usize,
) -> rusqlite::Result<Vec<AuditEntry>> {
    let limit = bound(limit);
    let order = "ORDER BY id DESC LIMIT ?1";
    if let Some(kind) = kind {
        let sql = format!("SELECT {COLUMNS} FROM audit_log WHERE kind = ?2 {order}");
        let mut statement = connection.prepare_cached(&sql)?;
        return statement.query_map((limit, kind.name()), read)?.collect();
    }
    let sql = format!("SELECT {COLUMNS} FROM audit_log {order}");
    connection.prepare_cached(&sql)?.query_map([limit], read)?.collect()
}

/// The entries of one row, newest first.
pub(crate) fn of_row(
    connection: &Connection,
    entity: &str,
    id: Id,
) -> rusqlite::Result<Vec<AuditEntry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_log WHERE entity_type = ?1 AND entity_id = ?2 \
         ORDER BY id DESC"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map((entity, id.to_string()), read)?.collect()
}

/// Appends an entry, or replaces the one in its place.
pub(crate) fn put(connection: &Connection, entry: &AuditEntry) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT INTO audit_log ({COLUMNS}) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
         ON CONFLICT (id) DO UPDATE SET recorded_at = excluded.recorded_at, \
         kind = excluded.kind, entity_type = excluded.entity_type, \
         entity_id = excluded.entity_id, field = excluded.field, kept = excluded.kept, \
         kept_stamp = excluded.kept_stamp, lost = excluded.lost, \
         lost_stamp = excluded.lost_stamp, rule = excluded.rule"
    );
    let place = match entry.place {
        0 => None,
        place => Some(whole("the place in the log", place)?),
    };
    let changed = connection.prepare_cached(&sql)?.execute(params![
        place,
        whole("the time", entry.at)?,
        entry.kind.name(),
        entry.entity,
        entry.id.to_string(),
        entry.field,
        entry.kept.to_string(),
        entry.kept_stamp.to_string(),
        entry.lost.to_string(),
        entry.lost_stamp.to_string(),
        entry.rule,
    ]);
    changed.map(drop)
}

/// Removes entries older than `before`.
pub(crate) fn prune(connection: &Connection, before: Millis) -> rusqlite::Result<()> {
    const DELETE: &str = "DELETE FROM audit_log WHERE recorded_at < ?1";
    connection.prepare_cached(DELETE)?.execute([at_most(before)]).map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let kind: String = row.get(2)?;
    Ok(AuditEntry {
        place: natural(row.get_ref(0)?)?,
        at: natural(row.get_ref(1)?)?,
        kind: AuditKind::named(&kind).ok_or_else(|| damaged("a kind of audit_log", &kind))?,
        entity: row.get(3)?,
        id: id(row.get_ref(4)?)?,
        field: row.get(5)?,
        kept: parse(text(row.get_ref(6)?)?.unwrap_or_default())?,
        kept_stamp: stamp(row, 7)?,
        lost: parse(text(row.get_ref(8)?)?.unwrap_or_default())?,
        lost_stamp: stamp(row, 9)?,
        rule: row.get(10)?,
    })
}

fn stamp(row: &Row<'_>, index: usize) -> rusqlite::Result<Stamp> {
    let text = text(row.get_ref(index)?)?.unwrap_or_default();
    text.parse().map_err(|_| damaged("a stamp of audit_log", text))
}
