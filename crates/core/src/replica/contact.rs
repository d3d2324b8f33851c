//! What a sync tells the door: that it is under way, how far it is, what it changed and how it
//! ended.

use std::sync::atomic::Ordering;

use super::{Changed, HELD, Replica};
use crate::{
    Durability, Id, Result, audit,
    clock::Correction,
    status::{self, Contact, Failure, Progress, Status},
};

impl Replica {
    /// Marks a sync as under way until what is returned is dropped.
    pub(crate) fn begin_sync(&self) -> Syncing<'_> {
        self.syncing.store(true, Ordering::Relaxed);
        self.show(Progress::default());
        Syncing(self)
    }

    /// Tells who looks on how far a sync is.
    pub(crate) fn show(&self, progress: Progress) {
        self.progress.send_replace(Some(progress));
    }

    /// Notes what a sync ended with.
    pub(crate) fn end_sync(&self, failure: Option<Failure>, reached: bool) -> Result<()> {
        let (now, confirmed) = (self.now(), self.correction().is_some());
        self.store.transact(Durability::Normal, |tx| {
            let mut contact = Contact::load(tx)?;
            contact.at = if reached { Some(now) } else { contact.at };
            contact.failure = failure;
            audit::sight(tx, now, confirmed)?;
            contact.store(tx)
        })
    }

    /// Whether no sync has begun since this store was opened.
    pub(crate) fn is_first_sync(&self) -> bool {
        !self.has_synced.swap(true, Ordering::Relaxed)
    }

    /// Whether something was purged through this door.
    pub(crate) fn has_purged(&self) -> bool {
        self.has_purged.load(Ordering::Relaxed)
    }

    /// Whether the last contact found the hub away.
    pub(crate) fn was_away(&self) -> Result<bool> {
        let contact = self.store.view(|tx| Contact::load(tx))?;
        Ok(contact.failure.is_some_and(|it| it.code == "unavailable"))
    }

    /// Notes why the remote could not even be tried, so that the status says it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn note_failure(&self, failure: &Failure) -> Result<()> {
        self.store.transact(Durability::Normal, |tx| {
            let mut contact = Contact::load(tx.reading())?;
            contact.failure = Some(failure.clone());
            contact.store(tx)
        })
    }

    /// Where it stands with its remote, whose name is given if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn status(&self, remote: Option<&str>) -> Result<Status> {
        let syncing = self.syncing.load(Ordering::Relaxed);
        self.store.view(|tx| status::read(tx, remote, syncing))
    }

    pub(crate) fn correct(&self, measured: Correction) {
        *self.correction() = Some(measured);
    }

    /// Tells subscribers about rows that a sync changed.
    pub(crate) fn announce(&self, rows: Vec<(String, Id)>) {
        for (entity, id) in rows {
            let _no_subscriber = self.changes.send(Changed { entity, id, here: false });
        }
    }

    /// Tells that every row may have changed. Of many, more are named than a subscriber can
    /// hold, so that each hears that it missed some.
    pub(crate) fn announce_all(&self) -> Result<()> {
        if self.changes.receiver_count() == 0 {
            return Ok(());
        }
        let rows = self.store.view(|tx| {
            let mut rows = Vec::new();
            for entity in tx.stored_entities()? {
                let some = tx.scan(&entity, None, 2 * HELD)?;
                rows.extend(some.into_iter().map(|it| (entity.clone(), it.id)));
            }
            Ok(rows)
        })?;
        self.announce(rows);
        Ok(())
    }
}

/// Marks a sync as under way, also if its future is dropped half way.
pub(crate) struct Syncing<'a>(&'a Replica);

impl Drop for Syncing<'_> {
    fn drop(&mut self) {
        self.0.syncing.store(false, Ordering::Relaxed);
        self.0.progress.send_replace(None);
    }
}
