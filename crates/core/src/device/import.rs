//! What a reader of transcripts writes. Its stamps are functions of the records, so
//! reading one transcript anywhere, any number of times, in any pieces, gives one set
//! of rows; and they lose to whatever a person wrote.

use crate::{
    EntityDescriptor, FieldName, Id, Policy, Result, Row, Stamp, Value, alias,
    clock::Moment,
    store::{AuditEntry, AuditKind, StoreTx, Stored},
};

use super::{
    exclude,
    owe::{owe, owe_new},
    purge,
    write::{audit, holder},
};

/// What an import did to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It was not here.
    New,
    /// It became more complete.
    Grown,
    /// Everything was here already: nothing was written, nothing is sent.
    Same,
    /// The row or its owner was purged: nothing was written, nothing is sent.
    Purged,
}

/// Joins what a record says of a row. Where a live row made by hand has its natural
/// key, that row is used: the two count as one.
///
/// # Errors
/// When the store cannot be written.
pub fn import(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    cells: Vec<(FieldName, Value, Stamp)>,
    local: Vec<(FieldName, Value)>,
) -> Result<Imported> {
    let known = tx.get(entity.name, id)?;
    let is_new = known.is_none();
    let mut stored = known.unwrap_or_else(|| Stored::new(id));
    if stored.row.is_purged() {
        return Ok(Imported::Purged);
    }
    let mut fields = Vec::new();
    let mut incoming = Row::default();
    for (field, value, stamp) in cells {
        let value = entity.normalise(&field, value);
        let fits = entity.field(&field).is_none_or(|it| it.kind.holds(&value) && !it.local);
        if fits && stored.row.cell(&field).is_none_or(|it| it.stamp <= stamp) {
            incoming.set(field, stamp, value);
        }
    }
    let mut lost = Vec::new();
    for (field, cell) in incoming.cells() {
        if stored.row.cell(field) != Some(cell) {
            fields.push(field.clone());
        }
    }
    let changed = stored.row.join_with(incoming, |field, old, new| {
        if old.value != new.value && !new.stamp.withholds() {
            lost.push(audit(AuditKind::History, entity.name, id, field, new, old));
        }
    });
    if purge::inherited(tx.reading(), entity, id, &stored.row)?.is_some() {
        return Ok(Imported::Purged);
    }
    let mut local_changed = false;
    let is_set = |stored: &Stored, field: &FieldName| {
        entity.policy == Policy::Editable && stored.local.get(field).is_some_and(|it| !it.is_null())
    };
    for (field, value) in local {
        // What stays here has no stamps: where a person may have written it, it is theirs.
        if is_set(&stored, &field) {
            continue;
        }
        local_changed |= stored.local.get(&field) != Some(&value);
        stored.local.insert(field, value);
    }
    if !changed && !is_new {
        if local_changed {
            tx.note(entity.name, id)?;
            tx.put(entity.name, &stored)?;
        }
        return Ok(Imported::Same);
    }
    for entry in lost {
        tx.record(&AuditEntry { at: moment.now, rule: "more complete".into(), ..entry })?;
    }
    stored.key = entity.key_of(&stored.row);
    if is_new && let Some(twin) = holder(tx.reading(), entity, stored.key.as_deref(), id)? {
        alias::assume(tx, entity.name, id, twin)?;
    }
    if is_new {
        tx.insert(entity.name, &stored)?;
    } else {
        tx.put(entity.name, &stored)?;
    }
    tx.note(entity.name, id)?;
    if !is_new && fields.iter().any(|it| entity.places(it)) {
        exclude::moved(tx, entity)?;
    }
    if is_new {
        owe_new(tx, entity.name, &stored, fields, moment.now)?;
        return Ok(Imported::New);
    }
    owe(tx, entity.name, &stored, fields, moment.now)?;
    Ok(Imported::Grown)
}
