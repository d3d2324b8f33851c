//! What people read, worked out from rows: the same answers for pages and commands.
//!
//! A [`Reading`] is a replica, and beside it what makes the answers fast. The little that
//! is written here (a value that is brought back, say) goes through the replica's door.
//! Every answer is data without markup, so that a page and a terminal can each show it in
//! their own way.

pub mod conflicts;
pub mod conversation;
pub mod devices;
mod error;
pub mod export;
pub mod folds;
pub mod ids;
pub mod inbox;
mod index;
pub mod label;
mod patience;
pub mod recent;
mod resume;
pub mod search;
pub mod sessions;
mod shell;
pub mod text;
pub mod threads;
pub mod trail;
pub mod workspaces;

use std::sync::Arc;

use driftline_core::Replica;

pub use self::{
    error::{Error, Result},
    index::Index,
    patience::Patience,
    resume::resume_command,
    shell::Shell,
};

/// A replica as people read it. Cheap to clone.
#[derive(Clone)]
pub struct Reading {
    replica: Arc<Replica>,
    index: Option<Arc<Index>>,
    conversations: Arc<conversation::Cache>,
    patience: Patience,
}

impl Reading {
    /// Reads what `replica` holds, without lists and searches.
    pub fn new(replica: Arc<Replica>) -> Self {
        Self { replica, index: None, conversations: Arc::default(), patience: Patience::default() }
    }

    /// Reads what `replica` holds, with the lists and searches of `index`.
    pub fn with_index(replica: Arc<Replica>, index: Arc<Index>) -> Self {
        Self { index: Some(index), ..Self::new(replica) }
    }

    /// The same for somebody who does not wait for ever.
    #[must_use]
    pub fn within(&self, patience: Patience) -> Self {
        Self { patience, ..self.clone() }
    }

    /// How long an answer may take.
    pub fn patience(&self) -> &Patience {
        &self.patience
    }

    /// The rows that the answers are worked out from.
    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    /// About how many rows lists and searches have yet to hear of.
    ///
    /// # Errors
    /// When the rows or the index cannot be read.
    pub fn lag(&self) -> Result<u64> {
        match &self.index {
            Some(index) => index.lag(&self.replica),
            None => Ok(0),
        }
    }

    /// Lets lists and searches hear of some of those rows: a moment's work, for whoever
    /// has nothing better to do. Returns about how many are left.
    ///
    /// # Errors
    /// When the rows or the index cannot be used.
    pub fn catch_up(&self) -> Result<u64> {
        match &self.index {
            Some(index) => index.step(&self.replica),
            None => Ok(0),
        }
    }

    /// The index, with a person's last few changes in it. Also about how many rows it
    /// has yet to hear of.
    fn fresh(&self) -> Result<(&Index, u64)> {
        let index = self.index.as_ref().ok_or(Error::NoIndex)?;
        let left = index.freshen(&self.replica)?;
        Ok((index, left))
    }
}
