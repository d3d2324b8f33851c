//! A database on this machine, as the engine sees it: one write transaction at a
//! time, over rows, a queue, an audit log and a few named values. Everything that
//! syncing means is written once, over these.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::Value;

use crate::{FieldName, Id, Millis, Result, Row, Schema, Stamp};

/// A database that can be the local side of a replica, or (through
/// [`Hub`](crate::Hub)) the remote side of others.
///
/// Contract: writes are serialised, also between processes. A job runs against one
/// consistent state and sees its own writes; if it fails or the process dies, nothing
/// of it is kept. No constraint on synced tables beyond the primary key: natural keys
/// and references can both be false for a moment.
pub trait Store: Send + Sync {
    /// The entities this store has tables for. Rows of others are kept, too.
    fn schema(&self) -> &Schema;

    /// Runs `job` in one write transaction: all of it commits, or none.
    ///
    /// # Errors
    /// What `job` returned, or a failure to begin or commit.
    fn write(&self, durability: Durability, job: WriteJob<'_>) -> Result<()>;

    /// Runs `job` on one consistent state, without waiting for writers.
    ///
    /// # Errors
    /// What `job` returned, or a failure to begin.
    fn read(&self, job: ReadJob<'_>) -> Result<()>;

    /// Something that changes whenever the data does, also by another process.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn version(&self) -> Result<u64>;
}

/// What a write transaction runs.
pub type WriteJob<'a> = &'a mut dyn FnMut(&mut dyn Tx) -> Result<()>;
/// What a read transaction runs.
pub type ReadJob<'a> = &'a mut dyn FnMut(&dyn ReadTx) -> Result<()>;

/// How much a commit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Until the data would survive a power cut: for what a person writes.
    Full,
    /// Until the data would survive a crash of the program: for what can be read again.
    Normal,
}

/// What a transaction can read. Entities are named; names the schema does not know
/// are allowed and lead to the rows kept for newer programs.
pub trait ReadTx {
    /// The entities of this store.
    fn schema(&self) -> &Schema;

    /// The row with this id.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn get(&self, entity: &str, id: Id) -> Result<Option<Stored>>;

    /// The ids of rows whose own natural key is `key`, in order.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn with_key(&self, entity: &str, key: &str) -> Result<Vec<Id>>;

    /// Rows that match, in order. The entity must be in the schema.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn find(&self, entity: &str, find: &Find) -> Result<Vec<Stored>>;

    /// How many rows match, regardless of `limit` and `offset`.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn count(&self, entity: &str, find: &Find) -> Result<u64>;

    /// Up to `limit` rows with ids after `after`, by id.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn scan(&self, entity: &str, after: Option<Id>, limit: usize) -> Result<Vec<Stored>>;

    /// The entities that rows are kept for, in the schema or not.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn stored_entities(&self) -> Result<Vec<String>>;

    /// Up to `limit` rows of any entity whose sequence number is above `after`, by it.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn feed(&self, after: u64, limit: usize) -> Result<Vec<(String, Stored)>>;

    /// A named value.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn meta(&self, key: &str) -> Result<Option<String>>;

    /// The queue entry of a row.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn queued(&self, entity: &str, id: Id) -> Result<Option<Queued>>;

    /// Up to `limit` queue entries after `after` (a [`Queued::place`]), oldest first:
    /// those that are parked, or those that are not.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn queue(&self, parked: bool, after: u64, limit: usize) -> Result<Vec<Queued>>;

    /// How many queue entries wait, and how many are parked.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn queue_sizes(&self) -> Result<(u64, u64)>;

    /// Up to `limit` entries of the audit log, newest first, of one kind or both.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn audit(&self, kind: Option<AuditKind>, limit: usize) -> Result<Vec<AuditEntry>>;
}

/// What a write transaction can do besides reading.
pub trait Tx: ReadTx {
    /// This transaction as one that only reads.
    fn reading(&self) -> &dyn ReadTx;

    /// Stores a row under its id, replacing what was there.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn put(&mut self, entity: &str, stored: &Stored) -> Result<()>;

