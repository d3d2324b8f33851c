//! What the remote does not have as it is here: how much, and as a file that outlives the
//! database.

use std::{
    io::{BufWriter, Write},
    path::Path,
};

use crate::error::{Context as _, Result};
use driftline_core::{
    Replica,
    store::{Queued, ReadTx},
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
    pub kept: u64,
}

impl Unsent {
    pub(crate) fn none() -> Self {
        Self { waiting: 0, parked: 0, kept: 0 }
    }

    /// Counts them.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn of(replica: &Replica) -> Result<Self> {
        let ((waiting, parked), kept) =
            replica.read(|tx| Ok((tx.queue_sizes()?, tx.kept_size()?)))?;
        Ok(Self { waiting, parked, kept })
    }

    /// All that was meant for the remote.
    pub fn meant(self) -> u64 {
        self.waiting + self.parked
    }

    /// All that the remote does not have.
    pub fn all(self) -> u64 {
        self.meant() + self.kept
    }
}

/// Writes all of it to a new file, a line of JSON for each row. Returns how many there were.
pub(crate) fn export(replica: &Replica, path: &Path) -> Result<u64> {
    let shown = path.display();
    // Never over something that somebody kept.
    let file = private::options().write(true).create_new(true).open(path);
    let mut file = BufWriter::new(file.with_context(|| format!("{shown} cannot be created"))?);
    let mut count = 0;
    type List = fn(&dyn ReadTx, u64) -> driftline_core::Result<Vec<Queued>>;
    let lists: [List; 3] = [
        |tx, after| tx.queue(false, after, BATCH),
        |tx, after| tx.queue(true, after, BATCH),
        |tx, after| tx.kept(after, BATCH),
    ];
    for list in lists {
        let mut after = 0;
        loop {
            let lines = replica.read(|tx| {
                let mut lines = Vec::new();
                for entry in list(tx, after)? {
                    let row = tx.get(&entry.entity, entry.id)?.map(|it| it.row);
                    let line = json!({ "entity": entry.entity, "id": entry.id, "row": row });
                    lines.push((entry.place, line));
                }
                Ok(lines)
            })?;
            for (_, line) in &lines {
                writeln!(file, "{line}").with_context(|| format!("{shown} cannot be written"))?;
            }
            count += lines.len() as u64;
            match lines.last() {
                Some((place, _)) => after = *place,
                None => break,
            }
        }
    }
    let file = file.into_inner().with_context(|| format!("{shown} cannot be written"))?;
    file.sync_all().with_context(|| format!("{shown} cannot be written"))?;
    Ok(count)
}
