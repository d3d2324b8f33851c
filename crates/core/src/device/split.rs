//! Taking rows apart that were folded by mistake. Whom a fact has folded stays folded:
//! facts only grow, and every replica has to work out one class whatever it has heard.
//! So a row does not come out of its class; it goes on beside it. One member's values
//! are written as a row of its own, what names that member is written to name the new
//! row, and the rest gets back the values that it had without the member. All of it is
//! ordinary births and edits, which merge like any others.
//!
//! The new row's id is a function of the member's. So two devices that take the same row
//! apart, at once or one after the other, make one row of it and not two. Its key must be
//! one that no row of the class has: a hub would fold the birth with the class again,
//! in whatever order it hears of the birth and of the rest.

use std::collections::BTreeSet;

use crate::{
    DELETED_AT, EntityDescriptor, Error, FieldName, Id, Policy, Refusal, Result, Row, Stamp, Value,
    Values, alias,
    clock::{self, Moment},
    store::{Deleted, Find, ReadTx, StoreTx, Stored},
    view,
};

use super::{
    owe::owe,
    write::{Cells, holder, sort_values, write_cells},
};

/// How many endings are tried for a key that is not taken.
const ENDINGS: u32 = 10_000;

/// What taking a row apart does.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The member that goes on by itself.
    pub member: Id,
    /// The row as which it goes on.
    pub apart: Id,
    /// The row that stands for the rest.
    pub rest: Id,
    /// What the new row holds.
    pub values: Values,
    /// Whether the member comes from a reader of transcripts: what is imported for it
    /// later still names the member, so it stays with the rest.
    pub imported: bool,
    /// What the rest shows again: the field, what it showed, what it shows now.
    pub given_back: Vec<(FieldName, Value, Value)>,
    /// Rows that name the member and will name the new row, with the field that does.
    pub follow: Vec<(&'static str, Id, &'static str)>,
    /// Rows that name the member and cannot be edited, so that they stay with the rest.
    pub stay: Vec<(&'static str, u64)>,
    cells: Cells,
    local: Cells,
}

/// Says what [`split`] would do, and changes nothing.
///
/// # Errors
/// As [`split`].
pub fn plan_split(
    tx: &dyn ReadTx,
    entity: &'static EntityDescriptor,
    member: Id,
    changes: &Values,
) -> Result<Split> {
    if entity.policy == Policy::AppendOnly {
        return Err(Error::Refused {
            entity: entity.name.into(),
            id: member,
            why: Refusal::AppendOnly,
        });
    }
    let not_found = || Error::NotFound { entity: entity.name.into(), id: member };
    let shown = view::view(tx, entity, member)?.ok_or_else(not_found)?;
    if !view::is_visible(tx, entity, &shown.row)? {
        return Err(not_found());
    }
    let own = tx.get(entity.name, member)?.ok_or_else(not_found)?;
    let others: Vec<Id> = shown.members.iter().copied().filter(|it| *it != member).collect();
    let Some(rest) = others.first().copied() else {
        return Err(Error::Refused {
            entity: entity.name.into(),
            id: member,
            why: Refusal::NotFolded,
        });
    };
    let apart = alias::apart(entity.name, member);
    if view::view(tx, entity, apart)?.is_some_and(|it| !it.row.is_deleted()) {
        let (entity, id) = (entity.name.into(), member);
        return Err(Error::Refused { entity, id, why: Refusal::AlreadyApart { apart } });
    }
    let mut without = Row::default();
    for id in others {
        if let Some(it) = tx.get(entity.name, id)? {
            without.join(it.row);
        }
    }
    let (cells, local) = go_on_as(tx, entity, &own, &shown.members, changes)?;
    let (follow, stay) = named_by(tx, entity, member)?;
    let given_back = shown
        .row
        .cells()
        .filter(|(field, _)| *field != DELETED_AT)
        .map(|(field, cell)| (field, &cell.value, without.value(field).unwrap_or(&Value::Null)))
        .filter(|(_, shows, had)| shows != had)
        .map(|(field, shows, had)| (field.clone(), shows.clone(), had.clone()))
        .collect();
    Ok(Split {
        member,
        apart,
        rest,
        values: cells.iter().map(|(field, it)| (field.to_string(), it.clone())).collect(),
        imported: own.row.cells().any(|(_, it)| !it.stamp.is_person()),
        given_back,
        follow,
        stay,
        cells,
        local,
    })
}

