//! What can go wrong between a request and its answer, sorted by what the person who
//! reads the page can do.

use axum::http::StatusCode;
use driftline_core::{Error as RowError, ErrorKind, Input};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such page or row.
    #[error("{0}")]
    NotFound(String),
    /// The request asks for something that cannot be.
    #[error("{0}")]
    Bad(String),
    /// The rows cannot be read or written.
    #[error(transparent)]
    Core(#[from] driftline_core::Error),
    /// A list or a search could not be worked out.
    #[error(transparent)]
    Index(#[from] driftline_index::Error),
    /// A session could not be shown.
    #[error(transparent)]
    Conversation(#[from] driftline_conversation::Error),
    /// What is known of a row could not be told.
    #[error(transparent)]
    Inspect(#[from] driftline_inspect::Error),
    /// What was to be done with the profile failed.
    #[error("{}", .0.told())]
    Client(#[from] driftline_client::Error),
    /// The rest of the program failed; it says how.
    #[error("{0}")]
    Host(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address} ({source}); choose another port, or none")]
    Listen {
        /// The address.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Somebody else is where the program should be.
    #[error("what answers at {address} is not the app of this profile")]
    Stranger {
        /// Where it should be.
        address: String,
    },
    /// The program that runs already could not be asked.
    #[error("the program at {address} does not answer: {reason}")]
    Door {
        /// Where it should be.
        address: String,
        /// What happened.
        reason: String,
    },
}

/// An answer, or why there is none.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The status that the answer carries.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::Core(error)
            | Self::Index(driftline_index::Error::Rows(error))
            | Self::Conversation(driftline_conversation::Error::Rows(error))
            | Self::Inspect(driftline_inspect::Error::Rows(error)) => {
                match error {
                    // The address names an entity that is not there.
                    RowError::Invalid { what: Input::Entity, .. } => StatusCode::NOT_FOUND,
                    error => of_kind(error.kind()),
                }
            }
            Self::Client(error) => of_kind(error.kind()),
            Self::Index(driftline_index::Error::TooLong)
            | Self::Conversation(driftline_conversation::Error::TooLong) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Index(error) => of_kind(error.kind()),
            Self::Inspect(error) => of_kind(error.kind()),
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

fn of_kind(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Invalid | ErrorKind::Conflict => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
