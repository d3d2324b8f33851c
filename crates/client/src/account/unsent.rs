//! What the remote does not have as it is here: how much, and as a file that outlives the
//! database.

use std::{collections::BTreeMap, path::Path};

use driftline_core::{
    Replica,
    device::Exported,
    store::{QueueCounts, QueueId, QueueList},
};
use serde::Serialize;

use crate::{Result, export::Writer};

const BATCH: usize = 500;

/// Rows with changes that the remote does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Unsent {
    /// That wait.
    pub waiting: u64,
    /// That the remote refused.
    pub parked: u64,
    /// That their owner keeps here.
    pub excluded: u64,
    /// That wait for a decision of their owner.
    pub held: u64,
}

impl Unsent {
    pub(crate) fn none() -> Self {
        Self { waiting: 0, parked: 0, excluded: 0, held: 0 }
    }

    /// Counts them.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn of(replica: &Replica) -> Result<Self> {
        let QueueCounts { waiting, parked, excluded, held } =
            replica.read(|tx| tx.queue_counts())?;
        Ok(Self { waiting, parked, excluded, held })
    }

    /// All that was meant for the remote.
    pub fn meant(self) -> u64 {
        self.waiting + self.parked
    }

    /// All that the remote does not have.
    pub fn all(self) -> u64 {
        self.meant() + self.excluded + self.held
    }
}

/// Writes all of it to a new export file, so that it can be joined again. Returns how many
/// rows there were.
pub(crate) fn export(replica: &Replica, path: &Path) -> Result<u64> {
    let mut to = Writer::create(path, BTreeMap::new(), replica.env().wall())?;
    replica.read(|tx| {
        for list in QueueList::ALL {
            let mut after = QueueId::default();
            loop {
                let entries = tx.queue(list, after, BATCH)?;
                let Some(last) = entries.last() else { break };
                after = last.queue_id;
                for entry in entries {
                    if let Some(stored) = tx.get(&entry.entity, entry.id)? {
                        to.row(&Exported::of(&entry.entity, stored))?;
                    }
                }
            }
        }
        Ok(())
    })?;
    let (sums, _bytes) = to.finish()?;
    Ok(sums.count())
}
