//! Every way in which the engine can fail, by what the caller does about it. The texts
//! say what happened to which thing. What to do next about it in a certain program is for
//! that program to say: it knows its commands, and finds them by [`Error::kind`].

mod kind;
mod why;

use std::fmt;

pub use self::{
    kind::ErrorKind,
    why::{Refusal, SignInCause, Stale},
};
use crate::{Id, Millis};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of another library.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong, and with which thing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such row, or it is deleted.
    #[error("{entity} has no row {id}")]
    NotFound {
        /// The entity.
        entity: String,
        /// The id that was asked for.
        id: Id,
    },
    /// What was given does not fit: a text, a name, a value.
    #[error("{reason}")]
    Invalid {
        /// What was given.
        what: Input,
        /// Why it does not fit, and what would.
        reason: String,
    },
    /// Other rows, or what this row is, stand against it.
    #[error("{}", why.text(entity, *id))]
    Refused {
        /// The entity.
        entity: String,
        /// The row that stands against it.
        id: Id,
        /// How it does.
        why: Refusal,
    },
    /// A local database cannot do what was asked.
    #[error("{what}; {help}")]
    Store {
        /// What failed, and on which file.
        what: String,
        /// What to do next.
        help: String,
        /// The cause.
        #[source]
        source: Option<BoxError>,
    },
    /// What is stored cannot be read: a damaged file, or a mistake of ours.
    #[error("{what} does not hold what it should: {found}")]
    Damaged {
        /// The table, row or key.
        what: String,
        /// What was found there.
        found: String,
    },
    /// The other side cannot be reached, or is busy. Tried again by itself.
    #[error("{remote} cannot be reached{}; changes wait here and are sent later", because(.source.as_ref()))]
    Unavailable {
        /// The other side.
        remote: String,
        /// When it asks to be tried again, in milliseconds from now.
        retry_after: Option<Millis>,
        /// The cause.
        #[source]
        source: Option<BoxError>,
    },
    /// The other side does not serve this device as long as nobody does something about
    /// whose rows are where. Changes wait.
    #[error("{}", why.text(remote))]
    SignIn {
        /// The other side.
        remote: String,
        /// What has to be done.
        why: SignInCause,
    },
    /// A call failed without saying which row is at fault.
    #[error("{remote} refused a batch without saying why")]
    BatchFailed {
        /// The other side.
        remote: String,
        /// The cause.
        #[source]
        source: Option<BoxError>,
    },
    /// The call was made for a state of the hub that has passed. Made anew, it is taken.
    #[error("{}", why.text(remote))]
    Stale {
        /// The other side.
        remote: String,
        /// What has passed.
        why: Stale,
    },
    /// One side is too old for the other.
    #[error(
        "{remote} speaks protocol {theirs}, this program {ours}; update {older} (changes wait here)"
    )]
    Protocol {
        /// The other side.
        remote: String,
        /// Its version.
        theirs: u32,
        /// Our version.
        ours: u32,
        /// Which one to update.
        older: &'static str,
    },
    /// The other side answered something that makes no sense. Nothing was taken from it.
    #[error("{remote} gave an answer that makes no sense: {reason}; nothing was changed by it")]
    BadAnswer {
        /// The other side.
        remote: String,
        /// What was wrong.
        reason: String,
    },
    /// Both sides have seen everything and still differ.
    #[error(
        "this device and {remote} do not hold the same rows although everything was exchanged \
         (entities: {entities}); nothing is lost here, please report it"
    )]
    NotEqual {
        /// The other side.
        remote: String,
        /// Where they differ.
        entities: String,
    },
}

/// What does not fit, of all that a caller gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// The text of an id.
    Id,
    /// The text of a stamp.
    Stamp,
    /// The name of an entity.
    Entity,
    /// The name of a field.
    Field,
    /// A value of a field or of a setting.
    Value,
    /// The entities of the program, which contradict themselves or each other.
    Schema,
}

impl Error {
    /// A text that should be an id is not one.
    pub fn bad_id(text: &str) -> Self {
        let text = excerpt(text);
        let reason = format!(
            "`{text}` is not an id: an id is a UUID such as 0193ab40-1c2d-7000-8000-0123456789ab"
        );
        Self::Invalid { what: Input::Id, reason }
    }

    /// A value of the wrong kind: the `field` of `entity` takes `expected`.
    pub fn bad_value(entity: &str, field: &str, expected: impl fmt::Display) -> Self {
        let reason = format!("{entity}: `{field}` takes {expected}");
        Self::Invalid { what: Input::Value, reason }
    }

    /// That `entity` has no such field, and which it has.
    pub fn unknown_field(entity: &str, field: &str, known: &[&str]) -> Self {
        let (field, known) = (excerpt(field), known.join(", "));
        let reason = format!("{entity} has no field `{field}`; it has: {known}");
        Self::Invalid { what: Input::Field, reason }
    }

    /// Entities that contradict themselves or each other: a mistake in the program.
    pub fn schema(reason: impl fmt::Display) -> Self {
        let reason = format!("the entities of this program do not fit together: {reason}");
        Self::Invalid { what: Input::Schema, reason }
    }

    /// Something stored that cannot be read.
    pub fn damaged(what: impl Into<String>, found: impl fmt::Display) -> Self {
        Self::Damaged { what: what.into(), found: found.to_string() }
    }

    /// A hub at which nobody is signed in.
    pub fn signed_out(remote: impl Into<String>) -> Self {
        Self::SignIn { remote: remote.into(), why: SignInCause::SignedOut }
    }
}

/// A cause, in a sentence about what it caused.
fn because(source: Option<&BoxError>) -> String {
    source.map_or_else(String::new, |it| format!(" ({it})"))
}

/// At most 80 characters of `text`, safe to show: hostile text must not fill a
/// screen or drive a terminal.
pub fn excerpt(text: &str) -> String {
    let mut shown: String =
        text.chars().take(80).map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect();
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    shown
}
