//! Rows that are held, through the door: who judges, what is held, and what is decided.

use std::sync::Arc;

use crate::{
    Id, Replica, Result, Row, Values,
    device::{self, Decision, Guard},
    store::{Hold, QueueId, QueueList, Queued, ReadTx},
};

/// Entries read at once.
const STEP: usize = 500;

impl Replica {
    /// The same with a guard: what it names of what people write is held until they decide.
    #[must_use]
    pub fn guarded(self, guard: Arc<dyn Guard>) -> Self {
        Self { guard: Some(guard), ..self }
    }

    pub(crate) fn guard(&self) -> Option<&dyn Guard> {
        self.guard.as_deref()
    }

    /// Every queue entry that is held, in the order of their numbers.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn held(&self) -> Result<Vec<Queued>> {
        self.read(|tx| {
            let mut all: Vec<Queued> = Vec::new();
            loop {
                let after = all.last().map_or_else(QueueId::default, |it| it.queue_id);
                let page = tx.queue(QueueList::Held, after, STEP)?;
                if page.is_empty() {
                    return Ok(all);
                }
                all.extend(page);
            }
        })
    }

    /// What would be held of `row` if it were to be sent now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn would_hold(&self, tx: &dyn ReadTx, entity: &str, row: &Row) -> Result<Option<Hold>> {
        self.guard().map_or(Ok(None), |guard| device::find_hold(tx, guard, entity, row))
    }

    /// Notes what the owner of a held row decides. Until the row is sent, it can be decided
    /// anew. Returns false if there is nothing to decide, and changes nothing then.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn decide(&self, entity: &str, id: Id, decision: Decision) -> Result<bool> {
        self.write(|tx| {
            let found = device::decide(tx.tx, self.guard(), entity, id, decision)?;
            if found {
                tx.note(entity, id)?;
                tx.changed(entity, id);
            }
            Ok(found)
        })
    }

    /// Writes values into a row that is held, also if it is deleted or belongs to what is.
    ///
    /// # Errors
    /// As [`Self::update_values`].
    pub fn replace_held(&self, entity: &str, id: Id, values: &Values) -> Result<()> {
        let entity = self.schema().entity(entity)?;
        self.write(|tx| {
            device::update(tx.tx, &tx.moment, entity, id, values.clone())?;
            tx.changed(entity.name, id);
            Ok(())
        })
    }
}
