//! Why a write is refused, a hub does not serve a device, or a call is out of date, each in words.

use crate::{Id, Serial};

/// Why a write of a row is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The row is live and already has this natural key.
    KeyTaken {
        /// The fields of the key.
        key: String,
    },
    /// The row cannot be edited.
    AppendOnly,
    /// The row was not folded with any other.
    NotFolded,
    /// The row was taken apart before.
    AlreadyApart {
        /// The row as which it goes on.
        apart: Id,
    },
    /// The row was purged: nothing of it is left.
    Purged,
}

impl Refusal {
    pub(super) fn text(&self, entity: &str, id: Id) -> String {
        match self {
            Self::KeyTaken { key } => format!(
                "{entity} already has this {key}: it is {id}; change that row, or choose another \
                 {key}"
            ),
            Self::AppendOnly => format!(
                "{entity} is append-only, so {id} cannot be edited; it can be deleted and restored"
            ),
            Self::NotFolded => {
                format!("{entity} {id} stands for itself alone, so there is nothing to take apart")
            }
            Self::AlreadyApart { apart } => format!(
                "{entity} {id} was taken apart before: it goes on as {apart}; change that row"
            ),
            Self::Purged => format!(
                "{entity} {id} was purged for good: nothing of it is left, and it cannot come back"
            ),
        }
    }
}

/// What somebody has to do before the other side serves this device.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignInCause {
    /// Nobody is signed in, or the sign-in ended.
    SignedOut,
    /// Nothing of this device was ever merged with the remote, and nobody has agreed to it.
    Unreviewed,
    /// This store belongs to another account than the one that was met. Nothing was sent.
    WrongAccount {
        /// Whom the store is bound to.
        bound: String,
    },
}

impl SignInCause {
    pub(super) fn text(&self, remote: &str) -> String {
        match self {
            Self::SignedOut => format!("{remote} does not know who you are (changes wait here)"),
            Self::Unreviewed => format!(
                "nothing here was merged with {remote} yet, and nobody has agreed to that (changes \
                 wait here)"
            ),
            Self::WrongAccount { bound } => format!(
                "what is here belongs to {bound}, but the remote serves {remote}; nothing was sent \
                 or changed"
            ),
        }
    }
}

/// Which state of a hub has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stale {
    /// It now serves another account or another epoch than the call was made for.
    Moved,
    /// The call arrived after a later one of the same device. Made again with a greater
    /// serial number, it is taken.
    OldCall {
        /// The serial number of the latest call that the hub answered.
        last: Serial,
    },
}

impl Stale {
    pub(super) fn text(self, remote: &str) -> String {
        match self {
            Self::Moved => {
                format!("{remote} has changed since the last answer; the sync starts over")
            }
            Self::OldCall { .. } => format!(
                "{remote} has already answered a later call of this device; it is made again"
            ),
        }
    }
}
