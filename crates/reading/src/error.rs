//! Why an answer could not be given.

use driftline_core::BoxError;

use crate::search::Misread;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with which thing, and what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The rows cannot be read.
    #[error(transparent)]
    Rows(#[from] driftline_core::Error),
    /// The search index cannot be used.
    #[error("{what}; {help}")]
    Index {
        /// What failed, and on which file.
        what: String,
        /// What to do next.
        help: String,
        /// The cause.
        #[source]
        source: Option<BoxError>,
    },
    /// This reading was made without an index, and the answer needs one.
    #[error("there is no index to answer from; open this reading with one")]
    NoIndex,
    /// What somebody searches for cannot be understood.
    #[error(transparent)]
    Misread(#[from] Misread),
}
