//! Reading the rows of the next call while one is under way, so that neither side waits for the
//! other.

use super::{
    exclude::exclusions,
    hold::Guard,
    link::position,
    queue::{Batch, collect, renumber},
};
use crate::{Limits, Result, Serial, store::StoreTx};

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

/// Makes `next` the latest call, in the transaction that has settled the one before it. That one
/// was settled, so nothing else has happened since both were read. Returns whether it may be
/// made: not if something has been excluded meanwhile.
///
/// # Errors
/// When the store cannot be written.
pub fn go_next(tx: &mut dyn StoreTx, next: &mut Batch) -> Result<bool> {
    renumber(tx, next, Serial::default())?;
    Ok(exclusions(tx)?.is_empty())
}
