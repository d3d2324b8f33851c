//! The queue: one entry per changed row, so that a thousand edits made offline are
//! sent as one. It names the changed fields; values are read from the row when sent.

use super::{
    batch::{Batch, DEVICE, Sent, renumber},
    exclude::{self, Judge},
    failing::{PAUSE, has_passed},
    hold::{self, Guard},
};
use crate::{
    Change, FieldName, Limits, Millis, Result, Row, Serial,
    device::position,
    store::{
        Held, QueueId, QueueList, Queued, ReadQueue, ReadRows, ReadTx, Standing, StoreTx,
        WriteQueue,
    },
};

/// Rows read from the queue in one step.
const STEP: usize = 500;

/// What goes next, past `guard`. A row that failed without a name goes when nothing else
/// waits, alone, and not before a minute has passed since; `begun` is when this sync began.
///
/// # Errors
/// When the store cannot be written.
pub fn waiting(
    tx: &mut dyn StoreTx,
    limits: &Limits,
    guard: Option<&dyn Guard>,
    begun: Millis,
) -> Result<Batch> {
    let first = QueueId::default();
    let batch = collect(tx, limits, guard, None, first)?;
    if batch.sent.is_empty() {
        collect(tx, &Limits { rows: 1, ..*limits }, guard, Some(begun), first)
    } else {
        Ok(batch)
    }
}

/// Whether there is nothing to send, whatever becomes of what stays here once it is judged
/// anew. Costs less than to look for it.
///
/// # Errors
/// When the store cannot be read.
pub fn has_nothing(tx: &dyn ReadTx, is_guarded: bool) -> Result<bool> {
    let counts = tx.queue_counts()?;
    let may_go = counts.waiting > 0 || (is_guarded && counts.held > 0);
    Ok(!may_go && !exclude::is_unsorted(tx)?)
}

/// Whether nothing waits but what failed without a name and is tried again later: no reason
/// to put off finding out whether both sides are equal.
///
/// # Errors
/// When the store cannot be read.
pub fn is_idle(tx: &dyn ReadQueue) -> Result<bool> {
    let mut after = QueueId::default();
    loop {
        let entries = tx.queue(QueueList::Waiting, after, STEP)?;
        if entries.iter().any(|it| it.failures == 0) {
            return Ok(false);
        }
        let Some(last) = entries.last() else { return Ok(true) };
        after = last.queue_id;
    }
}

/// Whether a row goes with those that failed before this sync, or with those that did not.
fn is_due(entry: &Queued, again: Option<Millis>) -> bool {
    match again {
        None => entry.failures == 0,
        Some(begun) => entry.failures > 0 && has_passed(PAUSE, entry.failed_at, begun),
    }
}

/// Reads the first entries behind `after` that fit into one call, except those that are excluded or held:
/// this is the one way out, so it is asked of each row as it goes. Notes that a call carries what
/// a person wrote before it does: a stamp that may be known elsewhere must never be restamped. A
/// row beyond the limits is parked. Empty when nothing waits.
///
/// # Errors
/// When the store cannot be written.
pub(super) fn collect(
    tx: &mut dyn StoreTx,
    limits: &Limits,
    guard: Option<&dyn Guard>,
    again: Option<Millis>,
    mut after: QueueId,
) -> Result<Batch> {
    exclude::sort_again(tx)?;
    if let Some(guard) = guard {
        hold::judge_held(tx, guard)?;
    }
    let mut judge = Judge::new(tx.reading())?;
    let device = tx.meta(DEVICE)?.unwrap_or_default();
    let position = position(tx)?;
    let mut batch = Batch { position, device, serial: Serial::default(), sent: Vec::new() };
    let mut bytes = 0;
    'full: loop {
        let entries = tx.queue(QueueList::Waiting, after, STEP.min(limits.rows))?;
        let Some(last) = entries.last() else { break };
        after = last.queue_id;
        for mut entry in entries {
            if !is_due(&entry, again) {
                continue;
            }
            if judge.sort(tx, &mut entry)? {
                continue;
            }
            let Some(sent) = change_of(tx, &entry)? else {
                tx.dequeue(&entry.entity, entry.id)?;
                continue;
            };
            if let Some(guard) = guard
                && let Some(found) =
                    hold::find(tx.reading(), guard, &entry.entity, &sent.change.row)?
            {
                entry.standing = Standing::Held(found);
                tx.enqueue(&entry)?;
                continue;
            }
            let weight = sent.change.row.weight();
            if weight > limits.row_bytes {
                entry.standing = Standing::Parked(format!(
                    "too large: about {} kB, and the remote takes {} kB",
                    weight.div_ceil(1_000),
                    limits.row_bytes / 1_000,
                ));
                tx.enqueue(&entry)?;
                continue;
            }
            let full = batch.sent.len() == limits.rows || bytes + weight > limits.bytes;
            if full && !batch.sent.is_empty() {
                break 'full;
            }
            bytes += weight;
            if carries_first(&sent.change.row, &entry) {
                entry.fields.values_mut().for_each(|carried| *carried = true);
                tx.mark_sent(&entry)?;
            }
            batch.sent.push(sent);
        }
    }
    if !batch.sent.is_empty() {
        renumber(tx, &mut batch, Serial::default())?;
    }
    Ok(batch)
}

