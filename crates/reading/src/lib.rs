//! What people read of their sessions, in one handle: conversations, and lists and searches
//! where there is an index. Beside it what is worked out from the rows alone: workspaces,
//! what somebody worked on last, and the inbox.

pub mod inbox;
pub mod recent;
pub mod workspaces;

use std::{path::Path, sync::Arc};

use driftline_conversation::{Conversations, Patience};
use driftline_core::Replica;
use driftline_index::{Error, Index, Result};

/// A replica as people read it. Cheap to clone.
#[derive(Clone)]
pub struct Reading {
    conversations: Conversations,
    index: Option<Index>,
}

impl Reading {
    /// Reads what `replica` holds, without lists and searches.
    pub fn new(replica: Arc<Replica>) -> Self {
        Self { conversations: Conversations::new(replica), index: None }
    }

    /// Opens the index of `replica` at `path`, too: lists and searches.
    ///
    /// # Errors
    /// When the file of the index cannot be made or used.
    pub fn open(replica: Arc<Replica>, path: &Path) -> Result<Self> {
        let index = Index::open(path, replica.clone())?;
        Ok(Self { index: Some(index), ..Self::new(replica) })
    }

    /// The same for somebody who does not wait for ever.
    #[must_use]
    pub fn within(&self, patience: &Patience) -> Self {
        let index = self.index.as_ref().map(|it| it.within(patience.clone()));
        Self { conversations: self.conversations.within(patience.clone()), index }
    }

    /// The rows that the answers are worked out from.
    pub fn replica(&self) -> &Replica {
        self.conversations.replica()
    }

    /// Sessions as conversations.
    pub fn conversations(&self) -> &Conversations {
        &self.conversations
    }

    /// Lists and searches.
    ///
    /// # Errors
    /// [`Error::NoIndex`] if it was made without.
    pub fn index(&self) -> Result<&Index> {
        self.index.as_ref().ok_or(Error::NoIndex)
    }
}
