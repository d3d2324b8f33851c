//! What a caller does about an error, and what it is called in every output.

use super::{Error, Input, Refusal, SignInCause, Stale};

/// What a caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Ask for a row that exists.
    NotFound,
    /// Give something else: the message says what fits.
    Invalid,
    /// Change the row that stands against it, or choose something else.
    Conflict,
    /// Let a person sign in, agree to the first merge, or choose another account.
    SignIn,
    /// Try again later, with nothing changed here.
    Transient,
    /// Mend the place where the rows are, such as a full disk; the message says how.
    Storage,
    /// Restore a backup.
    Damaged,
    /// Update one of both sides; the message says which.
    Outdated,
    /// Report it: a mistake of this program, or of the other side.
    Internal,
}

impl Error {
    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Invalid { what: Input::Schema | Input::Stamp, .. }
            | Self::BatchFailed { .. }
            | Self::NotEqual { .. } => ErrorKind::Internal,
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::Refused { .. } => ErrorKind::Conflict,
            Self::Store { .. } => ErrorKind::Storage,
            Self::Damaged { .. } => ErrorKind::Damaged,
            Self::SignIn { .. } => ErrorKind::SignIn,
            Self::Unavailable { .. } | Self::Stale { .. } | Self::BadAnswer { .. } => {
                ErrorKind::Transient
            }
            Self::Protocol { .. } => ErrorKind::Outdated,
        }
    }

    /// Whether trying again later, with nothing changed here, can succeed.
    pub fn is_transient(&self) -> bool {
        self.kind() == ErrorKind::Transient
    }

    /// A short name of what kind of failure this is, the same in every output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::Invalid { what, .. } => match what {
                Input::Id => "bad_id",
                Input::Stamp => "bad_stamp",
                Input::Entity => "unknown_entity",
                Input::Field => "unknown_field",
                Input::Value => "bad_value",
                Input::Schema => "descriptor",
            },
            Self::Refused { why, .. } => match why {
                Refusal::KeyTaken { .. } => "key_taken",
                Refusal::AppendOnly => "append_only",
                Refusal::NotFolded => "not_folded",
                Refusal::AlreadyApart { .. } => "already_apart",
                Refusal::Purged => "purged",
            },
            Self::Store { .. } => "store",
            Self::Damaged { .. } => "damaged",
            Self::Unavailable { .. } => "unavailable",
            Self::SignIn { why, .. } => match why {
                SignInCause::SignedOut => "signed_out",
                SignInCause::Unreviewed => "unreviewed",
                SignInCause::WrongAccount { .. } => "wrong_account",
            },
            Self::BatchFailed { .. } => "batch_failed",
            Self::Stale { why: Stale::Moved, .. } => "moved",
            Self::Stale { why: Stale::OldCall { .. }, .. } => "old_call",
            Self::Protocol { .. } => "protocol",
            Self::BadAnswer { .. } => "bad_answer",
            Self::NotEqual { .. } => "not_equal",
        }
    }
}
