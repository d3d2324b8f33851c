//! How far the index has followed the rows. It changes in the transaction that stores
//! what was learnt, so that nothing is missed when a process dies.

use driftline_core::{Id, store::Noted};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

/// How far the index has followed the rows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// Everything up to here in the journal was looked at.
    pub(super) revision: u64,
    /// The entry of that revision, by which a database that went back to a backup is
    /// noticed.
    last: Option<(String, Id)>,
    /// What is left of the first look at everything that was there before.
    pub(super) scan: Option<Scan>,
}

/// A walk through all rows, entity by entity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Scan {
    /// The place of the entity in the schema.
    pub(super) entity: usize,
    /// The last row that was looked at.
    pub(super) after: Option<Id>,
    /// About how many rows are left.
    pub(super) left: u64,
}

impl State {
    /// Before anything was looked at, when the journal has come to `revision`.
    pub(super) fn begin(revision: u64, rows: u64) -> Self {
        Self { revision, last: None, scan: Some(Scan { entity: 0, after: None, left: rows }) }
    }

    /// What is stored; none before the beginning.
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Option<Self>> {
        let mut statement =
            connection.prepare_cached("SELECT value FROM state WHERE key = 'place'")?;
        let text: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
        // What cannot be read is as good as nothing: everything is looked at again.
        Ok(text.and_then(|it| serde_json::from_str(&it).ok()))
    }

    pub(super) fn store(&self, connection: &Connection) -> rusqlite::Result<()> {
        let text = serde_json::to_string(self)
            .map_err(|it| rusqlite::Error::ToSqlConversionFailure(it.into()))?;
        let mut statement = connection
            .prepare_cached("INSERT OR REPLACE INTO state (key, value) VALUES ('place', ?1)")?;
        statement.execute([text]).map(drop)
    }

    /// Goes on to an entry of the journal.
    pub(super) fn advance(&mut self, entry: Noted) {
        self.revision = entry.revision;
        self.last = Some((entry.entity, entry.id));
    }

    /// Whether `entry` may be the one at this revision.
    pub(super) fn fits(&self, entry: Option<&Noted>) -> bool {
        match (&self.last, entry) {
            (Some((entity, id)), Some(it)) if it.revision == self.revision => {
                *entity == it.entity && *id == it.id
            }
            _ => true,
        }
    }

    /// About how many rows are still to be looked at when the journal has come to `last`.
    pub(super) fn left(&self, last: u64) -> u64 {
        let scan = self.scan.as_ref().map_or(0, |it| it.left.max(1));
        last.saturating_sub(self.revision) + scan
    }
}
