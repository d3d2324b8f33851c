//! Joining one row that the hub holds: what of it is new, what gives way to what, and what
//! still waits to be sent.

use super::{
    exclude,
    link::Link,
    write::{audit, owe},
};
use crate::{
    Cell, Change, DELETED_AT, FieldName, Result, Row, Stamp, Value, alias,
    clock::Moment,
    store::{AuditEntry, AuditKind, Queued, StoreTx, Stored},
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
    let was_deleted = stored.row.is_deleted();
    let mut met = Vec::new();
    let incoming = row.clone();
    let changed = stored.row.join_with(row, |field, lost, winner| {
        if lost.value == winner.value || winner.stamp.withholds() {
            return;
        }
        let unsent = entry.as_ref().is_some_and(|it| it.fields.contains_key(field));
        let overwrote = incoming.cell(field) == Some(winner);
        if unsent || overwrote {
            // A reading that gives way to what a person wrote is nothing to look at.
            let conflict = unsent && lost.stamp.is_person();
            let kind = if conflict { AuditKind::Conflict } else { AuditKind::History };
            let entry = audit(kind, &entity, id, field, winner, lost);
            met.push(AuditEntry { rule: rule(winner.stamp, lost.stamp).into(), ..entry });
        }
    });
    if let Some(entry) = &entry
        && !was_deleted
        && stored.row.is_deleted()
    {
        met.extend(deleted_meanwhile(entry, &stored));
    }
    if met.iter().any(|it| it.kind == AuditKind::Conflict) {
        // The hub sends a row whole. What the person saw when they wrote over it is no
        // conflict, and neither is what was told before.
        let told = tx.audit_of(&entity, id)?;
        met.retain(|it| !told.iter().any(|old| is_about_the_same(old, it)));
    }
    for entry in met {
        tx.record(&AuditEntry { at: moment.now, ..entry })?;
    }
    if let Some(entry) = entry {
        forget_known(tx, entry, &stored.row, &incoming)?;
    }
    let descriptor = tx.schema().get(&entity);
    if let Some(descriptor) = descriptor {
        stored.row.retain(|field| descriptor.field(field).is_none_or(|it| !it.local));
        stored.key = descriptor.key_of(&stored.row);
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
        && incoming.cells().any(|(field, _)| descriptor.places(field))
    {
        exclude::moved(tx, descriptor)?;
    }
    owe_what_it_lost(tx, moment, &entity, &stored, &incoming)
}

/// Whether both tell that the same write of the same field gave way.
fn is_about_the_same(one: &AuditEntry, other: &AuditEntry) -> bool {
    one.lost_stamp == other.lost_stamp && one.field == other.field
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
        owe(tx, entity, stored, lost.iter().cloned(), moment.now)?;
        if let Some(mut entry) = tx.queued(entity, stored.id)? {
            entry.fields.extend(lost.into_iter().map(|field| (field, true)));
            tx.enqueue(&entry)?;
        }
    }
    Ok(())
}

/// The conflict of a person's unsent edit with a deletion on another device: the edit
/// is kept, but nobody sees it until the row is restored.
fn deleted_meanwhile(entry: &Queued, stored: &Stored) -> Option<AuditEntry> {
    let edited = entry
        .fields
        .keys()
        .filter(|it| **it != DELETED_AT)
        .filter_map(|it| stored.row.cell(it))
        .map(|it| it.stamp)
        .filter(|it| it.is_person())
        .max()?;
    let deleted = stored.row.cell(DELETED_AT)?;
    let lost = Cell { stamp: edited, value: Value::Null };
    let kind = AuditKind::Conflict;
    let conflict = audit(kind, &entry.entity, stored.id, DELETED_AT, deleted, &lost);
    let rule = "deleted on another device while it was edited here";
    Some(AuditEntry { rule: rule.into(), ..conflict })
}

/// Why the value with the stamp `winner` stands.
fn rule(winner: Stamp, lost: Stamp) -> &'static str {
    match (winner.is_person(), lost.is_person()) {
        (true, false) => "a person's write stands over an import",
        (false, _) => "the more complete reading stands",
        (true, true) => "the later edit stands",
    }
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
