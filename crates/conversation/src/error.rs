//! Why a conversation could not be shown.

use driftline_core::ErrorKind;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The rows cannot be read.
    #[error(transparent)]
    Rows(#[from] driftline_core::Error),
    /// Nobody waits for the answer any more.
    #[error(
        "this took too long and was given up; ask for less of it, such as a shorter search or \
         one with `after:7d`"
    )]
    TooLong,
}

impl Error {
    /// A short name of what kind of failure this is, the same in every output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rows(it) => it.code(),
            Self::TooLong => "too_long",
        }
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Rows(it) => it.kind(),
            Self::TooLong => ErrorKind::Internal,
        }
    }
}
