//! The log of values that gave way to others.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Id, Millis, Result, Stamp};

/// A value that gave way to another.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Its number in the log; none before it has one.
    pub log_id: Option<LogId>,
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
    pub winner: Value,
    /// When it was written.
    pub winner_stamp: Stamp,
    /// The value that gave way.
    pub lost: Value,
    /// When it was written.
    pub lost_stamp: Stamp,
    /// Why it gave way.
    pub rule: String,
}

/// The number of an entry of the audit log: greater than every one before.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct LogId(pub u64);

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
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

/// Reads the audit log.
pub trait ReadAudit {
    /// Up to `limit` entries of the audit log, newest first, of one kind or both.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn audit(&self, kind: Option<AuditKind>, limit: usize) -> Result<Vec<AuditEntry>>;

    /// The audit entries of one row, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn audit_of(&self, entity: &str, id: Id) -> Result<Vec<AuditEntry>>;

    /// Whether an entry tells that the value of `field` with the stamp `lost` gave way in a row.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn tells_of(&self, entity: &str, id: Id, field: &str, lost: Stamp) -> Result<bool> {
        let is_it = |it: &AuditEntry| it.field == field && it.lost_stamp == lost;
        Ok(self.audit_of(entity, id)?.iter().any(is_it))
    }
}

/// Writes the audit log.
pub trait WriteAudit: ReadAudit {
    /// Appends an entry, or replaces the one with the same [`AuditEntry::log_id`] if it
    /// has one.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn record(&mut self, entry: &AuditEntry) -> Result<()>;

    /// Removes the audit entries of one row.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn erase_audit(&mut self, entity: &str, id: Id) -> Result<()>;

    /// Removes audit entries older than `before`, in milliseconds since 1970.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn prune_audit(&mut self, before: Millis) -> Result<()>;
}
