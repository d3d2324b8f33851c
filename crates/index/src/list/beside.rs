//! What stands above and below a session in the list: a step of the index each, however
//! long the list is.

use driftline_core::Id;
use rusqlite::{Connection, OptionalExtension};

use super::SHOWN;
use crate::{Index, Result};

/// The sessions next to one in the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The one above; none on top.
    pub above: Option<Id>,
    /// The one below; none at the end.
    pub below: Option<Id>,
}

/// By what the list is sorted while nobody asks for another order: pinned ones first, then
/// what was active last, then the number, which no two share.
type Key = (i64, i64, i64);

impl Index {
    /// The sessions next to one in the list as it is while nothing was typed. An archived
    /// one is not in that list; next to it is what would be if it were. Nothing is next to
    /// one that is not there.
    ///
    /// # Errors
    /// When the index or the rows cannot be
    /// read.
    pub fn beside(&self, session: Id) -> Result<Beside> {
        self.freshen()?;
        self.query(&self.patience, |it| {
            let Some(key) = key(it, session)? else { return Ok(Beside::default()) };
            Ok(Beside { above: next(it, key, '>', "ASC")?, below: next(it, key, '<', "DESC")? })
        })
    }
}

fn key(index: &Connection, session: Id) -> rusqlite::Result<Option<Key>> {
    let sql = format!(
        "SELECT shown.pinned, shown.last_at, shown.number FROM sessions AS shown \
         WHERE {SHOWN} AND shown.number = (SELECT stands FROM sessions WHERE id = ?1)"
    );
    let mut select = index.prepare_cached(&sql)?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    select.query_row([session.to_bytes()], read).optional()
}

/// The first session past `key` in one direction.
fn next(index: &Connection, key: Key, past: char, way: &str) -> rusqlite::Result<Option<Id>> {
    let sql = format!(
        "SELECT shown.id FROM sessions AS shown WHERE {SHOWN} AND shown.archived = 0 \
         AND (shown.pinned, shown.last_at, shown.number) {past} (?1, ?2, ?3) \
         ORDER BY shown.pinned {way}, shown.last_at {way}, shown.number {way} LIMIT 1"
    );
    let mut select = index.prepare_cached(&sql)?;
    let found: Option<[u8; 16]> =
        select.query_row(<[i64; 3]>::from(key), |row| row.get(0)).optional()?;
    Ok(found.map(Id::from_bytes))
}
