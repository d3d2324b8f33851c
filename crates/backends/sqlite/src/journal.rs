//! The journal of rows that changed for readers. It is only appended to and cut at its
//! beginning. An entry holds the ids of many rows of one entity, so that a bulk import pays
//! for few; its number is that of its last row.

use driftline_core::{
    ALIASES, Id, Result,
    store::{JOURNAL_LENGTH, Journal, Noted, NotedRun, ReadJournal, WriteJournal},
};
use rusqlite::{Connection, OptionalExtension, types::ValueRef};

use crate::{
    error::damaged,
    statements::Statements,
    tx::SqliteTx,
    value::{at_most, natural},
};

/// Ids in one entry: what fits beside others on a page.
const RUN: usize = 128;

/// The beginning is cut once in so many rows: each cut is one more page to write.
const CUT: u64 = 1_024;

/// Bytes of an id.
const ID: usize = 16;

impl ReadJournal for SqliteTx<'_> {
    fn changed_since(&self, after: u64, limit: usize) -> Result<Vec<Noted>> {
        self.named(since(self.connection(), after, limit))
    }

    fn journal(&self) -> Result<Journal> {
        self.named(bounds(self.connection()))
    }
}

impl WriteJournal for SqliteTx<'_> {
    fn note(&mut self, entity: &str, id: Id) -> Result<()> {
        self.notes.add(entity, id);
        Ok(())
    }
}

/// Appends rows, and cuts off what is too long ago.
pub(crate) fn append(statements: &Statements<'_>, notes: &[NotedRun]) -> rusqlite::Result<()> {
    const INSERT: &str = "INSERT INTO changes (revision, entity, ids) VALUES (?1, ?2, ?3)";
    if notes.is_empty() {
        return Ok(());
    }
    let before = last(statements.connection)?;
    let mut revision = before;
    for NotedRun { entity, ids } in notes {
        for ids in ids.chunks(RUN) {
            revision += ids.len() as u64;
            let bytes = ids.iter().flat_map(|it| it.to_bytes()).collect::<Vec<u8>>();
            statements.with(INSERT, |it| it.execute((at_most(revision), entity, bytes)))?;
        }
    }
    if before / CUT != revision / CUT {
        cut(statements.connection, revision.saturating_sub(JOURNAL_LENGTH))?;
    }
    Ok(())
}

fn cut(connection: &Connection, revision: u64) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM changes WHERE revision <= ?1", [at_most(revision)]).map(drop)
}

/// Begins anew, beyond anything that was given out `before` and in the rows that are here
/// now: whoever followed rows that a backup has replaced must not go on from where it was,
/// however many changes come.
pub(crate) fn leap(connection: &Connection, before: Journal) -> rusqlite::Result<()> {
    let last = before.last.max(bounds(connection)?.last);
    connection.execute("DELETE FROM changes", [])?;
    // Names no row. Beyond what another process may have given out meanwhile.
    connection.execute(
        "INSERT INTO changes (revision, entity, ids) VALUES (?1, ?2, ?3)",
        (at_most(last.saturating_add(JOURNAL_LENGTH)), ALIASES.name, [0; ID]),
    )?;
    Ok(())
}

/// Rows after a revision, in order.
fn since(connection: &Connection, after: u64, limit: usize) -> rusqlite::Result<Vec<Noted>> {
    const SELECT: &str =
        "SELECT revision, entity, ids FROM changes WHERE revision > ?1 ORDER BY revision";
    let mut statement = connection.prepare_cached(SELECT)?;
    let mut rows = statement.query([at_most(after)])?;
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        let (entity, ids): (String, _) = (row.get(1)?, ids(row.get_ref(2)?)?);
        let first = first_of(natural(row.get_ref(0)?)?, ids);
        let noted = (first..).zip(ids).filter(|(revision, _)| *revision > after);
        let noted = noted.map(|(revision, id)| Noted {
            revision,
            entity: entity.clone(),
            id: Id::from_bytes(*id),
        });
        found.extend(noted.take(limit - found.len()));
    }
    Ok(found)
}

/// The ids of an entry.
fn ids(raw: ValueRef<'_>) -> rusqlite::Result<&[[u8; ID]]> {
    let odd = || damaged("an entry of changes", &format!("{} without ids", raw.data_type()));
    let ValueRef::Blob(bytes) = raw else { return Err(odd()) };
    match bytes.as_chunks() {
        (ids, []) if !ids.is_empty() => Ok(ids),
        _ => Err(odd()),
    }
}

/// The number of the first row of an entry whose last one is `last`.
fn first_of(last: u64, ids: &[[u8; ID]]) -> u64 {
    (last + 1).saturating_sub(ids.len() as u64)
}

fn last(connection: &Connection) -> rusqlite::Result<u64> {
    const LAST: &str = "SELECT max(revision) FROM changes";
    let last: Option<u64> =
        connection.prepare_cached(LAST)?.query_row([], |row| match row.get_ref(0)? {
            ValueRef::Null => Ok(None),
            raw => natural(raw).map(Some),
        })?;
    Ok(last.unwrap_or_default())
}

/// The first and the last revision.
pub(crate) fn bounds(connection: &Connection) -> rusqlite::Result<Journal> {
    const FIRST: &str = "SELECT revision, ids FROM changes ORDER BY revision LIMIT 1";
    let mut statement = connection.prepare_cached(FIRST)?;
    let first = statement
        .query_row([], |row| Ok(first_of(natural(row.get_ref(0)?)?, ids(row.get_ref(1)?)?)));
    let last = last(connection)?;
    Ok(Journal { first: first.optional()?.unwrap_or(last + 1), last })
}
