//! What happens inside one transaction: rows as their types, read from one state, written
//! all together or not at all.

use driftline_core::{self as core, Id, Result, SyncEntity, store};

use crate::{
    entry::Entry,
    query::{Query, Source},
    registered::check,
};

/// A transaction that only reads.
pub struct ReadTx<'a>(pub(crate) &'a dyn store::ReadTx);

impl ReadTx<'_> {
    /// The row that `id` stands for, unless it is deleted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get<E: SyncEntity>(&self, id: Id<E>) -> Result<Option<Entry<E>>> {
        check::<E>(self.0.schema())?;
        Ok(self.0.entry(id.erase())?.map(Entry::from))
    }

    /// The rows of `E`.
    pub fn query<E: SyncEntity>(&self) -> Query<'_, E> {
        Query::of(Source::Tx(self.0))
    }
}

/// A transaction that reads and writes. It reads what it has written itself.
pub struct WriteTx<'a, 'b>(pub(crate) &'a mut core::WriteTx<'b>);

impl WriteTx<'_, '_> {
    /// Writes a new row and returns its id.
    ///
    /// # Errors
    /// [`Error::Refused`](crate::Error::Refused) if a live row has its natural key.
    #[expect(clippy::needless_pass_by_value, reason = "the caller has no more use for it")]
    pub fn insert<E: SyncEntity>(&mut self, value: E) -> Result<Id<E>> {
        self.check::<E>()?;
        Ok(self.0.insert(&value)?.of())
    }

    /// Changes a row. Only the fields that `edit` changed are written, so edits of other
    /// fields elsewhere stay.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound); [`Error::Refused`](crate::Error::Refused) if
    /// rows of `E` cannot be edited.
    pub fn update<E: SyncEntity>(&mut self, id: Id<E>, edit: impl FnOnce(&mut E)) -> Result<()> {
        self.check::<E>()?;
        self.0.update(id.erase(), edit)
    }

    /// Deletes a row: it is hidden everywhere, and can be restored.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound).
    pub fn delete<E: SyncEntity>(&mut self, id: Id<E>) -> Result<()> {
        self.check::<E>()?;
        self.0.delete::<E>(id.erase())
    }

    /// Brings a deleted row back.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound).
    pub fn restore<E: SyncEntity>(&mut self, id: Id<E>) -> Result<()> {
        self.check::<E>()?;
        self.0.restore::<E>(id.erase())
    }

    /// The row that `id` stands for, unless it is deleted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get<E: SyncEntity>(&self, id: Id<E>) -> Result<Option<Entry<E>>> {
        ReadTx(self.0.reading()).get(id)
    }

    /// The rows of `E`.
    pub fn query<E: SyncEntity>(&self) -> Query<'_, E> {
        Query::of(Source::Tx(self.0.reading()))
    }

    fn check<E: SyncEntity>(&self) -> Result<()> {
        check::<E>(self.0.reading().schema())
    }
}
