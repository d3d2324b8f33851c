//! Reading the rows of the next call while one is under way, so that neither side waits for the
//! other.

use super::{batch::Batch, exclude::exclusions, hold::Guard, link::position, queue::collect};
use crate::{
    Limits, Result,
    store::{ReadMeta, StoreTx},
};

/// What goes behind `batch`, which is under way. None where nothing does, and where a person
/// keeps something here: what is excluded must not go because it was read before.
///
/// # Errors
/// When the store cannot be written.
pub fn ahead(
    tx: &mut dyn StoreTx,
    limits: &Limits,
    guard: Option<&dyn Guard>,
    batch: &Batch,
) -> Result<Option<Batch>> {
    let Some(last) = batch.sent.last() else { return Ok(None) };
    if !exclusions(tx)?.is_empty() || position(tx)? != batch.position {
        return Ok(None);
    }
    let next = collect(tx, limits, guard, None, last.queue_id)?;
    Ok((!next.sent.is_empty()).then_some(next))
}

/// Whether `next` may be sent although the call before it is not settled: not if anything has
/// happened since it was read, or is excluded now.
///
/// # Errors
/// When the store cannot be read.
pub fn may_go(tx: &dyn ReadMeta, next: &Batch) -> Result<bool> {
    Ok(position(tx)? == next.position && exclusions(tx)?.is_empty())
}

/// Lets the answer to `next`, which is under way, count from what the call before it has left, in
/// the transaction that has settled that one. It was settled, so nothing else has happened since
/// both were read.
///
/// # Errors
/// When the store cannot be read.
pub fn follow(tx: &dyn ReadMeta, next: &mut Batch) -> Result<()> {
    next.position = position(tx)?;
    Ok(())
}
