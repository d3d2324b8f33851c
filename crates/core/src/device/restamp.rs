//! Writes made while this machine's clock was far ahead. The hub refuses such stamps,
//! because they would win for years. They get new ones, in the order in which they were
//! written: those that a refusal named, those that the hub would refuse as well, and what
//! was written after the first of them and never sent. All at once, because folded rows are
//! one thing to a person: an edit of one of them would otherwise get a stamp below the one
//! that it replaced, which another row still holds. For the same reason what was written
//! before keeps its stamp, and so does what may be known elsewhere: a later edit of the same
//! cell could lose to it. All that the hub holds was read before.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Cell, FieldName, Id, PURGED, Result, Stamp,
    clock::{self, Moment},
    store::{AuditEntry, AuditKind, StoreTx},
};

use super::{queue::all_entries, write::audit};

/// The rule under which the audit log says that a write got a new stamp.
pub const CLOCK_AHEAD: &str = "written while this device's clock was ahead; its time was corrected";

/// A cell that was given a new stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restamped {
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// The field.
    pub field: FieldName,
    /// The stamp it had.
    pub was: Stamp,
    /// The stamp it has.
    pub now: Stamp,
}

/// Restamps the stamps that `refused` names, those that are ahead, and those above them that
/// no call ever carried, above all that the hub is known to hold. A cell that has another
/// stamp by now is not the one that was refused.
pub(super) fn restamp(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    refused: &[(String, Id, String, Stamp)],
) -> Result<Vec<Restamped>> {
    let named: BTreeSet<(&str, Id, &str, Stamp)> = refused
        .iter()
        .map(|(entity, id, field, stamp)| (entity.as_str(), *id, field.as_str(), *stamp))
        .collect();
    let entries = all_entries(tx)?;
    let (mut cells, mut uncarried) = (Vec::new(), Vec::new());
    let mut last = clock::seen(tx.reading())?;
    for entry in &entries {
        let Some(stored) = tx.get(&entry.entity, entry.id)? else { continue };
        for (field, carried) in &entry.fields {
            let Some(cell) = stored.row.cell(field).filter(|it| it.stamp.is_person()) else {
                continue;
            };
            let (entity, id) = (entry.entity.as_str(), entry.id);
            let refused = named.contains(&(entity, id, field.as_ref(), cell.stamp));
            let it = Restamped {
                entity: entry.entity.clone(),
                id: entry.id,
                field: field.clone(),
                was: cell.stamp,
                now: cell.stamp,
            };
            if refused || moment.is_ahead(cell.stamp) {
                cells.push(it);
            } else if *carried {
                last = last.max(Some(cell.stamp));
            } else {
                uncarried.push(it);
            }
        }
    }
    let first = cells.iter().map(|it| it.was).min();
    let is_later = |it: &Restamped| first.is_some_and(|first| it.was > first);
    let (later, earlier): (Vec<_>, Vec<_>) = uncarried.into_iter().partition(is_later);
    last = last.max(earlier.iter().map(|it| it.was).max());
    cells.extend(later);
    cells.sort_by_key(|it| it.was);
    let mut new: BTreeMap<Stamp, Stamp> = BTreeMap::new();
    for it in &mut cells {
        it.now = *new.entry(it.was).or_insert_with(|| {
            let next = clock::after(last, moment);
            last = Some(next);
            next
        });
    }
    let latest = cells.last().map(|it| it.now);
    // A second refusal in the same millisecond finds what the first one already moved.
    cells.retain(|it| it.now != it.was);
    for it in &cells {
        apply(tx, it)?;
    }
    note_uncarried(tx, &cells)?;
    rewrite_audit(tx, &new)?;
    crate::audit::sight(tx, moment.now, true)?;
    // Of a purged row the log says nothing.
    for it in cells.iter().filter(|it| it.field != PURGED) {
        tell(tx, moment, it)?;
    }
    if let Some(latest) = latest {
        clock::set_mine(tx, latest)?;
    }
    Ok(cells)
}

fn apply(tx: &mut dyn StoreTx, it: &Restamped) -> Result<()> {
    let Some(mut stored) = tx.get(&it.entity, it.id)? else { return Ok(()) };
    if let Some(value) = stored.row.value(&it.field).cloned() {
        stored.row.set(it.field.clone(), it.now, value);
        tx.put(&it.entity, &stored)?;
    }
    Ok(())
}

fn note_uncarried(tx: &mut dyn StoreTx, cells: &[Restamped]) -> Result<()> {
    let mut rows: BTreeMap<(&str, Id), Vec<&FieldName>> = BTreeMap::new();
    for it in cells {
        rows.entry((&it.entity, it.id)).or_default().push(&it.field);
    }
    for ((entity, id), fields) in rows {
        if let Some(mut entry) = tx.queued(entity, id)? {
            entry.fields.extend(fields.into_iter().map(|it| (it.clone(), false)));
            entry.change += 1;
            tx.enqueue(&entry)?;
        }
    }
    Ok(())
}

fn rewrite_audit(tx: &mut dyn StoreTx, new: &BTreeMap<Stamp, Stamp>) -> Result<()> {
    for mut entry in tx.audit(None, usize::MAX)? {
        if entry.rule == CLOCK_AHEAD {
            continue;
        }
        let (winner, lost) = (new.get(&entry.winner_stamp), new.get(&entry.lost_stamp));
        if winner.is_some() || lost.is_some() {
            entry.winner_stamp = winner.copied().unwrap_or(entry.winner_stamp);
            entry.lost_stamp = lost.copied().unwrap_or(entry.lost_stamp);
            tx.record(&entry)?;
        }
    }
    Ok(())
}

/// Says in the audit log that a write got a new stamp: its time is not what the person
/// saw on the clock.
fn tell(tx: &mut dyn StoreTx, moment: &Moment, it: &Restamped) -> Result<()> {
    let Some(stored) = tx.get(&it.entity, it.id)? else { return Ok(()) };
    let value = stored.row.value(&it.field).cloned().unwrap_or_default();
    let (winner, lost) =
        (Cell { stamp: it.now, value: value.clone() }, Cell { stamp: it.was, value });
    let entry = audit(AuditKind::History, &it.entity, it.id, &it.field, &winner, &lost);
    tx.record(&AuditEntry { at: moment.now, rule: CLOCK_AHEAD.into(), ..entry })
}
