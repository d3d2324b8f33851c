//! A database on this machine, as the engine sees it: one write transaction at a
//! time, over rows, a queue, an audit log and a few named values. Everything that
//! syncing means is written once, over these.

mod find;
mod journal;
mod records;

use std::path::Path;

pub use self::{
    find::{Deleted, Find},
    journal::{JOURNAL_LENGTH, Journal, Noted, Notes},
    records::{AuditEntry, AuditKind, Operation, Queued, Stored},
};
use crate::{Error, Id, Millis, Result, Schema};

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

    /// Runs `job`, at most once, in one write transaction: all of it commits, or none.
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

    /// Copies everything, as it is at one moment, to a new file, and checks the copy.
    /// Returns false, and makes none, if nothing here outlives its process.
    ///
    /// # Errors
    /// When there is no room for it, `to` exists, or the copy is not sound. Nothing is
    /// left at `to` then.
    fn backup(&self, _to: &Path) -> Result<bool> {
        Ok(false)
    }

    /// Puts what [`Store::backup`] copied in the place of everything that is here: all
    /// of it, or nothing. Whoever has this store open sees it from then on.
    ///
    /// # Errors
    /// When there is no room for it, or `from` is no sound copy of such a store.
    fn restore(&self, from: &Path) -> Result<()> {
        Err(Error::Store {
            what: format!("{} cannot be put back: this store keeps no files", from.display()),
            help: "use a profile whose rows are in a file".into(),
            source: None,
        })
    }

    /// Runs `job` on what is in a copy like that of [`Store::backup`], which somebody else
    /// may have written. It is not changed by it.
    ///
    /// # Errors
    /// What `job` returned; when there is no room for it, or `from` is no sound copy of such
    /// a store.
    fn read_copy(&self, from: &Path, _job: ReadJob<'_>) -> Result<()> {
        Err(Error::Store {
            what: format!("{} cannot be read: this store keeps no files", from.display()),
            help: "use a profile whose rows are in a file".into(),
            source: None,
        })
    }
}

/// What a write transaction runs.
pub type WriteJob<'a> = Box<dyn FnOnce(&mut dyn StoreTx) -> Result<()> + 'a>;
/// What a read transaction runs.
pub type ReadJob<'a> = Box<dyn FnOnce(&dyn ReadTx) -> Result<()> + 'a>;

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

    /// What a hub last held of the row with this id ([`Stored::hash`]), and whether one
    /// has acknowledged it: as [`get`](Self::get), for less.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn held(&self, entity: &str, id: Id) -> Result<Option<(u64, bool)>>;

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
    /// those that are parked, or those that wait. What is kept here is in neither.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn queue(&self, parked: bool, after: u64, limit: usize) -> Result<Vec<Queued>>;

    /// Up to `limit` queue entries after `after` that are kept here, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn kept(&self, after: u64, limit: usize) -> Result<Vec<Queued>>;

    /// How many queue entries wait, and how many are parked.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn queue_sizes(&self) -> Result<(u64, u64)>;

    /// How many queue entries are kept here.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn kept_size(&self) -> Result<u64>;

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

    /// Up to `limit` entries of the journal after `after` (a [`Noted::revision`]), in
    /// order. Ask [`Self::journal`] whether it still reaches back to there.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn changed_since(&self, after: u64, limit: usize) -> Result<Vec<Noted>>;

    /// What the journal has.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn journal(&self) -> Result<Journal>;
}

/// What a write transaction can do besides reading.
pub trait StoreTx: ReadTx {
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

    /// Notes that a hub has acknowledged the row with this id, and what it holds of it
    /// ([`Stored::hash`]): as [`put`](Self::put), for less.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn acknowledge(&mut self, entity: &str, id: Id, hash: u64) -> Result<()>;

    /// Forgets on every row what a hub holds of it ([`Stored::hash`]).
    ///
    /// # Errors
    /// When the store cannot be written.
    fn forget_hub(&mut self) -> Result<()>;

    /// Takes everything away, as if nothing had ever been here: rows, the queue, the audit
    /// log, and named values except those in `stays` and those of the store itself. Whoever
    /// follows the journal begins anew.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn clear(&mut self, stays: &[&str]) -> Result<()>;

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

    /// Notes that a row changed for those who read it: an entry of the journal when the
    /// transaction commits, one for each row however often it is noted. The journal
    /// keeps the last [`JOURNAL_LENGTH`] of them.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn note(&mut self, entity: &str, id: Id) -> Result<()>;
}

impl dyn Store + '_ {
    /// Runs `job` in one write transaction and returns what it returned.
    ///
    /// # Errors
    /// What `job` returned, or a failure to begin or commit.
    pub fn transact<T>(
        &self,
        durability: Durability,
        job: impl FnOnce(&mut dyn StoreTx) -> Result<T>,
    ) -> Result<T> {
        let mut output = None;
        self.write(
            durability,
            Box::new(|tx| {
                output = Some(job(tx)?);
                Ok(())
            }),
        )?;
        output.ok_or_else(never_ran)
    }

    /// Runs `job` on one consistent state and returns what it returned.
    ///
    /// # Errors
    /// What `job` returned, or a failure to begin.
    pub fn view<T>(&self, job: impl FnOnce(&dyn ReadTx) -> Result<T>) -> Result<T> {
        let mut output = None;
        self.read(Box::new(|tx| {
            output = Some(job(tx)?);
            Ok(())
        }))?;
        output.ok_or_else(never_ran)
    }
}

fn never_ran() -> Error {
    Error::Damaged {
        what: "the store".into(),
        found: "it reported success without running the transaction".into(),
    }
}
