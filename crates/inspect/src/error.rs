//! Why nothing could be told. Which command helps is for the program to say.

use driftline_core::{ErrorKind, store::LogId};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with which thing, and what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The rows cannot be read.
    #[error(transparent)]
    Rows(#[from] driftline_core::Error),
    /// A text that no id starts with.
    #[error("`{typed}` is not the start of an id")]
    BadStart {
        /// What was typed, cut short.
        typed: String,
        /// What it was to name; none for a row of any entity.
        of: Option<String>,
    },
    /// No row has such an id.
    #[error("{} no row whose id starts with `{typed}`", whose(of.as_deref()))]
    NoRow {
        /// What was typed, cut short.
        typed: String,
        /// Where it was looked for; none for everywhere.
        of: Option<String>,
    },
    /// Several rows have such an id.
    #[error("several rows have an id that starts with `{typed}`: {rows}; type more of it")]
    Ambiguous {
        /// What was typed, cut short.
        typed: String,
        /// Some of them.
        rows: String,
    },
    /// No value that gave way has this number.
    #[error("no value that gave way has the number {log_id}; they are kept for 30 days")]
    NoLostValue {
        /// The number.
        log_id: LogId,
    },
}

impl Error {
    /// A short name of what kind of failure this is, the same in every output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rows(it) => it.code(),
            Self::BadStart { .. } => "bad_id",
            Self::NoRow { .. } | Self::NoLostValue { .. } => "not_found",
            Self::Ambiguous { .. } => "ambiguous_id",
        }
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Rows(it) => it.kind(),
            Self::BadStart { .. } | Self::Ambiguous { .. } => ErrorKind::Invalid,
            Self::NoRow { .. } | Self::NoLostValue { .. } => ErrorKind::NotFound,
        }
    }
}

/// Who has no such row.
fn whose(of: Option<&str>) -> String {
    of.map_or_else(|| "there is".into(), |of| format!("{of} has"))
}