/// Takes `member` out of the class of rows that it was folded with: it goes on as a row
/// of its own with the values it has by itself. `changes` come on top of them. Unless
/// they give it a key of its own, a text of its key gets an ending such as ` (2)`.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Refused`] if the row was folded with nothing, is apart already or is
/// append-only, or if the key that `changes` give is that of a row of the class or of another live
/// row; [`Error::Invalid`] for values that do not fit.
pub fn split(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    member: Id,
    changes: &Values,
) -> Result<Split> {
    let plan = plan_split(tx.reading(), entity, member, changes)?;
    if !plan.given_back.is_empty() {
        let cells = plan.given_back.iter().map(|(field, _, had)| (field.clone(), had.clone()));
        write_cells(tx, moment, entity, plan.rest, cells.collect(), Vec::new())?;
    }
    let mut stored = tx.get(entity.name, plan.apart)?.unwrap_or_else(|| Stored::new(plan.apart));
    let stamp = clock::tick(tx, moment)?;
    let mut fields: Vec<FieldName> = Vec::new();
    // It was taken apart before, and joined again.
    let emptied = stored.row.cells().map(|(field, _)| (field.clone(), Value::Null));
    let emptied: Vec<_> = emptied.filter(|(it, _)| !plan.values.contains_key(&**it)).collect();
    for (field, value) in emptied.into_iter().chain(plan.cells.iter().cloned()) {
        let stamp = match stored.row.cell(&field) {
            Some(old) if old.stamp >= stamp => old.stamp.next(moment.node),
            _ => stamp,
        };
        fields.push(field.clone());
        stored.row.set(field, stamp, value);
    }
    stored.local.extend(plan.local.iter().cloned());
    stored.key = entity.key_of(&stored.row);
    tx.put(entity.name, &stored)?;
    tx.note(entity.name, stored.id)?;
    owe(tx, entity.name, &stored, fields, moment.now)?;
    let name = Value::from(plan.apart.to_string());
    for (referring, id, field) in &plan.follow {
        rename_reference(tx, moment, referring, *id, field, &name)?;
    }
    Ok(plan)
}

/// Undoes [`split`]: deletes the row as which `member` went on, lets what names it name
/// the member again, and writes what the rest had given back, where nobody has changed
/// it since. Returns the deleted row's id.
///
/// # Errors
/// [`Error::NotFound`] if it was not taken apart.
pub fn rejoin(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    member: Id,
) -> Result<Id> {
    let apart = alias::apart(entity.name, member);
    let live = view::view(tx.reading(), entity, apart)?.is_some_and(|it| !it.row.is_deleted());
    let (Some(shown), true) = (view::view(tx.reading(), entity, member)?, live) else {
        return Err(Error::NotFound { entity: entity.name.into(), id: apart });
    };
    let own = tx.get(entity.name, member)?.map(|it| it.row).unwrap_or_default();
    // What was given back carries the stamp before that of the new row: so any device
    // can tell, and what somebody has written since is left alone.
    let goes_on = tx.get(entity.name, apart)?.map(|it| it.row).unwrap_or_default();
    let made: BTreeSet<Stamp> = goes_on.cells().map(|(_, cell)| cell.stamp).collect();
    let given_back = shown.row.cells().filter(|(field, cell)| {
        cell.stamp.is_person()
            && made.contains(&cell.stamp.next(cell.stamp.node()))
            && own.value(field).is_some_and(|it| *it != cell.value)
    });
    let values =
        given_back.filter_map(|(field, _)| Some((field.clone(), own.value(field)?.clone())));
    let cells: Cells = values.collect();
    if !cells.is_empty() {
        write_cells(tx, moment, entity, member, cells, Vec::new())?;
    }
    let name = Value::from(member.to_string());
    let (follow, _) = named_by(tx.reading(), entity, apart)?;
    for (referring, id, field) in follow {
        rename_reference(tx, moment, referring, id, field, &name)?;
    }
    super::set_deleted(tx, moment, entity, apart, true)?;
    Ok(apart)
}

