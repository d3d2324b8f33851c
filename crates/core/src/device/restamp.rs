//! Writes made while this machine's clock was far ahead. The hub refuses such stamps,
//! because they would win for years. They get new ones, in the order in which they
//! were written: those that a refusal named, those that no call ever carried, and those
//! that the hub would refuse as well, also where they wait for something else. All at
//! once, because rows that were folded are one thing to a person: an edit of one of them
//! would otherwise be put below the one that it replaced, which another row still holds.
//! A stamp that may be known elsewhere keeps its place, because a later edit of the same
//! cell could otherwise lose to it; so all that the hub holds was read before.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    FieldName, Id, Result, Stamp,
    clock::{self, Moment},
    store::{AuditEntry, AuditKind, Queued, StoreTx},
};

/// The rule under which the audit log says that a write got a new stamp.
pub const CLOCK_AHEAD: &str = "written while this device's clock was ahead; its time was corrected";

/// Queue entries that are read at a time.
const PAGE: usize = 1_000;

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

/// Restamps the stamps that `refused` names, those that no call ever carried and those
/// that are ahead, above all that the hub is known to hold. A cell that has another stamp
/// by now is not the one that was refused.
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
    let mut cells = Vec::new();
    let mut last = clock::seen(tx.reading())?;
    for entry in &entries {
        let Some(stored) = tx.get(&entry.entity, entry.id)? else { continue };
        for (field, carried) in &entry.fields {
            let Some(cell) = stored.row.cell(field).filter(|it| it.stamp.is_person()) else {
                continue;
            };
            let (entity, id) = (entry.entity.as_str(), entry.id);
            let refused = named.contains(&(entity, id, field.as_ref(), cell.stamp));
            if *carried && !refused && !moment.is_ahead(cell.stamp) {
                last = last.max(Some(cell.stamp));
            } else {
                cells.push(Restamped {
                    entity: entry.entity.clone(),
                    id: entry.id,
                    field: field.clone(),
                    was: cell.stamp,
                    now: cell.stamp,
                });
            }
        }
    }
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
    for it in &cells {
        tell(tx, moment, it)?;
    }
    if let Some(latest) = latest {
        clock::set_mine(tx, latest)?;
    }
    Ok(cells)
}

/// Everything that the hub has yet to hear of, whatever it waits for.
fn all_entries(tx: &dyn StoreTx) -> Result<Vec<Queued>> {
    let waiting = pages(|after| tx.queue(false, after, PAGE))?;
    let parked = pages(|after| tx.queue(true, after, PAGE))?;
    let kept = pages(|after| tx.kept(after, PAGE))?;
    Ok([waiting, parked, kept].concat())
}

fn pages(read: impl Fn(u64) -> Result<Vec<Queued>>) -> Result<Vec<Queued>> {
    let mut all: Vec<Queued> = Vec::new();
    loop {
        let page = read(all.last().map_or(0, |it| it.place))?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
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
        let (kept, lost) = (new.get(&entry.kept_stamp), new.get(&entry.lost_stamp));
        if kept.is_some() || lost.is_some() {
            entry.kept_stamp = kept.copied().unwrap_or(entry.kept_stamp);
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
    tx.record(&AuditEntry {
        place: 0,
        at: moment.now,
        kind: AuditKind::History,
        entity: it.entity.clone(),
        id: it.id,
        field: it.field.to_string(),
        kept: value.clone(),
        kept_stamp: it.now,
        lost: value,
        lost_stamp: it.was,
        rule: CLOCK_AHEAD.into(),
    })
}
