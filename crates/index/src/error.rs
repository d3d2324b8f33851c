//! Why an answer could not be given. Which command helps is for the program to say.

use driftline_core::{BoxError, ErrorKind};

use crate::query::Misread;

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
    /// What was asked for needs an index, and there is none.
    #[error("there is no index to answer from; open this reading with one")]
    NoIndex,
    /// Nobody waits for the answer any more.
    #[error(
        "this took too long and was given up; ask for less of it, such as a shorter search or \
         one with `after:7d`"
    )]
    TooLong,
    /// What somebody searches for cannot be understood.
    #[error(transparent)]
    Misread(#[from] Misread),
}

impl Error {
    /// A short name of what kind of failure this is, the same in every output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rows(it) => it.code(),
            Self::Index { .. } | Self::NoIndex => "index",
            Self::TooLong => "too_long",
            Self::Misread(_) => "query",
        }
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Rows(it) => it.kind(),
            Self::Misread(_) => ErrorKind::Invalid,
            Self::Index { .. } | Self::NoIndex | Self::TooLong => ErrorKind::Internal,
        }
    }
}
