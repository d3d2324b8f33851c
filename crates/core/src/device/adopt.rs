//! Taking in a page: its rows, its cursor and what they mean for the queue, in one
//! transaction.

use crate::{
    Cell, Change, DELETED_AT, Error, FieldName, Page, Result, Row, Snapshot, Stale, Stamp, Value,
    alias,
    clock::{self, Moment},
    device::link::{Compared, Link, Met, Position, link},
    store::{AuditEntry, AuditKind, Queued, StoreTx, Stored},
};

use super::{
    exclude,
    heal::start_over,
    queue::is_idle,
    unread,
    write::{audit, owe},
};

/// What became of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Adopted {
    /// Its rows are here; the hub has more.
    More,
    /// Its rows are here, and there are no more.
    Dry,
    /// Something changed since the call was made; nothing was taken from it.
    Dropped,
    /// The hub is not what it was; everything is read and offered again from the start.
    Restarted,
}

/// Takes in a page that was asked for at `position`.
///
/// # Errors
/// [`Error::SignIn`] if it comes from another person's hub, [`Error::BadAnswer`]
/// if it contradicts itself, [`Error::NotEqual`] if both sides still differ after
/// everything was exchanged.
pub fn adopt(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    position: &Position,
    page: Page,
) -> Result<Adopted> {
    let mut link = link(tx.reading())?;
    if link.position() != *position {
        return Ok(Adopted::Dropped);
    }
    match link.check(&page)? {
        Met::First => link.identity = Some(page.identity.clone()),
        Met::Same => (),
        met @ (Met::Wiped | Met::TurnedBack) => {
            let identity = Some(page.identity.clone());
            if matches!(met, Met::Wiped) {
                link.healed = None;
            }
            link.identity = identity;
            start_over(tx, &mut link, moment.now)?;
            link.store(tx)?;
            return Ok(Adopted::Restarted);
        }
    }
    if page.next < link.cursor || page.next > page.head {
        let (from, to, head) = (link.cursor, page.next, page.head);
        let reason = format!("a page leads from {from} to {to}, beyond its head {head}");
        return Err(Error::BadAnswer { remote: page.identity.person, reason });
    }
    let mut latest = None;
    let readable: Vec<_> = page.changes.iter().map(|it| (it.entity.clone(), it.id)).collect();
    unread::forget(tx, &mut link, &readable)?;
    unread::set_aside(tx, moment, &mut link, page.unread)?;
    for change in page.changes {
        latest = latest.max(believable(moment, &change.row));
        adopt_row(tx, moment, &mut link, change)?;
    }
    clock::observe(tx, latest)?;
    link.cursor = page.next;
    let dry = page.next == page.head;
    let restarted = match (dry, page.digests) {
        (true, Some(digests)) => {
            link.compare(page.head, &digests, unread::is_blind(tx.reading())?);
            settle_difference(tx, &mut link, moment)?
        }
        _ => false,
    };
    link.store(tx)?;
    Ok(match (restarted, dry) {
        (true, _) => Adopted::Restarted,
        (false, true) => Adopted::Dry,
        (false, false) => Adopted::More,
    })
}

/// Takes in a hub of which every row is here already, on a device that had none.
///
/// # Errors
/// [`Error::Stale`] if this device met a hub meanwhile.
pub fn adopt_snapshot(tx: &mut dyn StoreTx, moment: &Moment, snapshot: Snapshot) -> Result<()> {
    let Snapshot { page, latest } = snapshot;
    let mut link = link(tx.reading())?;
    if link.identity.is_some() {
        return Err(Error::Stale { remote: page.identity.person, why: Stale::Moved });
    }
    link.identity = Some(page.identity);
    link.cursor = page.next;
    link.digests = page.digests.clone().unwrap_or_default();
    link.compare(page.head, &page.digests.unwrap_or_default(), false);
    link.store(tx)?;
    clock::observe(tx, latest.filter(|it| !moment.is_ahead(*it)))
}

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
        if lost.value == winner.value {
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

/// Starts over if both sides differ although nothing waits here, once per head.
/// Returns whether it did.
pub(super) fn settle_difference(
    tx: &mut dyn StoreTx,
    link: &mut Link,
    moment: &Moment,
) -> Result<bool> {
    let Some(Compared { state, differ }) = link.compared.clone() else { return Ok(false) };
    if differ.is_empty() || !is_idle(tx.reading())? {
        return Ok(false);
    }
    if link.healed == Some(state) {
        // Stored as it is: the comparison must be seen by `status` even though the
        // sync ends with an error.
        return Ok(false);
    }
    link.healed = Some(state);
    start_over(tx, link, moment.now)?;
    Ok(true)
}
