//! What a person writes: stamped and queued in the transaction that stores it.

use super::{
    exclude,
    owe::{owe, owe_new},
    purge,
};
use crate::{
    Cell, DELETED_AT, EntityDescriptor, Error, FieldName, Id, Policy, Refusal, Result, Value,
    Values,
    clock::{self, Moment},
    members::Members,
    store::{AuditEntry, AuditKind, ReadTx, StoreTx, Stored},
    view,
};

/// Creates a row with the given values. Nothing else is written: no defaults, and no
/// mark that it is live.
///
/// # Errors
/// [`Error::Refused`] if a live row has its natural key; [`Error::Invalid`] for values that do not
/// fit.
pub fn create(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    values: Values,
) -> Result<()> {
    let (cells, local) = sort_values(entity, values)?;
    if cells.is_empty() {
        let known: Vec<_> = entity.synced().map(|it| it.name).collect();
        let expected = format!("a value for at least one of {}", known.join(", "));
        return Err(Error::bad_value(entity.name, "a new row", expected));
    }
    let stamp = clock::tick(tx, moment)?;
    let mut stored = Stored::new(id);
    for (field, value) in cells {
        stored.row.set(field, stamp, value);
    }
    stored.local.extend(local);
    stored.key = entity.key_of(&stored.row);
    if let Some(taken) = holder(tx.reading(), entity, stored.key.as_deref(), id)? {
        let key = entity.natural_key.join(" + ");
        return Err(Error::Refused {
            entity: entity.name.into(),
            id: taken,
            why: Refusal::KeyTaken { key },
        });
    }
    tx.insert(entity.name, &stored)?;
    tx.note(entity.name, id)?;
    let fields: Vec<FieldName> = stored.row.cells().map(|(field, _)| field.clone()).collect();
    owe_new(tx, entity.name, &stored, fields, moment.now)
}

/// Writes new values into a row, under any id that stands for it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Refused`], [`Error::Invalid`].
pub fn update(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    values: Values,
) -> Result<()> {
    let members = members(tx.reading(), entity, id)?;
    edit(tx, moment, entity, id, &members, values)
}

/// As [`update`], of rows that were read.
pub(crate) fn edit(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    members: &Members,
    values: Values,
) -> Result<()> {
    let (cells, local) = sort_values(entity, values)?;
    if entity.policy == Policy::AppendOnly && !cells.is_empty() {
        return Err(Error::Refused { entity: entity.name.into(), id, why: Refusal::AppendOnly });
    }
    write_into(tx, moment, entity, id, members, cells, local)
}

/// The rows that are one with the row `id`, which must be here.
pub(crate) fn members(tx: &dyn ReadTx, entity: &EntityDescriptor, id: Id) -> Result<Members> {
    let not_found = || Error::NotFound { entity: entity.name.into(), id };
    view::members(tx, entity, id)?.ok_or_else(not_found)
}

/// Writes values into the row with this id, and creates it if it is not here: for rows
/// whose id is a function of what they are about, so that every device that writes one
/// writes the same one.
///
/// # Errors
/// As [`create`] and [`update`].
pub fn put(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    values: Values,
) -> Result<()> {
    match tx.get(entity.name, id)? {
        Some(_) => update(tx, moment, entity, id, values),
        None => create(tx, moment, entity, id, values),
    }
}

/// Deletes a row, or restores it, unless that was done before.
///
/// # Errors
/// [`Error::NotFound`].
pub fn set_deleted(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    deleted: bool,
) -> Result<()> {
    let members = members(tx.reading(), entity, id)?;
    if members.row().is_deleted() == deleted {
        return Ok(());
    }
    let at = if deleted { Value::from(moment.now) } else { Value::Null };
    write_into(tx, moment, entity, id, &members, vec![(DELETED_AT.into(), at)], Vec::new())
}

pub(super) type Cells = Vec<(FieldName, Value)>;

/// Checks values against the fields and separates what travels from what stays.
pub(super) fn sort_values(
    entity: &'static EntityDescriptor,
    values: Values,
) -> Result<(Cells, Cells)> {
    let (mut cells, mut local) = (Vec::new(), Vec::new());
    for (name, value) in values {
        let field = entity.field(&name).ok_or_else(|| entity.unknown_field(&name))?;
        let value = entity.normalise(field.name, value);
        if !field.kind.holds(&value) {
            return Err(Error::bad_value(entity.name, &name, field.kind.describe()));
        }
        let side = if field.local { &mut local } else { &mut cells };
        side.push((field.name.into(), value));
    }
    Ok((cells, local))
}

pub(super) fn write_cells(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    cells: Cells,
    local: Cells,
) -> Result<()> {
    let members = members(tx.reading(), entity, id)?;
    write_into(tx, moment, entity, id, &members, cells, local)
}

fn write_into(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    members: &Members,
    cells: Cells,
    local: Cells,
) -> Result<()> {
    let shown = members.row();
    purge::refuse(entity, id, &shown)?;
    let rows = &members.rows;
    let mut stored = rows.iter().find(|it| it.id == id).unwrap_or(&rows[0]).clone();
    let target = stored.id;
    stored.local.extend(local);
    tx.note(entity.name, target)?;
    if cells.is_empty() {
        return tx.put(entity.name, &stored);
    }
    let stamp = clock::tick(tx, moment)?;
    let fields: Vec<FieldName> = cells.iter().map(|(field, _)| field.clone()).collect();
    for (field, value) in cells {
        let mut stamp = stamp;
        if let Some(old) = shown.cell(&field) {
            // A stamp from a clock that is far ahead was not allowed to move ours, so
            // an edit of that cell must be put above it by hand, and that cell alone.
            if old.stamp >= stamp {
                stamp = old.stamp.next(moment.node);
            }
            if old.value != value {
                let winner = Cell { stamp, value: value.clone() };
                let entry = audit(AuditKind::History, entity.name, target, &field, &winner, old);
                tx.record(&AuditEntry { at: moment.now, rule: "edited here".into(), ..entry })?;
            }
        }
        stored.row.set(field, stamp, value);
    }
    stored.key = entity.key_of(&stored.row);
    tx.put(entity.name, &stored)?;
    if fields.iter().any(|it| entity.places(it)) {
        exclude::moved(tx, entity)?;
    }
    owe(tx, entity.name, &stored, fields, moment.now)
}

pub(super) fn audit(
    kind: AuditKind,
    entity: &str,
    id: Id,
    field: &str,
    winner: &Cell,
    lost: &Cell,
) -> AuditEntry {
    AuditEntry {
        log_id: None,
        at: 0,
        kind,
        entity: entity.to_owned(),
        id,
        field: field.to_owned(),
        winner: winner.value.clone(),
        winner_stamp: winner.stamp,
        lost: lost.value.clone(),
        lost_stamp: lost.stamp,
        rule: String::new(),
    }
}

/// The live row other than `id`'s that has the natural key `key`.
pub(super) fn holder(
    tx: &dyn ReadTx,
    entity: &EntityDescriptor,
    key: Option<&str>,
    id: Id,
) -> Result<Option<Id>> {
    let Some(key) = key else { return Ok(None) };
    for candidate in tx.with_key(entity.name, key)? {
        if let Some(it) = view::view(tx, entity, candidate)?
            && !it.members.contains(&id)
            && !it.row.is_deleted()
            && entity.key_of(&it.row).as_deref() == Some(key)
        {
            return Ok(Some(it.id));
        }
    }
    Ok(None)
}
