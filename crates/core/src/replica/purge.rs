//! Purging through the door.

use std::{path::Path, sync::atomic::Ordering};

use crate::{
    Durability, Id, Millis, Replica, Result,
    device::{self, Discarded, Due},
    store::{ReadTx, StoreTx},
};

/// Rows that are purged in one transaction.
const AT_ONCE: usize = 100;

impl Replica {
    /// Purges a row for good, with what it is folded with and what it owns: nothing of them is
    /// left but marks, here at once and, once they synced, on every device. It cannot be undone.
    /// Returns how many rows were marked; 0 if it was purged before. Stopped half way, the rest
    /// is done by the next sync.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound), [`Error::Invalid`](crate::Error::Invalid), or
    /// when the store cannot be written.
    pub fn purge(&self, entity: &str, id: Id) -> Result<u64> {
        let entity = self.schema().entity(entity)?;
        self.has_purged.store(true, Ordering::Relaxed);
        let first = self.write(|tx| {
            let done = device::purge(tx.tx, &tx.moment, entity, id)?;
            done.iter().for_each(|(entity, id)| tx.changed(entity, *id));
            Ok(done.len())
        })?;
        Ok(first as u64 + self.go_on_purging(Durability::Full)?)
    }

    /// What was deleted before `before` and not purged since, by entity.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn trash(&self, before: Millis) -> Result<Vec<Discarded>> {
        self.read(|tx| device::discarded(tx, before))
    }

    /// Purges what [`Self::trash`] told of, as [`Self::purge`] does. What was restored since
    /// stays. Returns how many rows were marked.
    ///
    /// # Errors
    /// When the store cannot be read or written. What was marked by then stays purged.
    pub fn empty_trash(&self, trash: &[Discarded], before: Millis) -> Result<u64> {
        let mut count = 0;
        for Discarded { entity, rows, .. } in trash {
            let entity = self.schema().entity(entity)?;
            self.has_purged.store(true, Ordering::Relaxed);
            for some in rows.chunks(AT_ONCE) {
                count += self.write(|tx| {
                    let done = device::purge_discarded(tx.tx, &tx.moment, entity, some, before)?;
                    done.iter().for_each(|(entity, id)| tx.changed(entity, *id));
                    Ok(done.len() as u64)
                })?;
                count += self.go_on_purging(Durability::Full)?;
            }
        }
        Ok(count)
    }

    /// Marks what purged rows own and what has no mark yet.
    pub(crate) fn go_on_purging(&self, durability: Durability) -> Result<u64> {
        let mut count = 0;
        while self.store.view(|tx| device::is_purging(tx))? {
            count += self.write_with(durability, |tx| {
                let done = device::go_on_purging(tx.tx, &tx.moment)?;
                done.iter().for_each(|(entity, id)| tx.changed(entity, *id));
                Ok(done.len())
            })? as u64;
        }
        Ok(count)
    }

    /// What is to be swept after a purge, here or elsewhere.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn sweep_due(&self) -> Result<Due> {
        self.read(|tx: &dyn ReadTx| device::sweep_due(tx))
    }

    /// Takes away for good what purged rows have left in the files of the store, if that is due.
    /// A sync does it, too.
    ///
    /// # Errors
    /// As [`Store::sweep`](crate::Store::sweep).
    pub fn sweep(&self) -> Result<()> {
        let here = self.sweep_due()?.here;
        if here.is_some() {
            self.store.sweep()?;
            self.note_swept(&Due { here, ..Due::default() })?;
        }
        Ok(())
    }

    /// Marks in a copy like that of [`Self::backup`] what is purged here by now. Returns how many
    /// rows that were.
    ///
    /// # Errors
    /// As [`Store::sweep_copy`](crate::Store::sweep_copy).
    pub fn sweep_copy(&self, copy: &Path) -> Result<u64> {
        let marks = self.read(|tx: &dyn ReadTx| device::purged(tx))?;
        let (moment, mut count) = (self.moment(), 0);
        let mark = |tx: &mut dyn StoreTx| {
            count = device::mark_again(tx, &moment, &marks)?;
            while device::is_purging(tx)? {
                count += device::go_on_purging(tx, &moment)?.len() as u64;
            }
            Ok(())
        };
        self.store.sweep_copy(copy, Box::new(mark))?;
        Ok(count)
    }

    /// Notes that what was due is swept.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn note_swept(&self, due: &Due) -> Result<()> {
        self.store.transact(Durability::Full, |tx| device::swept(tx, due))
    }

    /// Whether the row was purged, on whatever device.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid), or when the store cannot be read.
    pub fn is_purged(&self, entity: &str, id: Id) -> Result<bool> {
        let entity = self.schema().entity(entity)?;
        let view = self.read(|tx: &dyn ReadTx| crate::view::view(tx, entity, id))?;
        Ok(view.is_some_and(|it| it.row.is_purged()))
    }
}
