//! Values that gave way to others. Nothing is silently lost: what somebody wrote and what
//! overruled it can be seen for 30 days and written again. Conflicts are what a person
//! should look at; history is everything that was overwritten in the ordinary course, and
//! with it what two devices agree on but for the moment: that something was read, say.

use driftline_core::{
    DELETED_AT, Id, Kind, Policy, Replica, Schema,
    store::{AuditEntry, AuditKind, LogId, ReadTx},
    view,
};

use crate::{Error, Result, devices::Devices, label::label, trail::Lost};

/// How far back an entry is looked for by its number.
const SEARCHED: usize = 100_000;

/// How many entries are looked at, at least, for those that are conflicts.
const LOOKED_AT: usize = 1_000;

/// A value that gave way, with the row that it belonged to.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Both sides, and the rule.
    pub lost: Lost,
    /// What people call the row.
    pub label: Option<String>,
    /// Whether the value that stood then still stands.
    pub stands: bool,
    /// Whether the value that gave way can be written again.
    pub restorable: bool,
}

/// What writing a value again did.
#[derive(Clone, Debug, PartialEq)]
pub struct Restored {
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// The field.
    pub field: String,
    /// The number by which it is undone: the value that gave way to it just now. None if
    /// nothing did, because the value stood already.
    pub undo: Option<LogId>,
}

/// What gave way, newest first: conflicts alone, or history among them.
///
/// # Errors
/// When the store cannot be read.
pub fn list(replica: &Replica, history: bool, limit: usize) -> Result<Vec<Conflict>> {
    let kind = if history { None } else { Some(AuditKind::Conflict) };
    Ok(replica.read(|tx| {
        let devices = Devices::of(replica, tx)?;
        // Of conflicts, some turn out to be none.
        let read = if history { limit } else { limit.saturating_mul(4).max(LOOKED_AT) };
        let entries = tx.audit(kind, read)?;
        let wanted = entries.iter().filter(|it| history || is_conflict(tx.schema(), it));
        wanted.take(limit).map(|it| conflict(tx, &devices, it)).collect()
    })?)
}

/// Whether a person should look at it: not where both sides say that something happened,
/// each at its own moment.
pub fn is_conflict(schema: &Schema, entry: &AuditEntry) -> bool {
    let field = schema.get(&entry.entity).and_then(|it| it.field(&entry.field));
    let is_moment = entry.field == DELETED_AT || field.is_some_and(|it| it.kind == Kind::Time);
    let agree = is_moment && !entry.winner.is_null() && !entry.lost.is_null();
    entry.kind == AuditKind::Conflict && !agree
}

/// What gave way in one row, newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn of_row(replica: &Replica, entity: &str, id: Id) -> Result<Vec<Conflict>> {
    Ok(replica.read(|tx| {
        let devices = Devices::of(replica, tx)?;
        let mut entries = Vec::new();
        for member in driftline_core::alias::class(tx, entity, id)? {
            entries.extend(tx.audit_of(entity, member)?);
        }
        entries.sort_by_key(|it| std::cmp::Reverse(it.log_id));
        entries.iter().map(|it| conflict(tx, &devices, it)).collect()
    })?)
}

/// Writes the value with the number `log_id` again, as an ordinary new edit.
///
/// # Errors
/// [`Error::NoLostValue`]; those of an edit otherwise.
pub fn restore(replica: &Replica, log_id: LogId) -> Result<Restored> {
    let find = |log_id| -> Result<Option<AuditEntry>> {
        Ok(replica.audit(None, SEARCHED)?.into_iter().find(|it| it.log_id == Some(log_id)))
    };
    let entry = find(log_id)?.ok_or(Error::NoLostValue { log_id })?;
    replica.bring_back(&entry)?;
    let undo = replica.read(|tx| {
        let Some(now) = tx.get(&entry.entity, entry.id)? else { return Ok(None) };
        let Some(now) = now.row.cell(&entry.field) else { return Ok(None) };
        let log = tx.audit_of(&entry.entity, entry.id)?;
        let undone = |it: &&AuditEntry| it.field == entry.field && it.winner_stamp == now.stamp;
        Ok(log.iter().find(undone).and_then(|it| it.log_id))
    })?;
    let AuditEntry { entity, id, field, .. } = entry;
    Ok(Restored { entity, id, field, undo })
}

fn conflict(
    tx: &dyn ReadTx,
    devices: &Devices,
    entry: &AuditEntry,
) -> driftline_core::Result<Conflict> {
    let conflict = is_conflict(tx.schema(), entry);
    let lost = Lost { conflict, ..Lost::of(devices, entry) };
    let Some(entity) = tx.schema().get(&entry.entity) else {
        return Ok(Conflict { lost, label: None, stands: false, restorable: false });
    };
    let row = view::view(tx, entity, entry.id)?;
    let value = row.as_ref().and_then(|it| it.row.value(&entry.field));
    let stands = value == Some(&entry.winner);
    let editable = entity.policy == Policy::Editable || entry.field == DELETED_AT;
    let restorable = editable && row.is_some() && value != Some(&entry.lost);
    let label = row.and_then(|it| label(entity, &it));
    Ok(Conflict { lost, label, stands, restorable })
}
