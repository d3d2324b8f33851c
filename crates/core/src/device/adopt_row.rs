//! Joining one row that the hub holds: what of it is new, what gives way to what, and what
//! still waits to be sent.

use super::{exclude, link::Link, meet::meet, owe::owe_known, purge};
use crate::{
    ALIASES, Change, FieldName, Result, Row, Stamp, alias,
    clock::Moment,
    store::{Queued, StoreTx, Stored},
};

/// The greatest stamp of `row` that may move the clock.
pub(super) fn believable(moment: &Moment, row: &Row) -> Option<Stamp> {
    row.cells()
        .map(|(_, cell)| cell.stamp)
        .filter(|it| it.is_person() && !moment.is_ahead(*it))
        .max()
}

/// Joins one row that the hub holds.
pub(super) fn adopt_row(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    link: &mut Link,
    change: Change,
) -> Result<()> {
    let Change { entity, id, row, .. } = change;
    let known = tx.get(&entity, id)?;
    let is_new = known.is_none();
    let mut stored = known.unwrap_or_else(|| Stored::new(id));
    let entry = if stored.row.is_empty() { None } else { tx.queued(&entity, id)? };
    let hash = row.hash(&entity, id);
    link.replace(&entity, stored.hash, hash);
    stored.hash = hash;
    if !stored.acked {
        stored.acked = true;
        if !stored.row.is_empty() {
            alias::end_assumptions(tx, &entity, id)?;
        }
    }
    let met_nothing = stored.row.is_empty();
    let before = row.is_purged().then(|| stored.row.clone()).filter(|it| !it.is_purged());
    let changed = meet(tx, moment, &entity, &mut stored, &row, entry.as_ref())?;
    if let Some(entry) = entry {
        forget_known(tx, entry, &stored.row, &row)?;
    }
    let descriptor = tx.schema().get(&entity);
    if let Some(descriptor) = descriptor {
        stored.row.retain(|field| descriptor.field(field).is_none_or(|it| !it.local));
        stored.key = descriptor.key_of(&stored.row);
    }
    let newly_purged = before.is_some();
    if let Some(before) = before {
        purge::end_assumptions(tx, &entity, id)?;
        purge::clean(tx, &entity, &mut stored, &before)?;
    }
    if is_new {
        tx.insert(&entity, &stored)?;
    } else {
        tx.put(&entity, &stored)?;
    }
    if changed {
        tx.note(&entity, id)?;
    }
    if let Some(descriptor) = descriptor
        && changed
        && !met_nothing
        && row.cells().any(|(field, _)| descriptor.places(field))
    {
        exclude::moved(tx, descriptor)?;
    }
    owe_what_it_lost(tx, moment, &entity, &stored, &row)?;
    if changed && entity == ALIASES.name {
        return purge::spread_over(tx, moment, &stored.row);
    }
    let Some(descriptor) = descriptor.filter(|_| changed) else { return Ok(()) };
    let mark = match newly_purged {
        true => stored.row.purge_mark().cloned(),
        false => purge::inherited(tx.reading(), descriptor, id, &stored.row)?,
    };
    match mark {
        Some(mark) => purge::mark_agreed(tx, moment, descriptor, id, &mark),
        None => Ok(()),
    }
}

/// Queues the cells that the hub does not hold although nothing waits for it: it went
/// back to a backup since it acknowledged them.
fn owe_what_it_lost(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &str,
    stored: &Stored,
    hub: &Row,
) -> Result<()> {
    let mut lost: Vec<FieldName> = stored
        .row
        .cells()
        .filter(|(field, cell)| hub.cell(field) != Some(cell))
        .map(|(field, _)| field.clone())
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    if let Some(entry) = tx.queued(entity, stored.id)? {
        lost.retain(|field| !entry.fields.contains_key(field));
    }
    if !lost.is_empty() {
        owe_known(tx, entity, stored, lost, moment.now)?;
    }
    Ok(())
}

/// Takes out of the queue what the hub evidently holds: a push whose answer was lost,
/// or a value that gave way to the hub's.
fn forget_known(tx: &mut dyn StoreTx, mut entry: Queued, mine: &Row, hub: &Row) -> Result<()> {
    let known = |field: &FieldName| match (mine.cell(field), hub.cell(field)) {
        (Some(mine), Some(hub)) => mine == hub,
        (None, _) => true,
        (Some(_), None) => false,
    };
    let before = entry.fields.len();
    entry.fields.retain(|field, _| !known(field));
    if entry.fields.is_empty() {
        tx.dequeue(&entry.entity, entry.id)
    } else if entry.fields.len() < before {
        tx.enqueue(&entry)
    } else {
        Ok(())
    }
}
