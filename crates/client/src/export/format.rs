//! What an export file is: lines of JSON. The first one says what it is, then there is one
//! for each row, and the last one says how many there were and what they add up to, so that
//! a file that was cut off or changed is told.
//!
//! ```text
//! {"driftline":"export","version":1,"protocol":3,"program":"0.1.0","made":"2026-..","rows":{..}}
//! {"entity":"sessions","id":"..","row":{"name":{"stamp":"..","value":".."}},"acked":true}
//! {"end":{"rows":{"sessions":1},"digests":{"sessions":"01ab.."}}}
//! ```

use std::collections::BTreeMap;

use driftline_core::{Digests, PROTOCOL, device::Exported};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Raised when a line means something that older programs do not know.
pub(super) const VERSION: u32 = 1;

const WHAT: &str = "export";

/// How many rows there are of each entity.
pub(super) type Counts = BTreeMap<String, u64>;

/// The first line.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    driftline: String,
    pub(super) version: u32,
    pub(super) protocol: u32,
    /// The version of the program that wrote it.
    #[serde(default)]
    program: String,
    #[serde(default)]
    made: String,
    /// How many rows there are of each entity that the program knew.
    #[serde(default)]
    pub(super) rows: Counts,
}

impl Header {
    pub(super) fn new(rows: Counts, made: String) -> Self {
        let (driftline, program) = (WHAT.to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        Self { driftline, version: VERSION, protocol: PROTOCOL, program, made, rows }
    }

    /// Reads a first line; nothing, if it is that of another kind of file.
    pub(super) fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok().filter(|it: &Self| it.driftline == WHAT)
    }
}

/// The last line.
#[derive(Serialize, Deserialize)]
pub(super) struct End {
    pub(super) end: Sums,
}

impl End {
    /// How the last line begins, and no other.
    pub(super) const BEGINS: &str = "{\"end\":";
}

/// What the rows of a file add up to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sums {
    /// How many there are of each entity.
    pub(super) rows: Counts,
    /// The sum over the hashes of each entity's.
    #[serde(serialize_with = "write_hex", deserialize_with = "read_hex")]
    pub(super) digests: Digests,
}

impl Sums {
    pub(super) fn add(&mut self, row: &Exported) {
        *self.rows.entry(row.entity.clone()).or_default() += 1;
        let sum = self.digests.entry(row.entity.clone()).or_default();
        *sum = sum.wrapping_add(row.hash());
    }

    /// How many rows there are.
    pub(crate) fn count(&self) -> u64 {
        self.rows.values().sum()
    }
}

/// As hexadecimal digits: few programs read whole numbers beyond 2^53.
fn write_hex<S: Serializer>(sums: &Digests, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(sums.iter().map(|(entity, sum)| (entity, format!("{sum:016x}"))))
}

fn read_hex<'de, D: Deserializer<'de>>(from: D) -> Result<Digests, D::Error> {
    let sums: BTreeMap<String, String> = Deserialize::deserialize(from)?;
    let read = |(entity, sum): (String, String)| {
        let sum = u64::from_str_radix(&sum, 16).map_err(de::Error::custom)?;
        Ok((entity, sum))
    };
    sums.into_iter().map(read).collect()
}
