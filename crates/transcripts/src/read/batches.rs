//! Batches of rows of many sessions: most are smaller than a batch.

use std::mem;

use super::{BATCH_BYTES, BATCH_RECORDS, Batch, Sink, refused, taking::Taking};
use crate::{Checkpoint, Draft, Found, Result, Title};

/// Rows that wait for a batch.
pub(super) struct Batches<'a, 'b> {
    found: &'a Found,
    sink: &'a mut Sink<'b>,
    waiting: Vec<Draft>,
    bytes: usize,
}

impl<'a, 'b> Batches<'a, 'b> {
    pub(super) fn of(found: &'a Found, sink: &'a mut Sink<'b>) -> Self {
        Self { found, sink, waiting: Vec::new(), bytes: 0 }
    }

    /// Takes the rows that `taking` has. What waits is handed out before there is too much of
    /// it, with the checkpoint of what it holds.
    pub(super) fn push(&mut self, taking: &mut Taking<'_>, checkpoint: &Checkpoint) -> Result<()> {
        let bytes = taking.bytes();
        let drafts = taking.drafts();
        let full = self.waiting.len() + drafts.len() > BATCH_RECORDS;
        if !self.waiting.is_empty() && (full || self.bytes + bytes > BATCH_BYTES) {
            self.hand_out(Vec::new(), checkpoint.clone())?;
        }
        self.waiting.extend(drafts);
        self.bytes += bytes;
        Ok(())
    }

    pub(super) fn hand_out(&mut self, titles: Vec<Title>, checkpoint: Checkpoint) -> Result<()> {
        self.bytes = 0;
        let batch = Batch { drafts: mem::take(&mut self.waiting), titles, checkpoint };
        (self.sink)(batch).map_err(|it| refused(&self.found.path, 0, it))
    }
}
