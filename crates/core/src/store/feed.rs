//! The feed of a hub: its rows in the order of their sequence numbers.

use super::Stored;
use crate::{Cursor, Result};

/// A row of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Fed {
    /// The entity.
    pub entity: String,
    /// The row, whose [`Stored::seq`] is its position.
    pub stored: Stored,
}

/// Reads the feed. Only a hub has one.
pub trait ReadFeed {
    /// Up to `limit` rows of any entity whose sequence number is above `after`, by it.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn feed(&self, after: Cursor, limit: usize) -> Result<Vec<Fed>>;
}
