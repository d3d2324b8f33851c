//! The journal: which rows changed for those who read them, in order. What is worked
//! out from rows, such as a search index, follows it instead of looking at every row
//! again. It never leaves the device.

use std::collections::{BTreeMap, HashSet};

use crate::{Id, Result};

/// How many changes a journal keeps at least. Who fell behind further starts over.
pub const JOURNAL_LENGTH: u64 = 500_000;

/// A change of a row that readers can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Its number in the journal: greater than every one before.
    pub revision: u64,
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
}

/// What a journal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// The first revision that is still there; one above `last` if there is none.
    pub first: u64,
    /// The last revision that was given out; 0 before the first.
    pub last: u64,
}

impl Journal {
    /// Whether who has seen everything up to `revision` can go on from there. If not,
    /// changes are gone that they have not seen, or the data went back to a backup.
    pub fn reaches(self, revision: u64) -> bool {
        revision.saturating_add(1) >= self.first && revision <= self.last
    }
}

/// What one transaction notes: each row once, in the order in which they first changed.
/// For stores.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    runs: Vec<NotedRun>,
    seen: BTreeMap<String, HashSet<Id>>,
}

/// Rows of one entity that changed one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedRun {
    /// The entity.
    pub entity: String,
    /// The rows, in the order in which they changed.
    pub ids: Vec<Id>,
}

impl Notes {
    /// Notes a row.
    pub fn add(&mut self, entity: &str, id: Id) {
        let new = match self.seen.get_mut(entity) {
            Some(ids) => ids.insert(id),
            None => self.seen.insert(entity.to_owned(), HashSet::from([id])).is_none(),
        };
        if !new {
            return;
        }
        match self.runs.last_mut() {
            Some(run) if run.entity == entity => run.ids.push(id),
            _ => self.runs.push(NotedRun { entity: entity.to_owned(), ids: vec![id] }),
        }
    }

    /// Takes out what was noted.
    pub fn take(&mut self) -> Vec<NotedRun> {
        self.seen.clear();
        std::mem::take(&mut self.runs)
    }
}

/// Reads the journal.
pub trait ReadJournal {
    /// Up to `limit` entries of the journal after `after` (a [`Noted::revision`]), in
    /// order. Ask [`Self::journal`] whether it still reaches back to there.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn changed_since(&self, after: u64, limit: usize) -> Result<Vec<Noted>>;

    /// What the journal has.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn journal(&self) -> Result<Journal>;
}

/// Writes the journal.
pub trait WriteJournal: ReadJournal {
    /// Notes that a row changed for those who read it: an entry of the journal when the
    /// transaction commits, one for each row however often it is noted. The journal
    /// keeps at least the last [`JOURNAL_LENGTH`] of them.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn note(&mut self, entity: &str, id: Id) -> Result<()>;
}
