//! Reading ahead: a thread of its own reads files while the caller stores what was read. Both
//! take about as long, so that an import takes half of what they take one after the other.

use std::{ops::ControlFlow, sync::mpsc::sync_channel, thread};

use crate::{Batch, Checkpoint, FileReport, Found, Result, Secrets, read};

/// Batches that may wait to be stored: each may be some megabytes.
const WAITING: usize = 2;

/// What reading a file brings.
#[derive(Debug)]
pub enum Part {
    /// Rows, with how far the file is read once they are stored.
    Rows(Batch),
    /// Nothing more comes: what the file holds, or why it cannot be read.
    End(Result<FileReport>),
}

#[derive(Debug, thiserror::Error)]
#[error("nobody takes what is read any more")]
struct Stopped;

/// Reads `found`, one file after the other, each beyond what `known` says of it, as [`read`] does,
/// and hands what comes to `take` until that has enough.
pub fn read_ahead<'a>(
    found: &'a [Found],
    secrets: Secrets,
    known: impl Fn(&Found) -> Option<Checkpoint> + Send,
    take: &mut dyn FnMut(&'a Found, Part) -> ControlFlow<()>,
) {
    let (sender, receiver) = sync_channel(WAITING);
    thread::scope(|scope| {
        scope.spawn(move || {
            for it in found {
                let send = |part| sender.send((it, part)).map_err(|_| Stopped);
                let report = read(it, known(it).as_ref(), secrets, &mut |batch| {
                    Ok(send(Part::Rows(batch))?)
                });
                if send(Part::End(report)).is_err() {
                    return;
                }
            }
        });
        for (it, part) in receiver {
            if take(it, part).is_break() {
                return;
            }
        }
    });
}
