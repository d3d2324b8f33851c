//! What a person writes: stamped and queued in the transaction that stores it.

use super::exclude::{self, Judge};
use crate::{
    Cell, DELETED_AT, EntityDescriptor, Error, FieldName, Id, Millis, Policy, Refusal, Result,
    Value, Values, alias,
    clock::{self, Moment},
    store::{AuditEntry, AuditKind, Operation, QueueId, Queued, ReadTx, Standing, StoreTx, Stored},
    view,
};

/// Creates a row with the given values. Nothing else is written: no defaults, and no
/// mark that it is live.
///
/// # Errors
/// [`Error::Refused`] if a live row has its natural key; [`Error::Invalid`] and
/// [`Error::Invalid`] for values that do not fit.
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
    tx.put(entity.name, &stored)?;
    tx.note(entity.name, id)?;
    let fields: Vec<FieldName> = stored.row.cells().map(|(field, _)| field.clone()).collect();
    owe(tx, entity.name, &stored, fields, moment.now)
}

/// Writes new values into a row, under any id that stands for it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Refused`], [`Error::Invalid`],
/// [`Error::Invalid`].
pub fn update(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    values: Values,
) -> Result<()> {
    let (cells, local) = sort_values(entity, values)?;
    if entity.policy == Policy::AppendOnly && !cells.is_empty() {
        return Err(Error::Refused { entity: entity.name.into(), id, why: Refusal::AppendOnly });
    }
    write_cells(tx, moment, entity, id, cells, local)
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

/// Marks a row as deleted at `at`, or restores it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn set_deleted(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    id: Id,
    at: Option<Millis>,
) -> Result<()> {
    let cells = vec![(DELETED_AT.into(), at.map_or(Value::Null, Value::from))];
    write_cells(tx, moment, entity, id, cells, Vec::new())
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
    let not_found = || Error::NotFound { entity: entity.name.into(), id };
    let shown = view::view(tx.reading(), entity, id)?.ok_or_else(not_found)?;
    let target = if shown.members.contains(&id) { id } else { shown.members[0] };
    let mut stored = tx.get(entity.name, target)?.ok_or_else(not_found)?;
    stored.local.extend(local);
    tx.note(entity.name, target)?;
    if cells.is_empty() {
        return tx.put(entity.name, &stored);
    }
    let stamp = clock::tick(tx, moment)?;
    let fields: Vec<FieldName> = cells.iter().map(|(field, _)| field.clone()).collect();
    for (field, value) in cells {
        let mut stamp = stamp;
        if let Some(old) = shown.row.cell(&field) {
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
        if candidate == id {
            continue;
        }
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

/// Notes that the hub has yet to hear of `fields`. An edit un-parks its row.
pub(super) fn owe(
    tx: &mut dyn StoreTx,
    entity: &str,
    stored: &Stored,
    fields: impl IntoIterator<Item = FieldName>,
    now: Millis,
) -> Result<()> {
    if alias::is_provisional(entity, stored) {
        return Ok(());
    }
    let mut entry = tx.queued(entity, stored.id)?.unwrap_or_else(|| Queued {
        queue_id: QueueId::default(),
        entity: entity.to_owned(),
        id: stored.id,
        operation: Operation::Update,
        fields: std::collections::BTreeMap::new(),
        change: 0,
        created_at: now,
        attempts: 0,
        last_error: None,
        failures: 0,
        failed_at: 0,
        standing: Standing::Waiting,
    });
    entry.fields.extend(fields.into_iter().map(|field| (field, false)));
    entry.change += 1;
    (entry.last_error, entry.failures) = (None, 0);
    let rule = Judge::new(tx.reading())?.rule(tx.reading(), entity, stored.id)?;
    entry.standing = rule.map_or(Standing::Waiting, Standing::Excluded);
    entry.operation = if !stored.acked {
        Operation::Create
    } else if stored.row.is_deleted() && entry.fields.contains_key(DELETED_AT) {
        Operation::Delete
    } else {
        Operation::Update
    };
    tx.enqueue(&entry)
}
