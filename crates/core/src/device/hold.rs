//! What a person wrote is never changed, and some of it should not leave without a second
//! look. A guard, which a program hands in, names such texts. The row that holds one is held:
//! it is not sent, whatever queues it, until its owner has decided. The decision is about
//! the text, so it stays while other fields change and ends with the text.
//!
//! What refers to a held row is sent: references are stored as they are written, and the row
//! follows when its owner agrees. What comes from an import is not looked at here; readers
//! of transcripts see to that.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{
    batch::Sent,
    queue::{all_of, change_of},
};
use crate::{
    FieldName, Id, Result, Row, Value,
    store::{Hold, QueueList, Queued, ReadMeta, Standing, StoreTx, WriteMeta},
    value,
};

/// Judges texts that a person wrote before they leave this device.
pub trait Guard: Send + Sync {
    /// The name of the rule by which `text`, of a field of an entity, must not leave before
    /// its owner agrees; none if it may. It is asked of each text again and again, and of
    /// equal texts it must say the same.
    fn rule(&self, entity: &str, field: &str, text: &str) -> Option<String>;
}

/// What the owner of a held row decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is sent as it is.
    Send,
    /// It stays on this device.
    Keep,
    /// It is to be asked again.
    Ask,
}

/// How the names begin under which decisions are kept.
const DECIDED: &str = "held.";
const SEND: &str = "send";
const KEEP: &str = "keep";

/// What `guard` finds in what a person wrote of `row`, without what its owner has agreed to;
/// none if all of it may go.
pub(crate) fn find(
    tx: &dyn ReadMeta,
    guard: &dyn Guard,
    entity: &str,
    row: &Row,
) -> Result<Option<Hold>> {
    let mut fields = BTreeMap::new();
    let mut kept = true;
    for (field, rule) in named(guard, entity, row) {
        match decided(tx, entity, &field, row)?.as_deref() {
            Some(SEND) => continue,
            decided => kept &= decided == Some(KEEP),
        }
        fields.insert(field, rule);
    }
    Ok((!fields.is_empty()).then_some(Hold { fields, kept }))
}

/// The fields of `row` in which a person wrote what `guard` names, with its rules.
fn named(guard: &dyn Guard, entity: &str, row: &Row) -> BTreeMap<FieldName, String> {
    let written = row.cells().filter(|(_, cell)| cell.stamp.is_person());
    let found = written.filter_map(|(field, cell)| {
        Some((field.clone(), rule(guard, entity, field, &cell.value)?))
    });
    found.collect()
}

/// The rule that names the first of the texts in `value`, however deep.
fn rule(guard: &dyn Guard, entity: &str, field: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => guard.rule(entity, field, text),
        Value::Array(items) => items.iter().find_map(|it| rule(guard, entity, field, it)),
        Value::Object(fields) => fields.values().find_map(|it| rule(guard, entity, field, it)),
        _ => None,
    }
}

/// What was decided about the present value of a field.
fn decided(tx: &dyn ReadMeta, entity: &str, field: &str, row: &Row) -> Result<Option<String>> {
    let Some(value) = row.value(field) else { return Ok(None) };
    tx.meta(&name(entity, field, value))
}

/// The name under which a decision about a value is kept.
fn name(entity: &str, field: &str, value: &Value) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{entity}\n{field}\n{}", value::text(value)));
    let head = hash.finalize().into_iter().take(16);
    head.fold(DECIDED.to_owned(), |name, byte| format!("{name}{byte:02x}"))
}

/// Forgets what was decided about what a person wrote of `row`.
pub(super) fn forget(tx: &mut dyn StoreTx, entity: &str, row: &Row) -> Result<()> {
    let written = row.cells().filter(|(_, cell)| cell.stamp.is_person());
    let mut names = written.map(|(field, cell)| name(entity, field, &cell.value));
    names.try_for_each(|it| tx.set_meta(&it, None))
}

/// Judges the row with this id anew, if it waits or is held.
pub(crate) fn judge_row(
    tx: &mut dyn StoreTx,
    guard: &dyn Guard,
    entity: &str,
    id: Id,
) -> Result<()> {
    match tx.queued(entity, id)? {
        Some(entry) => judge(tx, guard, entry),
        None => Ok(()),
    }
}

/// Judges every held row anew: what was found may be gone, or agreed to with another row.
pub(super) fn judge_held(tx: &mut dyn StoreTx, guard: &dyn Guard) -> Result<()> {
    let held = all_of(tx, QueueList::Held)?;
    held.into_iter().try_for_each(|entry| judge(tx, guard, entry))
}

fn judge(tx: &mut dyn StoreTx, guard: &dyn Guard, mut entry: Queued) -> Result<()> {
    if matches!(entry.standing, Standing::Excluded(_) | Standing::Parked(_)) {
        return Ok(());
    }
    let Some(Sent { change, .. }) = change_of(tx, &entry)? else { return Ok(()) };
    let hold = find(tx.reading(), guard, &entry.entity, &change.row)?;
    if entry.held() == hold.as_ref() {
        return Ok(());
    }
    entry.standing = hold.map_or(Standing::Waiting, Standing::Held);
    tx.enqueue(&entry)
}

/// Notes what the owner of a row decides about what is found in it. Returns whether anything
/// is, so that there was something to decide: a row that was sent has nothing any more.
///
/// # Errors
/// When the store cannot be written.
pub fn decide(
    tx: &mut dyn StoreTx,
    guard: Option<&dyn Guard>,
    entity: &str,
    id: Id,
    decision: Decision,
) -> Result<bool> {
    let Some(mut entry) = tx.queued(entity, id)? else { return Ok(false) };
    let Some(Sent { change, .. }) = change_of(tx, &entry)? else { return Ok(false) };
    let mut hold = entry.held().cloned().unwrap_or_default();
    hold.fields.extend(guard.map(|it| named(it, entity, &change.row)).unwrap_or_default());
    let mut found = false;
    for field in hold.fields.keys() {
        if let Some(value) = change.row.value(field) {
            note(tx, &name(entity, field, value), decision)?;
            found = true;
        }
    }
    if !found {
        return Ok(false);
    }
    match guard {
        Some(guard) => {
            judge(tx, guard, entry)?;
            judge_held(tx, guard)?;
        }
        None => {
            hold.kept = decision == Decision::Keep;
            let stays = decision != Decision::Send;
            entry.standing = if stays { Standing::Held(hold) } else { Standing::Waiting };
            tx.enqueue(&entry)?;
        }
    }
    Ok(true)
}

fn note(tx: &mut dyn WriteMeta, name: &str, decision: Decision) -> Result<()> {
    tx.set_meta(
        name,
        match decision {
            Decision::Send => Some(SEND),
            Decision::Keep => Some(KEEP),
            Decision::Ask => None,
        },
    )
}
