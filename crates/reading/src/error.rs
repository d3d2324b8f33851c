//! Why an answer could not be given. Which command helps is for the program to say.

use driftline_core::{BoxError, store::LogId};

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
    /// A short name of what kind of failure this is, the same in every output; none for
    /// one that the engine has a name for.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Rows(_) => None,
            Self::Index { .. } | Self::NoIndex => Some("index"),
            Self::TooLong => Some("too_long"),
            Self::Misread(_) => Some("query"),
            Self::BadStart { .. } => Some("bad_id"),
            Self::NoRow { .. } | Self::NoLostValue { .. } => Some("not_found"),
            Self::Ambiguous { .. } => Some("ambiguous_id"),
        }
    }

    /// Whether what was asked for must be asked for in other words.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::BadStart { .. } | Self::Ambiguous { .. } | Self::Misread(_))
    }

    /// Whether what was asked for does not exist.
    pub fn is_not_found(&self) -> bool {
        self.code() == Some("not_found")
    }
}

/// Who has no such row.
fn whose(of: Option<&str>) -> String {
    of.map_or_else(|| "there is".into(), |of| format!("{of} has"))
}
