//! Rows that a hub did not take: how long one waits that failed without a name, when it is set
//! aside, and when it returns.

use std::mem;

use super::{
    batch::Batch,
    queue::{each, unchanged},
};
use crate::{
    Millis, Result,
    device::position,
    store::{QueueList, Standing, StoreTx, WriteQueue},
};

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;
/// How long a row that failed without a name waits before it is tried again: it may have
/// been the hub's fault, and of a kind that passes.
pub(crate) const PAUSE: Millis = MINUTE;
/// How often it may fail so, each time in another sync, before it is parked.
const FAILURES: u32 = 3;

/// Whether so long has passed. A clock that was set back since is no reason to wait.
pub(super) fn has_passed(length: Millis, since: Millis, now: Millis) -> bool {
    since > now || now - since >= length
}

/// Notes that the one row of `batch` failed by itself without a name, at `now`. It waits and
/// is tried again; after three times it is parked, unless something has come from the hub since.
/// Returns whether it is.
///
/// # Errors
/// When the store cannot be written.
pub fn fail(tx: &mut dyn StoreTx, batch: &Batch, reason: &str, now: Millis) -> Result<bool> {
    let is_same = position(tx)? == batch.position;
    let mut is_parked = false;
    for sent in &batch.sent {
        let Some(mut entry) = unchanged(tx, sent)? else { continue };
        entry.attempts = entry.attempts.saturating_add(1);
        entry.failures = entry.failures.saturating_add(1);
        entry.failed_at = now;
        entry.last_error = Some(reason.to_owned());
        if is_same && entry.failures >= FAILURES {
            entry.park(reason);
            is_parked = true;
        }
        tx.enqueue(&entry)?;
    }
    Ok(is_parked)
}

/// Puts rows that were parked without a name back into the queue: an hour after they last
/// failed if the hub was away meanwhile (`is_back`), else after a day. If one fails again, it
/// is parked at once. So one that never goes costs two calls each time.
///
/// # Errors
/// When the store cannot be written.
pub fn try_again(tx: &mut dyn WriteQueue, now: Millis, is_back: bool) -> Result<()> {
    let length = if is_back { HOUR } else { DAY };
    each(tx, QueueList::Parked, |tx, mut entry| {
        if entry.failures == 0 || !has_passed(length, entry.failed_at, now) {
            return Ok(());
        }
        (entry.standing, entry.failures) = (Standing::Waiting, FAILURES - 1);
        tx.enqueue(&entry)
    })
}

/// Notes that the call with `batch` failed, and on the row that it begins with why.
///
/// # Errors
/// When the store cannot be written.
pub fn note_failure(tx: &mut dyn WriteQueue, batch: &Batch, reason: &str) -> Result<()> {
    let mut reason = Some(reason.to_owned());
    for sent in &batch.sent {
        if let Some(mut entry) = tx.queued(&sent.change.entity, sent.change.id)? {
            entry.attempts = entry.attempts.saturating_add(1);
            entry.last_error = reason.take().or(entry.last_error);
            tx.enqueue(&entry)?;
        }
    }
    Ok(())
}

/// Puts every parked row back into the queue, and returns how many there were.
///
/// # Errors
/// When the store cannot be written.
pub fn retry_parked(tx: &mut dyn WriteQueue) -> Result<u64> {
    let mut count = 0;
    each(tx, QueueList::Parked, |tx, mut entry| {
        (entry.standing, entry.failures) = (Standing::Waiting, 0);
        count += 1;
        tx.enqueue(&entry)
    })?;
    each(tx, QueueList::Waiting, |tx, mut entry| {
        if mem::take(&mut entry.failures) > 0 { tx.enqueue(&entry) } else { Ok(()) }
    })?;
    Ok(count)
}
