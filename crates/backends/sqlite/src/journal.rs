//! The journal of rows that changed for readers. It is only appended to and cut at its
//! beginning, so it costs a write one more entry on a page that is in memory.

use driftline_core::{
    ALIASES, Id, Result,
    store::{JOURNAL_LENGTH, Journal, Noted, ReadJournal, WriteJournal},
};
use rusqlite::{Connection, OptionalExtension};

use crate::{
    tx::SqliteTx,
    value::{at_most, bound, id, natural},
};

impl ReadJournal for SqliteTx<'_> {
    fn changed_since(&self, after: u64, limit: usize) -> Result<Vec<Noted>> {
        self.named(since(self.connection, after, limit))
    }

    fn journal(&self) -> Result<Journal> {
        self.named(bounds(self.connection))
    }
}

impl WriteJournal for SqliteTx<'_> {
    fn note(&mut self, entity: &str, id: Id) -> Result<()> {
        self.notes.add(entity, id);
        Ok(())
    }
}

/// Appends rows, and cuts off what is too long ago.
pub(crate) fn append(connection: &Connection, rows: &[(String, Id)]) -> rusqlite::Result<()> {
    const INSERT: &str = "INSERT INTO changes (entity, id) VALUES (?1, ?2)";
    const CUT: &str = "DELETE FROM changes WHERE revision <= ?1";
    if rows.is_empty() {
        return Ok(());
    }
    let mut insert = connection.prepare_cached(INSERT)?;
    for (entity, id) in rows {
        insert.execute((entity, id.to_bytes()))?;
    }
    let old = connection.last_insert_rowid().saturating_sub(at_most(JOURNAL_LENGTH));
    if old > 0 {
        connection.prepare_cached(CUT)?.execute([old])?;
    }
    Ok(())
}

/// Begins anew, beyond anything that was given out `before` and in the rows that are here
/// now: whoever followed rows that a backup has replaced must not go on from where it was,
/// however many changes come.
pub(crate) fn leap(connection: &Connection, before: Journal) -> rusqlite::Result<()> {
    let last = before.last.max(bounds(connection)?.last);
    connection.execute("DELETE FROM changes", [])?;
    // Names no row. Beyond what another process may have given out meanwhile.
    connection.execute(
        "INSERT INTO changes (revision, entity, id) VALUES (?1, ?2, ?3)",
        (at_most(last.saturating_add(JOURNAL_LENGTH)), ALIASES.name, [0; 16]),
    )?;
    Ok(())
}

/// Entries after a revision, in order.
fn since(connection: &Connection, after: u64, limit: usize) -> rusqlite::Result<Vec<Noted>> {
    const SELECT: &str = "SELECT revision, entity, id FROM changes WHERE revision > ?1 \
                          ORDER BY revision LIMIT ?2";
    let mut statement = connection.prepare_cached(SELECT)?;
    let rows = statement.query_map((at_most(after), bound(limit)), |row| {
        let revision = natural(row.get_ref(0)?)?;
        Ok(Noted { revision, entity: row.get(1)?, id: id(row.get_ref(2)?)? })
    })?;
    rows.collect()
}

/// The first and the last revision.
pub(crate) fn bounds(connection: &Connection) -> rusqlite::Result<Journal> {
    let one = |order: &str| {
        let sql = format!("SELECT revision FROM changes ORDER BY revision {order} LIMIT 1");
        let mut statement = connection.prepare_cached(&sql)?;
        statement.query_row([], |row| natural(row.get_ref(0)?)).optional()
    };
    let last = one("DESC")?.unwrap_or_default();
    Ok(Journal { first: one("ASC")?.unwrap_or(last + 1), last })
}
