//! The queue of rows that the hub has yet to hear of: one entry per row, so that a
//! thousand offline edits of a row are one.

use driftline_core::{
    Id, Result,
    store::{Operation, QueueCounts, QueueId, QueueList, Queued, ReadQueue, Standing, WriteQueue},
};
use rusqlite::{
    Connection, OptionalExtension, Row, Statement, ToSql, params,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    error::damaged,
    meta, payload,
    statements::Statements,
    table::{QUEUE, Table, Tables},
    tx::SqliteTx,
    value::{at_most, bound, id, natural, null, text, to_json, whole},
};

impl ReadQueue for SqliteTx<'_> {
    fn queued(&self, entity: &str, id: Id) -> Result<Option<Queued>> {
        self.with(&self.tables.of(entity).queued, |it| {
            it.query_row((entity, id.to_bytes()), |row| read(self.tables, row)).optional()
        })
    }

    fn queue(&self, list: QueueList, after: QueueId, limit: usize) -> Result<Vec<Queued>> {
        self.named(entries(self.connection(), self.tables, list, after, limit))
    }

    fn queue_counts(&self) -> Result<QueueCounts> {
        self.named(counts(self.connection()))
    }
}

impl WriteQueue for SqliteTx<'_> {
    fn enqueue(&mut self, entry: &Queued) -> Result<()> {
        let table = self.tables.of(&entry.entity);
        let inserted = self.inserted.take().filter(|it| (it.0, it.1) == (table.base, entry.id));
        let number = inserted.map(|it| it.0 + it.2);
        let is_new = self.write(|it| put(it, table, entry, number))?;
        self.queued += i64::from(is_new);
        Ok(())
    }

    fn mark_sent(&mut self, entry: &Queued) -> Result<()> {
        // Columns of an index that are set are written there again, too.
        const UPDATE: &str = "UPDATE sync_queue SET payload = ?3 WHERE id = ?1 AND entity_id = ?2";
        let marked = self.write(|it| {
            let number = whole("the number in the queue", entry.queue_id.0)?;
            let payload = payload::encode(self.tables.of(&entry.entity), &entry.fields)?;
            it.with(UPDATE, |it| it.execute((number, entry.id.to_bytes(), payload)))
        })?;
        if marked > 0 { Ok(()) } else { self.enqueue(entry) }
    }

    fn dequeue(&mut self, entity: &str, id: Id) -> Result<()> {
        let sql = &self.tables.of(entity).dequeue;
        let removed = |it: &mut Statement<'_>| it.execute((entity, id.to_bytes()));
        self.queued -= bound(self.write(|it| it.with(sql, removed))?);
        Ok(())
    }

    fn dequeue_unchanged(
        &mut self,
        _entity: &str,
        id: Id,
        number: QueueId,
        change: u64,
    ) -> Result<bool> {
        const DELETE: &str =
            "DELETE FROM sync_queue WHERE id = ?1 AND entity_id = ?2 AND change = ?3";
        let values = (at_most(number.0), id.to_bytes(), at_most(change));
        let removed = self.write(|it| it.with(DELETE, |it| it.execute(values)))?;
        self.queued -= bound(removed);
        Ok(removed > 0)
    }
}

/// Entries of a list after one of them, oldest first.
fn entries(
    connection: &Connection,
    tables: &Tables,
    list: QueueList,
    after: QueueId,
    limit: usize,
) -> rusqlite::Result<Vec<Queued>> {
    let sql = format!("{QUEUE}WHERE {} AND id > ?1 ORDER BY id LIMIT ?2", condition(list));
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map((at_most(after.0), bound(limit)), |row| read(tables, row))?.collect()
}

/// The condition of a list. A rule counts for more than a refusal. What keeps an entry here
/// is a text if it is a rule, and bytes if it is held: then no rule can be taken for it, and
/// an earlier program refuses to read it instead of sending the row.
fn condition(list: QueueList) -> &'static str {
    match list {
        QueueList::Waiting => "parked IS NULL AND kept IS NULL",
        QueueList::Parked => "parked IS NOT NULL AND kept IS NULL",
        QueueList::Excluded => "kept IS NOT NULL AND typeof(kept) = 'text'",
        QueueList::Held => "kept IS NOT NULL AND typeof(kept) = 'blob'",
    }
}