/// Whether a call carries a stamp of a person for the first time. What a machine wrote never gets
/// another stamp.
fn carries_first(row: &Row, entry: &Queued) -> bool {
    let is_new = |field: &FieldName| entry.fields.get(field) == Some(&false);
    row.cells().any(|(field, cell)| cell.stamp.is_person() && is_new(field))
}

/// The part of a row that its queue entry names, all of it while no hub knows it.
pub(super) fn change_of(tx: &dyn ReadRows, entry: &Queued) -> Result<Option<Sent>> {
    let Some(stored) = tx.waiting_row(entry)? else { return Ok(None) };
    let held = Held { hash: stored.hash, acked: stored.acked };
    let all = stored.row.cells().count();
    let mut row = stored.row;
    let hash = row.hash(&entry.entity, entry.id);
    if stored.acked {
        row.retain(|field| entry.fields.contains_key(field));
    }
    if row.is_empty() && stored.acked {
        return Ok(None);
    }
    let whole = row.cells().count() == all;
    let (entity, id) = (entry.entity.clone(), entry.id);
    let change = Change { entity, id, row, birth: !stored.acked, whole };
    Ok(Some(Sent { change, counter: entry.change, hash, queue_id: entry.queue_id, held }))
}

/// The queue entry of a row that was sent, unless the row changed since.
pub(super) fn unchanged(tx: &dyn ReadQueue, sent: &Sent) -> Result<Option<Queued>> {
    let entry = tx.queued(&sent.change.entity, sent.change.id)?;
    Ok(entry.filter(|it| it.change == sent.counter))
}

/// Runs `job` on each entry of a list; it may change that entry and no other.
pub(super) fn each(
    tx: &mut dyn WriteQueue,
    list: QueueList,
    mut job: impl FnMut(&mut dyn WriteQueue, Queued) -> Result<()>,
) -> Result<()> {
    let mut after = QueueId::default();
    loop {
        let page = tx.queue(list, after, STEP)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.queue_id;
        page.into_iter().try_for_each(|entry| job(tx, entry))?;
    }
}

/// Everything that the hub has yet to hear of, whatever it waits for.
pub(super) fn all_entries(tx: &dyn ReadQueue) -> Result<Vec<Queued>> {
    let lists: Result<Vec<_>> = QueueList::ALL.into_iter().map(|it| all_of(tx, it)).collect();
    Ok(lists?.concat())
}

/// Every entry of a list, before any of them is changed.
pub(super) fn all_of(tx: &dyn ReadQueue, list: QueueList) -> Result<Vec<Queued>> {
    let mut all: Vec<Queued> = Vec::new();
    loop {
        let after = all.last().map_or_else(QueueId::default, |it| it.queue_id);
        let page = tx.queue(list, after, STEP)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
