//! The form of the vectors, as it is written and read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Field, stamp, and the text of the value.
pub type Cell = (String, String, String);

/// Rows, and the row that they join to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinCase {
    /// What it is about.
    pub name: String,
    /// The entity that the rows are of.
    pub entity: String,
    /// Their id.
    pub id: String,
    /// Two or three rows.
    pub rows: Vec<Vec<Cell>>,
    /// What they join to.
    pub joined: Vec<Cell>,
    /// The hash of each row.
    pub hashes: Vec<String>,
    /// The hash of what they join to.
    pub hash: String,
    /// The sum of `hashes`.
    pub digest: String,
}

/// A number as a double and as a text, or only a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberCase {
    /// What it is about.
    pub name: String,
    /// The bits of the double that `text` is the text of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<String>,
    /// The text.
    pub text: String,
    /// Whether it is the one text of its number.
    pub canonical: bool,
}

/// The story of one hub.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubCase {
    /// What it is about.
    pub name: String,
    /// What is pushed, in order.
    pub pushes: Vec<VectorPush>,
    /// Every row that the hub holds at the end, by its place.
    pub feed: Vec<Kept>,
    /// The greatest place.
    pub head: u64,
    /// Per entity, those that are not zero.
    pub digests: BTreeMap<String, String>,
}

/// One call of a device, and what comes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorPush {
    /// What the hub's clock shows, in milliseconds since 1970.
    pub time: u64,
    /// Who calls.
    pub device: String,
    /// The number of the call.
    pub serial: u64,
    /// The version of the caller, if it is not the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<u32>,
    /// What the call names wrongly: `account` or `epoch`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong: Option<String>,
    /// The rows.
    pub changes: Vec<SentChange>,
    /// What the hub answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<VectorAnswers>,
    /// Why it takes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<CallError>,
}

/// A row on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentChange {
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: String,
    /// No hub ever acknowledged it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub birth: bool,
    /// It is all that the sender has of the row.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// By field.
    pub cells: Vec<Cell>,
}

/// What a hub answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorAnswers {
    /// The greatest place after the call.
    pub head: u64,
    /// One for each change.
    pub answers: Vec<VectorAnswer>,
    /// Facts that the hub recorded, with their places.
    pub recorded: Vec<(u64, SentChange)>,
    /// Per entity, those that are not zero.
    pub digests: BTreeMap<String, String>,
}

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum VectorAnswer {
    /// It is in the feed.
    Accepted {
        /// Its place.
        seq: u64,
        /// The hash of what the hub holds now.
        hash: String,
    },
    /// These fields carry stamps too far ahead.
    ClockAhead {
        /// The fields, in order.
        fields: Vec<String>,
    },
    /// The hub does not have the row, and this is only a part of it.
    NeedWhole,
    /// It can never be taken; why is not compared.
    Refused,
}

/// Why a hub took nothing of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallError {
    /// `moved`, `old_call` or `protocol`.
    pub code: String,
    /// With `old_call`: the number of the latest call that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<u64>,
}

/// A row as a hub keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Its place.
    pub seq: u64,
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: String,
    /// The hash of its cells.
    pub hash: String,
    /// By field.
    pub cells: Vec<Cell>,
}