/// What the member goes on with: its own values, under a key that no row has.
fn go_on_as(
    tx: &dyn ReadTx,
    entity: &'static EntityDescriptor,
    own: &Stored,
    class: &[Id],
    changes: &Values,
) -> Result<(Cells, Cells)> {
    let (changed, changed_local) = sort_values(entity, changes.clone())?;
    let mut row = own.row.clone();
    row.retain(|field| field != DELETED_AT);
    let stamp = Stamp::machine(0, 0, 0, 0);
    for (field, value) in changed {
        row.set(field, stamp, value);
    }
    let mut taken = key_taken(tx, entity, &row, class)?;
    if let Some(id) = taken
        && entity.natural_key.iter().any(|it| changes.contains_key(*it))
    {
        let key = entity.natural_key.join(" + ");
        return Err(Error::Refused {
            entity: entity.name.into(),
            id,
            why: Refusal::KeyTaken { key },
        });
    }
    let text = |row: &Row| {
        let texts =
            entity.natural_key.iter().filter_map(|it| Some((*it, row.value(it)?.as_str()?)));
        texts.map(|(field, text)| (field, text.to_owned())).next()
    };
    if let Some((field, text)) = text(&row) {
        for ending in 2..ENDINGS {
            if taken.is_none() {
                break;
            }
            row.set(field, stamp, format!("{text} ({ending})").into());
            taken = key_taken(tx, entity, &row, class)?;
        }
    }
    if let Some(id) = taken {
        let key = entity.natural_key.join(" + ");
        return Err(Error::Refused {
            entity: entity.name.into(),
            id,
            why: Refusal::KeyTaken { key },
        });
    }
    let cells = row.cells().filter(|(_, cell)| !cell.value.is_null());
    let cells = cells.map(|(field, cell)| (field.clone(), cell.value.clone())).collect();
    let mut local = own.local.clone();
    local.extend(changed_local);
    Ok((cells, local.into_iter().collect()))
}

/// The row that keeps `row` from having its key: a member of the class, whatever the
/// class shows, or a live row.
fn key_taken(
    tx: &dyn ReadTx,
    entity: &EntityDescriptor,
    row: &Row,
    class: &[Id],
) -> Result<Option<Id>> {
    let Some(key) = entity.key_of(row) else { return Ok(None) };
    for id in class {
        let key_of = tx.get(entity.name, *id)?.and_then(|it| entity.key_of(&it.row));
        if key_of.as_deref() == Some(&key) {
            return Ok(Some(*id));
        }
    }
    holder(tx, entity, Some(&key), class[0])
}

type Named = (Vec<(&'static str, Id, &'static str)>, Vec<(&'static str, u64)>);

/// The rows that name `member` itself: those that can be written to name another, and
/// how many cannot.
fn named_by(tx: &dyn ReadTx, entity: &EntityDescriptor, member: Id) -> Result<Named> {
    let name = Value::from(member.to_string());
    let (mut follow, mut stay) = (Vec::new(), Vec::new());
    for (referring, field) in tx.schema().referring_to(entity.name) {
        let find = Find::new().equal(field.name, name.clone()).deleted(Deleted::Included);
        if referring.policy == Policy::AppendOnly && !field.local {
            match tx.count(referring.name, &find)? {
                0 => (),
                count => stay.push((referring.name, count)),
            }
            continue;
        }
        for stored in tx.find(referring.name, &find)? {
            // One of several rows that are one: what counts is what the class says.
            let shown = view::view(tx, referring, stored.id)?;
            if shown.is_some_and(|it| it.value(field.name) == Some(&name)) {
                follow.push((referring.name, stored.id, field.name));
            }
        }
    }
    Ok((follow, stay))
}

fn rename_reference(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static str,
    id: Id,
    field: &'static str,
    name: &Value,
) -> Result<()> {
    let entity = tx.schema().entity(entity)?;
    let value = vec![(FieldName::from(field), name.clone())];
    let is_local = entity.field(field).is_some_and(|it| it.local);
    let (cells, local) = if is_local { (Vec::new(), value) } else { (value, Vec::new()) };
    write_cells(tx, moment, entity, id, cells, local)
}
