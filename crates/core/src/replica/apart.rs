//! Rows that were folded by mistake, through the door.

use crate::{
    Id, Replica, Result, Values,
    device::{self, Split},
};

impl Replica {
    /// Says what [`Self::split`] would do, and changes nothing.
    ///
    /// # Errors
    /// As [`Self::split`].
    pub fn plan_split(&self, entity: &str, member: Id, changes: &Values) -> Result<Split> {
        let entity = self.schema().entity(entity)?;
        self.store.view(|tx| device::plan_split(tx, entity, member, changes))
    }

    /// Takes `member` out of the rows that it was folded with: it goes on as a row of its
    /// own, with `changes` on top of its values.
    ///
    /// # Errors
    /// [`NotFound`](crate::Error::NotFound); [`Refused`](crate::Error::Refused) where it was folded
    /// with nothing, is apart already, cannot be edited or gets a key that is taken; and those of
    /// an edit for `changes`.
    pub fn split(&self, entity: &str, member: Id, changes: &Values) -> Result<Split> {
        let entity = self.schema().entity(entity)?;
        self.write(|tx| {
            let done = device::split(tx.tx, &tx.moment, entity, member, changes)?;
            tx.changed(entity.name, member);
            tx.changed(entity.name, done.apart);
            done.follow.iter().for_each(|(entity, id, _)| tx.changed(entity, *id));
            Ok(done)
        })
    }

    /// Undoes [`Self::split`].
    ///
    /// # Errors
    /// [`NotFound`](crate::Error::NotFound) if `member` was not taken apart.
    pub fn rejoin(&self, entity: &str, member: Id) -> Result<()> {
        let entity = self.schema().entity(entity)?;
        self.write(|tx| {
            let apart = device::rejoin(tx.tx, &tx.moment, entity, member)?;
            tx.changed(entity.name, member);
            tx.changed(entity.name, apart);
            Ok(())
        })
    }
}
