//! What people read, worked out from rows: the same answers for pages and commands.
//!
//! Nothing here writes a row. A [`Reading`] is a replica, and beside it what makes the
//! answers fast; every answer is data without markup, so that a page and a terminal can
//! each show it in their own way.

mod error;

use std::sync::Arc;

use driftline_core::Replica;

pub use self::error::{Error, Result};

/// A replica as people read it. Cheap to clone.
#[derive(Clone)]
pub struct Reading {
    replica: Arc<Replica>,
}

impl Reading {
    /// Reads what `replica` holds.
    pub fn new(replica: Arc<Replica>) -> Self {
        Self { replica }
    }

    /// The rows that the answers are worked out from.
    pub fn replica(&self) -> &Replica {
        &self.replica
    }
}
