//! Names of rows. An id says nothing about where its row lives, so it can be
//! made on any device, without asking anyone, and never has to change.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Error, Millis, Result};

/// The name of one row: a UUID.
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
/// # Ok::<(), driftline_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Id(u128);

impl Id {
    /// A new id: `now` in milliseconds since 1970, and random bits.
    pub fn new(now: Millis, random: [u64; 2]) -> Self {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&random[0].to_be_bytes());
        bytes[8..].copy_from_slice(&random[1].to_be_bytes()[..2]);
        Self(uuid::Builder::from_unix_timestamp_millis(now, &bytes).into_uuid().as_u128())
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
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid().as_u128())
    }

    /// The id as 16 bytes, which sort as ids do.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The id of [these bytes](Self::to_bytes).
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// The time inside a version 7 UUID, in milliseconds since 1970.
    pub fn time(self) -> Option<Millis> {
        let uuid = Uuid::from_u128(self.0);
        if uuid.get_version_num() == 7 { Some((self.0 >> 80) as u64) } else { None }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_u128(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Id {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match Uuid::try_parse(text) {
            Ok(uuid) if text.len() == 36 => Ok(Self(uuid.as_u128())),
            _ => Err(Error::bad_id(text)),
        }
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for Id {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}
