//! The log of values that gave way to others, from which any of them can be restored.

use driftline_core::{
    Id, Millis, Result, Stamp,
    store::{AuditEntry, AuditKind, LogId, ReadAudit, WriteAudit},
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    error::damaged,
    meta,
    statements::Statements,
    tx::SqliteTx,
    value::{at_most, bound, id, natural, parse, stamp, text, whole},
};

const COLUMNS: &str = "id, recorded_at, kind, entity_type, entity_id, field, kept, kept_stamp, \
                       lost, lost_stamp, rule";

impl ReadAudit for SqliteTx<'_> {
    fn audit(&self, kind: Option<AuditKind>, limit: usize) -> Result<Vec<AuditEntry>> {
        self.named(list(self.connection(), kind, limit))
    }

    fn audit_of(&self, entity: &str, id: Id) -> Result<Vec<AuditEntry>> {
        self.named(of_row(self.connection(), entity, id))
    }

    fn tells_of(&self, entity: &str, id: Id, field: &str, lost: Stamp) -> Result<bool> {
        const TELLS: &str = "SELECT 1 FROM audit_log WHERE entity_type = ?1 AND entity_id = ?2 \
                             AND field = ?3 AND lost_stamp = ?4 LIMIT 1";
        self.with(TELLS, |it| it.exists((entity, id.to_bytes(), field, lost.to_bytes())))
    }
}

impl WriteAudit for SqliteTx<'_> {
    fn record(&mut self, entry: &AuditEntry) -> Result<()> {
        self.write(|it| put(it, entry))
    }

    fn erase_audit(&mut self, entity: &str, id: Id) -> Result<()> {
        self.write(|it| erase(it.connection, entity, id))
    }

    fn prune_audit(&mut self, before: Millis) -> Result<()> {
        self.write(|it| prune(it.connection, before))
    }
}

/// The condition of an entry that holds something. Where the last one was erased, its number
/// stays, because none is given twice.
const NOT_ERASED: &str = "field <> '~purged'";

/// Takes away the entries of one row.
fn erase(connection: &Connection, entity: &str, id: Id) -> rusqlite::Result<()> {
    const EMPTY: &str = "UPDATE audit_log SET field = '~purged', kind = 'history', kept = 'null', \
                         lost = 'null', rule = '' WHERE id = (SELECT max(id) FROM audit_log) \
                         AND entity_type = ?1 AND entity_id = ?2";
    const DELETE: &str = "DELETE FROM audit_log WHERE entity_type = ?1 AND entity_id = ?2 \
                          AND id < (SELECT max(id) FROM audit_log)";
    let row = (entity, id.to_bytes());
    connection.prepare_cached(EMPTY)?.execute(row)?;
    connection.prepare_cached(DELETE)?.execute(row).map(drop)
}

/// Entries, newest first.
fn list(
    connection: &Connection,
    kind: Option<AuditKind>,
    limit: usize,
) -> rusqlite::Result<Vec<AuditEntry>> {
    let limit = bound(limit);
    let order = "ORDER BY id DESC LIMIT ?1";
    // Named in the text: an index holds the conflicts, which are few among the rest.
    let filter = kind.map_or_else(String::new, |it| format!("kind = '{}' AND ", it.name()));
    let sql = format!("SELECT {COLUMNS} FROM audit_log WHERE {filter}{NOT_ERASED} {order}");
    connection.prepare_cached(&sql)?.query_map([limit], read)?.collect()
}

/// The entries of one row, newest first.
fn of_row(connection: &Connection, entity: &str, id: Id) -> rusqlite::Result<Vec<AuditEntry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_log WHERE entity_type = ?1 AND entity_id = ?2 \
         AND {NOT_ERASED} ORDER BY id DESC"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map((entity, id.to_bytes()), read)?.collect()
}

/// The number of the last entry, where the log no longer tells: it was emptied.
const LAST: &str = "sqlite.log";

/// Appends an entry, or replaces the one with its number. No number is given twice, so that
/// whoever names an entry never means another.
const PUT: &str = "INSERT INTO audit_log (id, recorded_at, kind, entity_type, entity_id, field, \
                   kept, kept_stamp, lost, lost_stamp, rule) \
                   VALUES (coalesce(?1, (SELECT max(id) FROM audit_log) + 1, \
                   (SELECT value FROM meta WHERE key = 'sqlite.log') + 1, 1), \
                   ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
                   ON CONFLICT (id) DO UPDATE SET recorded_at = excluded.recorded_at, \
                   kind = excluded.kind, entity_type = excluded.entity_type, \
                   entity_id = excluded.entity_id, field = excluded.field, kept = excluded.kept, \
                   kept_stamp = excluded.kept_stamp, lost = excluded.lost, \
                   lost_stamp = excluded.lost_stamp, rule = excluded.rule";

fn put(statements: &Statements<'_>, entry: &AuditEntry) -> rusqlite::Result<()> {
    let log_id = entry.log_id.map(|it| whole("the number in the log", it.0)).transpose()?;
    let at = whole("the time", entry.at)?;
    let changed = statements.with(PUT, |it| {
        it.execute(params![
            log_id,
            at,
            entry.kind.name(),
            entry.entity,
            entry.id.to_bytes(),
            entry.field,
            entry.winner.to_string(),
            entry.winner_stamp.to_bytes(),
            entry.lost.to_string(),
            entry.lost_stamp.to_bytes(),
            entry.rule,
        ])
    });
    changed.map(drop)
}

/// Takes over the number of the last entry that `table` ever had, as earlier layouts kept it.
pub(crate) fn keep_number(connection: &Connection, table: &str) -> rusqlite::Result<()> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
    let last: Option<i64> = connection.query_row(sql, [table], |row| row.get(0)).optional()?;
    last.map_or(Ok(()), |it| meta::set(connection, LAST, Some(&it.to_string())))
}

/// Remembers the number of the last entry, for when the log is emptied.
pub(crate) fn keep_last(connection: &Connection) -> rusqlite::Result<()> {
    let last = "SELECT max(id) FROM audit_log";
    let last: Option<i64> = connection.query_row(last, [], |row| row.get(0))?;
    last.map_or(Ok(()), |it| meta::set(connection, LAST, Some(&it.to_string())))
}

/// Removes entries older than `before`, from the first on: without an index of their times,
/// which every edit would pay for.
fn prune(connection: &Connection, before: Millis) -> rusqlite::Result<()> {
    const DELETE: &str = "DELETE FROM audit_log WHERE id < coalesce(
        (SELECT id FROM audit_log WHERE recorded_at >= ?1 ORDER BY id LIMIT 1), ?2)";
    keep_last(connection)?;
    connection.prepare_cached(DELETE)?.execute([at_most(before), i64::MAX]).map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let kind: String = row.get(2)?;
    Ok(AuditEntry {
        log_id: Some(LogId(natural(row.get_ref(0)?)?)),
        at: natural(row.get_ref(1)?)?,
        kind: AuditKind::named(&kind).ok_or_else(|| damaged("a kind of audit_log", &kind))?,
        entity: row.get(3)?,
        id: id(row.get_ref(4)?)?,
        field: row.get(5)?,
        winner: parse(text(row.get_ref(6)?)?.unwrap_or_default())?,
        winner_stamp: stamp(row.get_ref(7)?)?,
        lost: parse(text(row.get_ref(8)?)?.unwrap_or_default())?,
        lost_stamp: stamp(row.get_ref(9)?)?,
        rule: row.get(10)?,
    })
}
