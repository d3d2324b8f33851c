//! The stored rows that are one row for people.

use std::borrow::Cow;

use crate::{Id, Row, store::Stored};

/// The rows that are one for people, as they are stored.
#[derive(Clone)]
pub(crate) struct Members {
    /// The id that stands for them.
    pub(crate) id: Id,
    /// At least one.
    pub(crate) rows: Vec<Stored>,
}

impl Members {
    /// The join of their cells.
    pub(crate) fn row(&self) -> Cow<'_, Row> {
        match self.rows.as_slice() {
            [only] => Cow::Borrowed(&only.row),
            rows => {
                let mut joined = Row::default();
                for it in rows {
                    joined.join(it.row.clone());
                }
                Cow::Owned(joined)
            }
        }
    }
}
