//! Why a job on the index came to nothing, before it is told which file it was about.

use crate::query::Misread;

/// Why a job came to nothing.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The file of the index.
    File(rusqlite::Error),
    /// The rows.
    Rows(driftline_core::Error),
    /// What was asked for.
    Query(Misread),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::File(error)
    }
}

impl From<driftline_core::Error> for Trouble {
    fn from(error: driftline_core::Error) -> Self {
        Self::Rows(error)
    }
}
