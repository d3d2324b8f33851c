//! What a store keeps: rows, the queue of what the hub has yet to hear of, and the log
//! of values that gave way.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{FieldName, Id, Millis, Row, Stamp};

/// A row as a store keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its name.
    pub id: Id,
    /// The cells that travel, those of unknown fields among them.
    pub row: Row,
    /// The values that stay on this device.
    pub local: BTreeMap<FieldName, Value>,
    /// The natural key as one text.
    pub key: Option<String>,
    /// At a hub: the row's place in the feed. 0 elsewhere.
    pub seq: u64,
    /// At a hub: it came as a birth and still has the key it was born with.
    pub born: bool,
    /// What the hub last held of it ([`Row::hash`]), or 0 for nothing.
    pub hash: u64,
    /// On a device: some hub has acknowledged it, so it is no birth any more.
    pub acked: bool,
}

impl Stored {
    /// A row without cells.
    pub fn new(id: Id) -> Self {
        Self {
            id,
            row: Row::default(),
            local: BTreeMap::new(),
            key: None,
            seq: 0,
            born: false,
            hash: 0,
            acked: false,
        }
    }
}

/// One row that the hub has yet to hear of.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// Its place in the queue; 0 before it has one.
    pub place: u64,
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// What a person would call the change.
    pub operation: Operation,
    /// The changed fields, and whether any call ever carried their present stamp.
    pub fields: BTreeMap<FieldName, bool>,
    /// Grows with every change of the row, so that an answer can tell whether the row
    /// changed while it was on the wire.
    pub change: u64,
    /// When it was first queued, in milliseconds since 1970.
    pub created_at: Millis,
    /// How often it was sent.
    pub attempts: u32,
    /// What the last attempt ended with.
    pub last_error: Option<String>,
    /// How often it failed by itself without anybody saying why.
    pub failures: u32,
    /// When it last did, in milliseconds since 1970.
    pub failed_at: Millis,
    /// Why it is not sent any more, until it changes.
    pub parked: Option<String>,
    /// The rule of the person that keeps it on this device. What is kept is not parked.
    pub kept: Option<String>,
}

/// What a person would call a queued change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A row that no hub has acknowledged.
    Create,
    /// Changed fields.
    Update,
    /// Marked as deleted.
    Delete,
}

impl Operation {
    /// Its name in the queue's table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// The operation called `name`.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Create, Self::Update, Self::Delete].into_iter().find(|it| it.name() == name)
    }
}

/// A value that gave way to another.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Its place in the log; 0 before it has one.
    pub place: u64,
    /// When it was recorded, in milliseconds since 1970.
    pub at: Millis,
    /// Whether a person should look at it.
    pub kind: AuditKind,
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// The field.
    pub field: String,
    /// The value that stands.
    pub kept: Value,
    /// When it was written.
    pub kept_stamp: Stamp,
    /// The value that gave way.
    pub lost: Value,
    /// When it was written.
    pub lost_stamp: Stamp,
    /// Why it gave way.
    pub rule: String,
}

/// Whether an audit entry is a conflict or ordinary history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditKind {
    /// An unsent change of this device met a different value.
    Conflict,
    /// A value was overwritten in the ordinary course.
    History,
}

impl AuditKind {
    /// Its name in the log's table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::History => "history",
        }
    }

    /// The kind called `name`.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Conflict, Self::History].into_iter().find(|it| it.name() == name)
    }
}
