//! The queue of what the hub has yet to hear of: one entry per row.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{FieldName, Id, Millis, Result};

/// One row that the hub has yet to hear of.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// Its number in the queue; the store gives it one.
    pub queue_id: QueueId,
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// What a person would call the change.
    pub operation: Operation,
    /// The changed fields, and whether any call ever carried their present stamp, if a person gave
    /// it.
    pub fields: BTreeMap<FieldName, bool>,
    /// Grows with every change of the row, so that an answer can tell whether the row
    /// changed while it was on the wire.
    pub change: u64,
    /// When it was first queued, in milliseconds since 1970.
    pub created_at: Millis,
    /// How often a call with it failed.
    pub attempts: u32,
    /// What the last attempt ended with.
    pub last_error: Option<String>,
    /// How often it failed by itself without anybody saying why.
    pub failures: u32,
    /// When it last did, in milliseconds since 1970.
    pub failed_at: Millis,
    /// Whether it will be sent.
    pub standing: Standing,
}

impl Queued {
    /// Why it is parked, if it is.
    pub fn parked(&self) -> Option<&str> {
        match &self.standing {
            Standing::Parked(reason) => Some(reason),
            _ => None,
        }
    }

    /// The rule that excludes it, if one does.
    pub fn excluded(&self) -> Option<&str> {
        match &self.standing {
            Standing::Excluded(rule) => Some(rule),
            _ => None,
        }
    }

    /// Why it is held, if it is.
    pub fn held(&self) -> Option<&Hold> {
        match &self.standing {
            Standing::Held(hold) => Some(hold),
            _ => None,
        }
    }

    /// Sets it aside for `reason`, until it changes. What a rule excludes stays excluded.
    pub(crate) fn park(&mut self, reason: &str) {
        self.last_error = Some(reason.to_owned());
        if self.excluded().is_none() {
            self.standing = Standing::Parked(reason.to_owned());
        }
    }
}

/// The number of a queue entry, the same as long as its row waits. Entries are read in the
/// order of their numbers, which is the store's; the default comes before all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueueId(pub u64);

/// Whether a queue entry will be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It will.
    #[default]
    Waiting,
    /// Not until it changes; why.
    Parked(String),
    /// Not while this rule of the person keeps it on this device.
    Excluded(String),
    /// Not before its owner agrees to what a guard found in it.
    Held(Hold),
}

/// What a guard found in a row, so that it is not sent before its owner agrees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The fields, and the rule by which each was found.
    pub fields: BTreeMap<FieldName, String>,
    /// Whether its owner has decided that all of them stay on this device.
    pub kept: bool,
}

impl Standing {
    /// The list that entries which stand so are in.
    pub fn list(&self) -> QueueList {
        match self {
            Self::Waiting => QueueList::Waiting,
            Self::Parked(_) => QueueList::Parked,
            Self::Excluded(_) => QueueList::Excluded,
            Self::Held(_) => QueueList::Held,
        }
    }
}

/// The queue entries that stand alike. Each is in one of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QueueList {
    /// Those that will be sent.
    Waiting,
    /// Those that the hub refused.
    Parked,
    /// Those that a rule keeps here.
    Excluded,
    /// Those that wait for a decision of their owner.
    Held,
}

impl QueueList {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Parked, Self::Excluded, Self::Held];
}

/// How many queue entries there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// Those that will be sent.
    pub waiting: u64,
    /// Those that the hub refused.
    pub parked: u64,
    /// Those that a rule keeps here.
    pub excluded: u64,
    /// Those that wait for a decision of their owner.
    pub held: u64,
}

/// Reads the queue.
pub trait ReadQueue {
    /// The queue entry of a row.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn queued(&self, entity: &str, id: Id) -> Result<Option<Queued>>;

    /// Up to `limit` entries of one list after `after`, in the order of their numbers.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn queue(&self, list: QueueList, after: QueueId, limit: usize) -> Result<Vec<Queued>>;

    /// How many entries there are.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn queue_counts(&self) -> Result<QueueCounts>;
}

/// Writes the queue.
pub trait WriteQueue: ReadQueue {
    /// Stores the queue entry of a row that is here, replacing what was there.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn enqueue(&mut self, entry: &Queued) -> Result<()>;

    /// As [`enqueue`](Self::enqueue), of an entry that was read, and of which nothing changed
    /// since but its fields.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn mark_sent(&mut self, entry: &Queued) -> Result<()> {
        self.enqueue(entry)
    }

    /// Takes the queue entry of a row away.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn dequeue(&mut self, entity: &str, id: Id) -> Result<()>;

    /// Takes the queue entry of a row away if its change counter still is `change`. Returns
    /// whether it was. A store that numbers entries may look for this `number` alone; an entry
    /// that got another one since counts as changed.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn dequeue_unchanged(
        &mut self,
        entity: &str,
        id: Id,
        _number: QueueId,
        change: u64,
    ) -> Result<bool> {
        let unchanged = self.queued(entity, id)?.is_some_and(|it| it.change == change);
        if unchanged {
            self.dequeue(entity, id)?;
        }
        Ok(unchanged)
    }
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
