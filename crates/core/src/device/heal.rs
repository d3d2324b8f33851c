//! Starting over with a hub that was wiped, restored from a backup, or that holds
//! something else than it should: everything is read again, and every row is offered
//! again. That loses nothing, because joining is idempotent.

use crate::{
    Cursor, FieldName, Id, Millis, Result, alias,
    device::link::Link,
    store::{StoreTx, Stored},
};

use super::{owe::owe, unread};

/// Rows read in one step.
const STEP: usize = 1_000;

/// Sets the cursor to 0 and offers every row. Rows that some hub acknowledged are no
/// births any more: two of them that were renamed to one key stay two.
pub(super) fn start_over(tx: &mut dyn StoreTx, link: &mut Link, now: Millis) -> Result<()> {
    link.cursor = Cursor::default();
    link.resets += 1;
    link.digests.clear();
    link.compared = None;
    tx.forget_hub()?;
    unread::forget_hub(tx)?;
    offer_all(tx, now)
}

fn offer_all(tx: &mut dyn StoreTx, now: Millis) -> Result<()> {
    let mut names: Vec<String> = tx.schema().tables().map(|it| it.name.to_owned()).collect();
    let known = names.len();
    names.extend(tx.stored_entities()?);
    for index in 0..names.len() {
        let name = &names[index];
        if index >= known && names[..known].contains(name) {
            continue;
        }
        let mut after: Option<Id> = None;
        loop {
            let rows = tx.scan(name, after, STEP)?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            for stored in &rows {
                offer(tx, name, stored, now)?;
            }
        }
    }
    Ok(())
}

/// Queues all cells of a row, behind the facts: a hub that hears of a row before it
/// hears what the row is folded with may take it for something else. What the queue
/// already knows of the row stays as it is; the other cells count as carried, for a hub
/// has had them.
pub(super) fn offer(
    tx: &mut dyn StoreTx,
    entity: &str,
    stored: &Stored,
    now: Millis,
) -> Result<()> {
    if alias::is_provisional(entity, stored) {
        return Ok(());
    }
    let before = tx.queued(entity, stored.id)?;
    if let Some(entry) = &before {
        tx.dequeue(entity, stored.id)?;
        tx.enqueue(entry)?;
    }
    let fields: Vec<FieldName> = stored.row.cells().map(|(field, _)| field.clone()).collect();
    owe(tx, entity, stored, fields, now)?;
    if let Some(mut entry) = tx.queued(entity, stored.id)? {
        for (field, carried) in &mut entry.fields {
            let was = before.as_ref().and_then(|it| it.fields.get(field));
            *carried = was.copied().unwrap_or(stored.acked);
        }
        tx.enqueue(&entry)?;
    }
    Ok(())
}
