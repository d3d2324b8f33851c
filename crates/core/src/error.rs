//! Every way in which the engine can fail, by what the caller does about it.

use crate::{Id, Millis};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of another library.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong, with which thing, and what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text that should be an id is not one.
    #[error("`{text}` is not an id: an id is a UUID such as 0193ab40-1c2d-7000-8000-0123456789ab")]
    BadId {
        /// The text, cut short.
        text: String,
    },
    /// A text that should be a stamp is not one.
    #[error("`{text}` is not a stamp of 37 hexadecimal digits")]
    BadStamp {
        /// The text, cut short.
        text: String,
    },
    /// Entities contradict themselves or each other: a mistake in the program.
    #[error("the entities of this program do not fit together: {reason}")]
    Descriptor {
        /// What contradicts what, and how to correct it.
        reason: String,
    },
    /// An entity that this program does not have.
    #[error("there is no entity `{name}`; there are: {known}")]
    UnknownEntity {
        /// The name that was asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A field that the entity does not have.
    #[error("{entity} has no field `{field}`; it has: {known}")]
    UnknownField {
        /// The entity.
        entity: String,
        /// The name that was asked for.
        field: String,
        /// The names that exist.
        known: String,
    },
    /// A value of the wrong kind.
    #[error("{entity}: `{field}` takes {expected}")]
    BadValue {
        /// The entity.
        entity: String,
        /// The field.
        field: String,
        /// What it takes.
        expected: String,
    },
    /// No such row, or it is deleted.
    #[error("{entity} has no row {id}; `driftline list {entity}` shows what there is")]
    NotFound {
        /// The entity.
        entity: String,
        /// The id that was asked for.
        id: Id,
    },
    /// A live row already has this natural key.
    #[error(
        "{entity} already has this {key}: it is {id}; change that row, or choose another {key}"
    )]
    KeyTaken {
        /// The entity.
        entity: String,
        /// The fields of the key.
        key: String,
        /// The row that has it.
        id: Id,
    },
    /// An edit of a row that cannot be edited.
    #[error("{entity} is append-only, so {id} cannot be edited; it can be deleted and restored")]
    AppendOnly {
        /// The entity.
        entity: String,
        /// The row.
        id: Id,
    },
    /// A row that was not folded with any other.
    #[error("{entity} {id} stands for itself alone, so there is nothing to take apart")]
    NotFolded {
        /// The entity.
        entity: String,
        /// The row.
        id: Id,
    },
    /// A row that was taken apart before.
    #[error("{entity} {id} was taken apart before: it goes on as {apart}; change that row")]
    AlreadyApart {
        /// The entity.
        entity: String,
        /// The row.
        id: Id,
        /// The row as which it goes on.
        apart: Id,
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
    #[error(
        "{what} does not hold what it should: {found}; run `driftline status`, then restore a backup"
    )]
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
    /// Nobody is signed in, or the sign-in ended. Changes wait.
    #[error("{remote} does not know who you are; run `driftline sign-in` (changes wait here)")]
    SignedOut {
        /// The other side.
        remote: String,
    },
    /// Nothing of this device was ever merged with the remote, and nobody has agreed to it.
    #[error(
        "nothing here was merged with {remote} yet; see what would happen with `driftline \
         sign-in --dry-run`, merge with `driftline sign-in --yes`"
    )]
    Unreviewed {
        /// The other side.
        remote: String,
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
    /// The hub now serves another account or another epoch than the call was made for.
    #[error("{remote} has changed since the last answer; the sync starts over")]
    Moved {
        /// The other side.
        remote: String,
    },
    /// A call arrived after a later one of the same device. Made again with a greater
    /// serial number, it is taken.
    #[error("{remote} has already answered a later call of this device; it is made again")]
    OldCall {
        /// The other side.
        remote: String,
        /// The serial number of the latest call that it answered.
        last: u64,
    },
    /// This store belongs to another account. Nothing was sent.
    #[error(
        "this profile belongs to {bound}, but the remote serves {met}; nothing was sent or \
         changed. Use another profile: `driftline --profile DIR sync`, or put the old remote back"
    )]
    WrongAccount {
        /// Whom the store is bound to.
        bound: String,
        /// Who was met.
        met: String,
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
         (entities: {entities}); nothing is lost here. Please report it with `driftline digest --json`"
    )]
    NotEqual {
        /// The other side.
        remote: String,
        /// Where they differ.
        entities: String,
    },
}

impl Error {
    /// Whether trying again later, with nothing changed here, can succeed.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. }
                | Self::Moved { .. }
                | Self::OldCall { .. }
                | Self::BadAnswer { .. }
        )
    }

    /// A short name of what kind of failure this is, the same in every output.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadId { .. } => "bad_id",
            Self::BadStamp { .. } => "bad_stamp",
            Self::Descriptor { .. } => "descriptor",
            Self::UnknownEntity { .. } => "unknown_entity",
            Self::UnknownField { .. } => "unknown_field",
            Self::BadValue { .. } => "bad_value",
            Self::NotFound { .. } => "not_found",
            Self::KeyTaken { .. } => "key_taken",
            Self::AppendOnly { .. } => "append_only",
            Self::NotFolded { .. } => "not_folded",
            Self::AlreadyApart { .. } => "already_apart",
            Self::Store { .. } => "store",
            Self::Damaged { .. } => "damaged",
            Self::Unavailable { .. } => "unavailable",
            Self::SignedOut { .. } => "signed_out",
            Self::Unreviewed { .. } => "unreviewed",
            Self::BatchFailed { .. } => "batch_failed",
            Self::Moved { .. } => "moved",
            Self::OldCall { .. } => "old_call",
            Self::WrongAccount { .. } => "wrong_account",
            Self::Protocol { .. } => "protocol",
            Self::BadAnswer { .. } => "bad_answer",
            Self::NotEqual { .. } => "not_equal",
        }
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
