//! Leaving a hub for another one by choice. The next hub has acknowledged nothing, so what is
//! here is new to it and meets its twins there; after a hub was wiped, the same rows would be
//! no births.

use super::{
    heal::start_over,
    link::{Link, link},
};
use crate::{
    ALIASES, Id, Millis, Result,
    store::{StoreTx, Stored},
};

/// Rows read in one step.
const STEP: usize = 1_000;

/// Forgets the hub of this device, and queues every row for the one that it meets next, as a
/// birth. Nothing is taken away here or there. Does nothing on a device that never met a hub.
///
/// # Errors
/// When the store cannot be written.
pub fn leave(tx: &mut dyn StoreTx, now: Millis) -> Result<()> {
    let mut link = link(tx.reading())?;
    if link.identity.is_none() {
        return Ok(());
    }
    start_over(tx, &mut link, now)?;
    Link { resets: link.resets, ..Link::default() }.store(tx)?;
    for entity in tx.stored_entities()? {
        // A fact that nobody acknowledged would be an assumption of this device.
        if entity != ALIASES.name {
            forget_acknowledgements(tx, &entity)?;
        }
    }
    Ok(())
}

fn forget_acknowledgements(tx: &mut dyn StoreTx, entity: &str) -> Result<()> {
    let mut after: Option<Id> = None;
    loop {
        let rows = tx.scan(entity, after, STEP)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        for stored in rows {
            if stored.acked {
                tx.put(entity, &Stored { acked: false, ..stored })?;
            }
        }
    }
}
