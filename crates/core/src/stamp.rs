//! When a cell was written, and by what. Stamps decide every merge, so they are
//! totally ordered and mean the same on every replica.
//!
//! They compare first by class: what a machine writes loses to what a person
//! writes. Otherwise a second machine's first import would overwrite every rename
//! and pin, because the import happens later than they did.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Error, Input, Millis, Result};

/// The order in which a cell was written.
///
/// - A *person's* stamp is a hybrid logical clock: milliseconds, a counter, a node.
/// - A *machine's* stamp (imports, defaults) is a pure function of the record it
///   comes from, never of a clock, so two imports of one record write the same stamp.
///
/// As text a stamp has 37 characters and sorts as it compares.
///
/// ```
/// use driftline_core::Stamp;
/// let import = Stamp::machine(4_000_000_000_000, 9, 1, 0);
/// let rename = Stamp::person(1, 0, 7);
/// assert!(import < rename, "a person's write wins whatever the times say");
/// assert!(import.to_string() < rename.to_string());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Stamp {
    class: u8,
    time: u64,
    count: u32,
    tail: u64,
}

const TIME_MAX: u64 = (1 << 48) - 1;

impl Stamp {
    /// A person's write at `millis` since 1970; `counter` orders writes within it,
    /// `node` tells writers apart. Times beyond 48 bits count as the last one.
    pub fn person(millis: Millis, counter: u32, node: u64) -> Self {
        Self { class: 1, time: millis.min(TIME_MAX), count: counter, tail: node }
    }

    /// A machine's write. `order` (48 bits) is the record's own time or another rank
    /// that is a function of the record; then `completeness` (a tool call with its
    /// result beats one without), the `reader`'s version, and a hash of the content.
    pub fn machine(order: u64, completeness: u16, reader: u16, hash: u64) -> Self {
        let count = u32::from(completeness) << 16 | u32::from(reader);
        Self { class: 0, time: order.min(TIME_MAX), count, tail: hash }
    }

    /// Whether a person or an agent wrote the cell, rather than an import.
    pub fn is_person(self) -> bool {
        self.class == 1
    }

    /// The time part: milliseconds since 1970 for a person's stamp.
    pub fn millis(self) -> Millis {
        self.time
    }

    /// The node part of a person's stamp.
    pub fn node(self) -> u64 {
        self.tail
    }

    /// The smallest person's stamp of `node` that is greater than every stamp with
    /// this time and counter.
    pub fn next(self, node: u64) -> Self {
        match self.count.checked_add(1) {
            Some(count) => Self::person(self.time, count, node),
            None => Self::person(self.time + 1, 0, node),
        }
    }
}

impl Stamp {
    /// The completeness from which on a machine's reading withholds something, such as a
    /// secret, that other readings of the same record have. It is greater than they are, and
    /// what gives way to it is kept nowhere.
    pub const WITHHOLDS: u16 = 0xc000;

    /// Whether a machine wrote the cell, and [withheld](Self::WITHHOLDS) something.
    pub fn withholds(self) -> bool {
        !self.is_person() && self.count >> 16 >= u32::from(Self::WITHHOLDS)
    }

    /// The stamp as 19 bytes, which sort as stamps do: the same digits as its text.
    pub fn to_bytes(self) -> [u8; 19] {
        let mut bytes = [self.class; 19];
        bytes[1..7].copy_from_slice(&self.time.to_be_bytes()[2..]);
        bytes[7..11].copy_from_slice(&self.count.to_be_bytes());
        bytes[11..].copy_from_slice(&self.tail.to_be_bytes());
        bytes
    }

    /// The stamp of [these bytes](Self::to_bytes), if they are one.
    pub fn from_bytes(bytes: [u8; 19]) -> Option<Self> {
        let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, it| sum << 8 | u64::from(*it));
        let count = u32::try_from(number(&bytes[7..11])).ok()?;
        let (class, time, tail) = (bytes[0], number(&bytes[1..7]), number(&bytes[11..]));
        (class <= 1).then_some(Self { class, time, count, tail })
    }

    /// The 37 characters, written by hand because every row that is hashed needs them.
    pub(crate) fn text(self) -> [u8; 37] {
        let mut text = [b'0' + self.class; 37];
        let numbers = [(1..13, self.time), (13..21, self.count.into()), (21..37, self.tail)];
        for (index, mut number) in numbers {
            for digit in text[index].iter_mut().rev() {
                *digit = b"0123456789abcdef"[usize::from(number.to_le_bytes()[0] & 15)];
                number >>= 4;
            }
        }
        text
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl FromStr for Stamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || {
            let reason =
                format!("`{}` is not a stamp of 37 hexadecimal digits", crate::excerpt(text));
            Error::Invalid { what: Input::Stamp, reason }
        };
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() != 37 || !text.bytes().all(digit) {
            return Err(bad());
        }
        let hex = |range| u64::from_str_radix(&text[range], 16).map_err(|_| bad());
        let class = match &text[..1] {
            "0" => 0,
            "1" => 1,
            _ => return Err(bad()),
        };
        let count = u32::from_str_radix(&text[13..21], 16).map_err(|_| bad())?;
        Ok(Self { class, time: hex(1..13)?, count, tail: hex(21..37)? })
    }
}

impl From<Stamp> for String {
    fn from(stamp: Stamp) -> Self {
        stamp.to_string()
    }
}

impl TryFrom<String> for Stamp {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}
