//! What the remote does not have as it is here: how much, and as a file that outlives the
//! database.

use std::{
    io::{BufWriter, Write},
    path::Path,
};

use crate::error::{Context as _, Result};
use driftline_core::{
    Replica,
    store::{QueueCounts, QueueId, QueueList},
};
use driftline_private as private;
use serde::Serialize;
use serde_json::json;

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

/// Writes all of it to a new file, a line of JSON for each row. Returns how many there were.
pub(crate) fn export(replica: &Replica, path: &Path) -> Result<u64> {
    let shown = path.display();
    // Never over something that somebody kept.
    let file = private::options().write(true).create_new(true).open(path);
    let mut file = BufWriter::new(file.with_context(|| format!("{shown} cannot be created"))?);
    let mut count = 0;
    for list in QueueList::ALL {
        let mut after = QueueId::default();
        loop {
            let lines = replica.read(|tx| {
                let mut lines = Vec::new();
                for entry in tx.queue(list, after, BATCH)? {
                    let row = tx.get(&entry.entity, entry.id)?.map(|it| it.row);
                    let line = json!({ "entity": entry.entity, "id": entry.id, "row": row });
                    lines.push((entry.queue_id, line));
                }
                Ok(lines)
            })?;
            for (_, line) in &lines {
                writeln!(file, "{line}").with_context(|| format!("{shown} cannot be written"))?;
            }
            count += lines.len() as u64;
            match lines.last() {
                Some((last, _)) => after = *last,
                None => break,
            }
        }
    }
    let file = file.into_inner().with_context(|| format!("{shown} cannot be written"))?;
    file.sync_all().with_context(|| format!("{shown} cannot be written"))?;
    Ok(count)
}
