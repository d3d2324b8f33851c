//! Which rows the hub holds that came from here. A row that says so itself is written anew with
//! its whole page, and a first upload would write the whole file again. So the first
//! acknowledgement of a row stands in a narrow table, by the number of its queue entry, until the
//! row is written for another reason. What the row says of itself counts for more.

use driftline_core::{
    Id, Result,
    store::{Held, QueueId},
};
use rusqlite::{Connection, Row};

use crate::{catalog::Look, tx::SqliteTx, value::at_most};

/// A select of rows, also of what is noted of them in `acknowledged`, or not: looking for it in
/// vain costs every row that a person reads.
#[derive(Debug)]
pub(crate) struct Select {
    plain: String,
    noted: String,
}

impl Select {
    pub(crate) fn with(late: &str, sql: impl Fn(&str) -> String) -> Self {
        Self { plain: sql("NULL"), noted: sql(late) }
    }

    /// The one for a file of which this was seen.
    pub(crate) fn of(&self, look: Look) -> &str {
        if look.has_acknowledged { &self.noted } else { &self.plain }
    }
}

/// What is noted of a row whose queue entry would have the number `entry`.
pub(crate) fn late(entry: &str) -> String {
    format!(
        "CASE WHEN acked THEN NULL \
         ELSE (SELECT late.hash FROM acknowledged AS late WHERE late.id = {entry}) END"
    )
}

/// The statements that note it. ?1 is the number of the row's queue entry, ?2 its id, ?3 the hash
/// by which the hub holds it and ?4 the one that was noted before.
#[derive(Debug)]
pub(crate) struct Noting {
    /// Of a row that was not acknowledged.
    first: String,
    /// Of a row that says itself that it was.
    again: String,
    /// Of a row that was acknowledged and does not say so itself.
    later: String,
    /// Takes away what is noted of the row ?2 of the entity ?1.
    undo: String,
}

impl Noting {
    /// Of rows of `table`, found by the condition `numbered`; `entry` selects the number of an
    /// entry.
    pub(crate) fn of(table: &str, numbered: &str, entry: &str) -> Self {
        Self {
            first: format!(
                "INSERT INTO acknowledged (id, hash) SELECT ?1, ?3 FROM {table} \
                 WHERE {numbered} AND hash = ?4 AND NOT acked ON CONFLICT (id) DO NOTHING"
            ),
            again: format!("UPDATE {table} SET hash = ?3 WHERE {numbered} AND hash = ?4 AND acked"),
            later: format!(
                "UPDATE acknowledged SET hash = ?3 WHERE id = ?1 AND hash = ?4 \
                 AND EXISTS (SELECT 1 FROM {table} WHERE {numbered} AND NOT acked)"
            ),
            undo: format!(
                "DELETE FROM acknowledged WHERE id = (SELECT {entry}) AND ?1 IS NOT NULL"
            ),
        }
    }
}

/// Reads what the hub holds of a row: three columns from `place` on, the row's own two and what
/// is noted beside it.
pub(crate) fn read(row: &Row<'_>, place: usize) -> rusqlite::Result<Held> {
    let (hash, acked): (i64, bool) = (row.get(place)?, row.get(place + 1)?);
    let late: Option<i64> = if acked { None } else { row.get(place + 2)? };
    let hash = late.unwrap_or(hash).cast_unsigned();
    Ok(Held { hash, acked: acked || late.is_some() })
}

/// Notes that nobody knows what the hub holds of any row.
pub(crate) fn forget(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("UPDATE acknowledged SET hash = 0 WHERE hash <> 0", []).map(drop)
}

impl SqliteTx<'_> {
    /// Notes that the hub holds a row by `hash`, if what was noted before is `was` and its queue
    /// entry had this `number`. Returns whether it did.
    pub(crate) fn note_acknowledged(
        &mut self,
        entity: &str,
        id: Id,
        number: QueueId,
        was: Held,
        hash: u64,
    ) -> Result<bool> {
        let noting = &self.tables.of(entity).noting;
        let values = (at_most(number.0), id.to_bytes(), hash.cast_signed(), was.hash.cast_signed());
        let noted = self.write(|it| {
            let run = |sql| it.with(sql, |it| it.execute(values));
            if !was.acked {
                return run(&noting.first);
            }
            match run(&noting.again)? {
                0 => run(&noting.later),
                noted => Ok(noted),
            }
        })?;
        if !was.acked && noted > 0 {
            self.look.has_acknowledged = true;
        }
        Ok(noted > 0)
    }

    /// Takes away what is noted beside a row that is about to be written or removed.
    pub(crate) fn unacknowledge(&mut self, entity: &str, id: Id) -> Result<()> {
        if !self.look.has_acknowledged {
            return Ok(());
        }
        let sql = &self.tables.of(entity).noting.undo;
        self.write(|it| it.with(sql, |it| it.execute((entity, id.to_bytes())))).map(drop)
    }
}
