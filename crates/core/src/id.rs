//! Names of rows. An id says nothing about where its row lives, so it can be
//! made on any device, without asking anyone, and never has to change.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Error, Millis, Result};

/// The name of one row: a UUID. `Id<Note>` names a note and fits nothing else; plain `Id`
/// names a row of any entity, for code that knows entities only by their names.
///
/// Rows made here get a version 7 UUID (time, then randomness). Imported rows get
/// a version 8 UUID of a time and a hash of what the agent calls the record, so
/// that every device that reads the same transcript names its rows alike.
///
/// ```
/// use driftline_core::Id;
/// let one = Id::imported(0, &["claude-code", "4f0c"]);
/// assert_eq!(one, Id::imported(0, &["claude-code", "4f0c"]));
/// assert_eq!(one, one.to_string().parse()?);
///
/// struct Note;
/// let note: Id<Note> = one.of();
/// assert_eq!(note.erase(), one);
/// # Ok::<(), driftline_core::Error>(())
/// ```
///
/// ```compile_fail,E0308
/// # use driftline_core::Id;
/// # struct Note;
/// # struct Todo;
/// fn close(todo: Id<Todo>) {}
/// let note: Id<Note> = Id::imported(0, &["4f0c"]).of();
/// close(note);
/// ```
pub struct Id<E = AnyEntity>(u128, PhantomData<fn() -> E>);

/// What stands for the entity in an [`Id`] that may be of any.
#[derive(Clone, Copy, Debug)]
pub enum AnyEntity {}

impl Id {
    /// A new id: `now` in milliseconds since 1970, and random bits.
    pub fn new(now: Millis, random: [u64; 2]) -> Self {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&random[0].to_be_bytes());
        bytes[8..].copy_from_slice(&random[1].to_be_bytes()[..2]);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(now, &bytes).into_uuid())
    }

    /// The id of a record that an agent made: a function of `time` (milliseconds
    /// since 1970, or 0) and of `names`, and of nothing else.
    pub fn imported(time: Millis, names: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for name in names {
            hash.update((name.len() as u64).to_be_bytes());
            hash.update(name.as_bytes());
        }
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&time.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&hash.finalize()[..10]);
        Self::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The id of [these bytes](Self::to_bytes).
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes), PhantomData)
    }

    /// The same id, known to be of a row of `E`.
    pub fn of<E>(self) -> Id<E> {
        Id(self.0, PhantomData)
    }

    fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid.as_u128(), PhantomData)
    }
}

impl<E> Id<E> {
    /// The id as 16 bytes, which sort as ids do.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The 36 characters, for those who need many: without a string for each.
    pub fn text(self) -> [u8; 36] {
        let mut text = [0; 36];
        Uuid::from_u128(self.0).hyphenated().encode_lower(&mut text);
        text
    }

    /// The same id, of a row of any entity.
    pub fn erase(self) -> Id {
        Id(self.0, PhantomData)
    }

    /// The time inside a version 7 UUID, in milliseconds since 1970.
    pub fn time(self) -> Option<Millis> {
        let uuid = Uuid::from_u128(self.0);
        if uuid.get_version_num() == 7 { Some((self.0 >> 80) as u64) } else { None }
    }
}

// Not derived: an id is `Copy` and so on whatever its entity is.
impl<E> Clone for Id<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Id<E> {}

impl<E> PartialEq for Id<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E> Eq for Id<E> {}

impl<E> PartialOrd for Id<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Id<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<E> Hash for Id<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E> fmt::Display for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl<E> fmt::Debug for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Id {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match Uuid::try_parse(text) {
            Ok(uuid) if text.len() == 36 => Ok(Self::from_uuid(uuid)),
            _ => Err(Error::bad_id(text)),
        }
    }
}

impl<E> From<Id<E>> for String {
    fn from(id: Id<E>) -> Self {
        str::from_utf8(&id.text()).unwrap_or_default().to_owned()
    }
}

impl TryFrom<String> for Id {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl<E> Serialize for Id<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl<'de, E> Deserialize<'de> for Id<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse::<Id>().map(Id::of).map_err(de::Error::custom)
    }
}