/// The condition of the lists of what stays on this device.
const KEPT: &str = "kept IS NOT NULL";

/// The number of entries is kept beside them: counting a million takes too long for a status.
const LENGTH: &str = "sqlite.queued";

fn counts(connection: &Connection) -> rusqlite::Result<QueueCounts> {
    let count = |condition: &str| -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) FROM sync_queue WHERE {condition}");
        connection.prepare_cached(&sql)?.query_row([], |row| natural(row.get_ref(0)?))
    };
    let (parked, kept) = (count(condition(QueueList::Parked))?, count(KEPT)?);
    let held = if kept > 0 { count(condition(QueueList::Held))? } else { 0 };
    let excluded = kept.saturating_sub(held);
    let waiting = length(connection)?.saturating_sub(parked + kept);
    Ok(QueueCounts { waiting, parked, excluded, held })
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

/// Stores the entry of a row that is here. Returns whether there was none. If the row is new,
/// `number` is what its entry gets.
pub(crate) fn put<'a>(
    statements: &Statements<'a>,
    table: &'a Table,
    entry: &Queued,
    number: Option<i64>,
) -> rusqlite::Result<bool> {
    let payload = payload::encode(table, &entry.fields)?;
    let (change, created) =
        (whole("the change counter", entry.change)?, whole("the time", entry.created_at)?);
    let kept = kept(entry)?;
    let run = |sql: &'a str, target: &dyn ToSql| {
        statements.with(sql, |it| {
            it.execute(params![
                target,
                entry.id.to_bytes(),
                entry.operation.name(),
                payload,
                change,
                created,
                entry.attempts,
                entry.last_error,
                entry.parked(),
                kept,
                entry.failures,
                at_most(entry.failed_at),
            ])
        })
    };
    // Who has read the entry knows its number.
    if entry.queue_id != QueueId::default()
        && run(&table.requeue_at, &whole("the number in the queue", entry.queue_id.0)?)? > 0
    {
        return Ok(false);
    }
    if let Some(number) = number
        && run(&table.enqueue_at, &number)? > 0
    {
        return Ok(true);
    }
    if run(&table.enqueue, &entry.entity)? > 0 {
        return Ok(true);
    }
    match run(&table.requeue, &entry.entity)? {
        0 => Err(damaged("the queue", &format!("an entry of {}, which is not here", entry.id))),
        _ => Ok(false),
    }
}

/// What keeps an entry here, as its column has it.
fn kept(entry: &Queued) -> rusqlite::Result<ToSqlOutput<'_>> {
    Ok(match &entry.standing {
        Standing::Excluded(rule) => rule.as_str().into(),
        Standing::Held(hold) => to_json(hold)?.into_bytes().into(),
        Standing::Waiting | Standing::Parked(_) => null(),
    })
}

fn standing(kept: ValueRef<'_>, parked: Option<String>) -> rusqlite::Result<Standing> {
    if let ValueRef::Blob(bytes) = kept {
        let hold = serde_json::from_slice(bytes);
        let damage = |it: serde_json::Error| damaged("an entry of sync_queue", &it.to_string());
        return hold.map(Standing::Held).map_err(damage);
    }
    Ok(match (text(kept)?, parked) {
        (Some(rule), _) => Standing::Excluded(rule.to_owned()),
        (None, Some(reason)) => Standing::Parked(reason),
        (None, None) => Standing::Waiting,
    })
}

pub(crate) fn read(tables: &Tables, row: &Row<'_>) -> rusqlite::Result<Queued> {
    let entity: String = row.get(1)?;
    let operation = text(row.get_ref(3)?)?.unwrap_or_default();
    Ok(Queued {
        queue_id: QueueId(natural(row.get_ref(0)?)?),
        id: id(row.get_ref(2)?)?,
        operation: Operation::named(operation)
            .ok_or_else(|| damaged("an operation of sync_queue", operation))?,
        fields: payload::decode(tables.of(&entity), row.get_ref(4)?)?,
        entity,
        change: natural(row.get_ref(5)?)?,
        created_at: natural(row.get_ref(6)?)?,
        attempts: row.get(7)?,
        last_error: row.get(8)?,
        standing: standing(row.get_ref(10)?, row.get(9)?)?,
        failures: row.get(11)?,
        failed_at: natural(row.get_ref(12)?)?,
    })
}