    /// Takes a row away, as if it had never been.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn remove(&mut self, entity: &str, id: Id) -> Result<()>;

    /// Forgets on every row what a hub holds of it ([`Stored::hash`]).
    ///
    /// # Errors
    /// When the store cannot be written.
    fn forget_hub(&mut self) -> Result<()>;

    /// Sets a named value, or takes it away.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn set_meta(&mut self, key: &str, value: Option<&str>) -> Result<()>;

    /// Stores the queue entry of a row, replacing what was there. An entry that is new
    /// goes to the end of the queue.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn enqueue(&mut self, entry: &Queued) -> Result<()>;

    /// Takes the queue entry of a row away.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn dequeue(&mut self, entity: &str, id: Id) -> Result<()>;

    /// Appends to the audit log, or replaces the entry with the same
    /// [`AuditEntry::place`] if that is not 0.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn record(&mut self, entry: &AuditEntry) -> Result<()>;

    /// Removes audit entries older than `before`, in milliseconds since 1970.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn prune_audit(&mut self, before: Millis) -> Result<()>;
}

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

/// Which rows [`ReadTx::find`] gives, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// Fields and the value each must have; null for none.
    pub equal: Vec<(Cow<'static, str>, Value)>,
    /// Whether rows marked as deleted are among them, or only they.
    pub deleted: Deleted,
    /// The field to sort by (nulls first, then by id); by id if none.
    pub order: Option<Cow<'static, str>>,
    /// Greatest first.
    pub descending: bool,
    /// How many to pass over.
    pub offset: usize,
    /// How many at most; 0 for all.
    pub limit: usize,
}

impl Find {
    /// Every row that is not deleted.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only rows with this value; null for none.
    #[must_use]
    pub fn equal(mut self, field: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        self.equal.push((field.into(), value.into()));
        self
    }

    /// Only rows that refer to this one.
    #[must_use]
    pub fn refers(self, field: impl Into<Cow<'static, str>>, id: Id) -> Self {
        self.equal(field, id.to_string())
    }

    /// Smallest first.
    #[must_use]
    pub fn ascending(self, field: impl Into<Cow<'static, str>>) -> Self {
        Self { order: Some(field.into()), descending: false, ..self }
    }

    /// Greatest first.
    #[must_use]
    pub fn descending(self, field: impl Into<Cow<'static, str>>) -> Self {
        Self { order: Some(field.into()), descending: true, ..self }
    }

    /// At most so many; 0 for all.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// Only, also, or no deleted rows.
    #[must_use]
    pub fn deleted(self, deleted: Deleted) -> Self {
        Self { deleted, ..self }
    }
}

/// How deleted rows are treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deleted {
    /// Left out.
    #[default]
    Hidden,
    /// Only these.
    Only,
    /// Among the others.
    Included,
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
    /// Why it is not sent any more, until it changes.
    pub parked: Option<String>,
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

impl dyn Store + '_ {
    /// Runs `job` in one write transaction and returns what it returned.
    ///
    /// # Errors
    /// What `job` returned, or a failure to begin or commit.
    pub fn transact<T>(
        &self,
        durability: Durability,
        mut job: impl FnMut(&mut dyn Tx) -> Result<T>,
    ) -> Result<T> {
        let mut output = None;
        self.write(durability, &mut |tx| {
            output = Some(job(tx)?);
            Ok(())
        })?;
        output.ok_or_else(never_ran)
    }

    /// Runs `job` on one consistent state and returns what it returned.
    ///
    /// # Errors
    /// What `job` returned, or a failure to begin.
    pub fn view<T>(&self, mut job: impl FnMut(&dyn ReadTx) -> Result<T>) -> Result<T> {
        let mut output = None;
        self.read(&mut |tx| {
            output = Some(job(tx)?);
            Ok(())
        })?;
        output.ok_or_else(never_ran)
    }
}

fn never_ran() -> crate::Error {
    crate::Error::Damaged {
        what: "the store".into(),
        found: "it reported success without running the transaction".into(),
    }
}
