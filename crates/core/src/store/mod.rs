//! A database on this machine, as the engine sees it: one write transaction at a
//! time, over rows, a queue, an audit log and a few named values. Everything that
//! syncing means is written once, over these.
//!
//! Each role is a pair of traits in a file of its own, one to read and one to write;
//! [`ReadTx`] and [`StoreTx`] are all of them.

mod audit;
mod feed;
mod find;
mod journal;
mod lookup;
pub(crate) mod meta;
mod queue;
mod rows;

use std::path::Path;

pub use self::{
    audit::{AuditEntry, AuditKind, LogId, ReadAudit, WriteAudit},
    feed::{Fed, ReadFeed},
    find::{Deleted, Find},
    journal::{JOURNAL_LENGTH, Journal, Noted, NotedRun, Notes, ReadJournal, WriteJournal},
    lookup::Lookup,
    meta::{ReadMeta, WriteMeta},
    queue::{
        Hold, Operation, QueueCounts, QueueId, QueueList, Queued, ReadQueue, Standing, WriteQueue,
    },
    rows::{Held, ReadRows, Stored, WriteRows},
};
use crate::{Error, Result, Schema};

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

    /// Runs `job` on one consistent state, however long it takes: no writer waits for it.
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

    /// Takes away for good what rows that are gone have left in the files of this store: in
    /// a log, or where nothing is stored any more.
    ///
    /// # Errors
    /// When it is still there, such as while another process reads.
    fn sweep(&self) -> Result<()> {
        Ok(())
    }

    /// Runs `job` in one write transaction on a copy like that of [`Store::backup`], and sweeps
    /// that. It is one file again then.
    ///
    /// # Errors
    /// What `job` returned; when `copy` is no sound copy of such a store, or cannot be written.
    fn sweep_copy(&self, copy: &Path, _job: WriteJob<'_>) -> Result<()> {
        Err(Error::Store {
            what: format!("{} cannot be changed: this store keeps no files", copy.display()),
            help: "use a profile whose rows are in a file".into(),
            source: None,
        })
    }

    /// The file that this store is, if another store of its kind can take rows from there.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// Takes in every row of the store in the file `from`, without looking at any, and runs
    /// `job` in the same transaction with the named values of that store. Returns how many
    /// rows that were; none, and does nothing, if there are rows here or the two stores do not
    /// keep rows alike.
    ///
    /// # Errors
    /// What `job` returned; when `from` cannot be read or this store cannot be written.
    fn take_rows(&self, _from: &Path, _job: TakeJob<'_>) -> Result<Option<u64>> {
        Ok(None)
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
/// What runs where rows of another store were taken in: the second argument has its named
/// values.
pub type TakeJob<'a> = Box<dyn FnOnce(&mut dyn StoreTx, &dyn ReadMeta) -> Result<()> + 'a>;
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

/// What a transaction can read: every role of a store.
pub trait ReadTx: ReadRows + ReadFeed + ReadQueue + ReadAudit + ReadJournal + ReadMeta {}

impl<T: ReadRows + ReadFeed + ReadQueue + ReadAudit + ReadJournal + ReadMeta> ReadTx for T {}

/// What a write transaction can do besides reading.
pub trait StoreTx: ReadTx + WriteRows + WriteQueue + WriteAudit + WriteJournal + WriteMeta {
    /// Takes everything away, as if nothing had ever been here: rows, the queue, the audit
    /// log, and named values except those in `stays` and those of the store itself. Whoever
    /// follows the journal begins anew.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn clear(&mut self, stays: &[&str]) -> Result<()>;
}

/// Rows read at once: at first, at most, and how many bytes they may be before it is fewer.
const STEP_FIRST: usize = 8;
const STEP: usize = 500;
const STEP_BYTES: usize = 4 << 20;

impl dyn ReadTx + '_ {
    /// Hands over every row, deleted ones and those of entities outside the schema among
    /// them: aliases first, then what others refer to before these, each entity by id. Few
    /// are in memory at a time, whatever there is.
    ///
    /// # Errors
    /// What `job` returned, or when the store cannot be read.
    pub fn each_row(&self, mut job: impl FnMut(&str, Stored) -> Result<()>) -> Result<()> {
        let known = self.schema().tables().map(|it| it.name.to_owned());
        let mut names: Vec<String> = known.collect();
        let others = self.stored_entities()?.into_iter();
        names.extend(others.filter(|it| self.schema().get(it).is_none()));
        names.iter().try_for_each(|entity| self.each_row_of(entity, |it| job(entity, it)))
    }

    /// Hands over every row of one entity, by id.
    ///
    /// # Errors
    /// What `job` returned, or when the store cannot be read.
    pub fn each_row_of(
        &self,
        entity: &str,
        mut job: impl FnMut(Stored) -> Result<()>,
    ) -> Result<()> {
        let (mut step, mut after) = (STEP_FIRST, None);
        loop {
            let rows = self.scan(entity, after, step)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id);
            let bytes: usize = rows.iter().map(Stored::weight).sum();
            step = if bytes > STEP_BYTES { step / 2 } else { step * 2 }.clamp(1, STEP);
            rows.into_iter().try_for_each(&mut job)?;
        }
    }
}

impl dyn StoreTx + '_ {
    /// This transaction as one that only reads.
    pub fn reading(&self) -> &dyn ReadTx {
        self
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
