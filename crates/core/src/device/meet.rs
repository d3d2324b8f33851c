//! A stored row meets another state of it: what the two make together, and what gave way
//! that somebody may look for, in the audit log.

use super::write::audit;
use crate::{
    Cell, DELETED_AT, Result, Row, Stamp, Value,
    clock::Moment,
    store::{AuditEntry, AuditKind, Queued, StoreTx, Stored},
};

/// Joins `other` into `stored`, of which the hub has yet to hear what `entry` names. Returns
/// whether anything changed; the row is not stored.
///
/// # Errors
/// When the store cannot be written.
pub(super) fn meet(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &str,
    stored: &mut Stored,
    other: &Row,
    entry: Option<&Queued>,
) -> Result<bool> {
    let id = stored.id;
    let was_deleted = stored.row.is_deleted();
    let (mut met, mut again) = (Vec::new(), false);
    let changed = stored.row.join_with(other.clone(), |field, lost, winner| {
        if lost.value == winner.value || winner.stamp.withholds() {
            return;
        }
        let unsent = entry.is_some_and(|it| it.fields.contains_key(field));
        let overwrote = other.cell(field) == Some(winner);
        if unsent || overwrote {
            // A reading that gives way to what a person wrote is nothing to look at.
            let conflict = unsent && lost.stamp.is_person();
            let kind = if conflict { AuditKind::Conflict } else { AuditKind::History };
            let entry = audit(kind, entity, id, field, winner, lost);
            again |= conflict || !overwrote;
            met.push(AuditEntry { rule: rule(winner.stamp, lost.stamp).into(), ..entry });
        }
    });
    if let Some(entry) = entry
        && !was_deleted
        && stored.row.is_deleted()
    {
        let conflict = deleted_meanwhile(entry, stored);
        again |= conflict.is_some();
        met.extend(conflict);
    }
    for entry in met {
        // Rows come whole, and again. What the person saw when they wrote over it is no
        // conflict, and neither is what was told before.
        if !again || !tx.tells_of(entity, id, &entry.field, entry.lost_stamp)? {
            tx.record(&AuditEntry { at: moment.now, ..entry })?;
        }
    }
    Ok(changed)
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
