//! What a purge takes with it, on a device and at a hub alike: the rows that are one with the
//! purged row, and the rows that it owns, however deep. They get the same mark. Many are marked
//! in bounded steps, so what is left to do is a list that outlives the transaction.

use serde::{Deserialize, Serialize};

use crate::{
    Cell, EntityDescriptor, Id, PURGED, Result, Row, Schema, Value, alias, store::Lookup, view,
};

/// What the mark of a row says that a person purged.
pub(crate) const BY_PERSON: &str = "person";

/// How many rows are marked in one transaction besides those that it names.
pub(crate) const STEP: usize = 500;

/// How many owners above each other are looked at: rows that own each other in a circle must
/// not be followed for ever.
const DEPTH: usize = 32;

/// A purged row of which some rows may still have to be marked that it owns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Open {
    /// The entity of the rows that it owns.
    entity: String,
    /// The purged row.
    owner: Id,
    /// What they get.
    mark: Cell,
    /// The last of them that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Id>,
}

/// A row that is nothing but this mark.
pub(crate) fn marked(mark: &Cell) -> Row {
    Row::from_iter([(PURGED, mark.stamp, mark.value.clone())])
}

/// A row to mark, and what it gets.
pub(crate) struct Next {
    pub(crate) entity: &'static EntityDescriptor,
    pub(crate) id: Id,
    pub(crate) mark: Cell,
}

/// Notes that a row of `entity`, known by each of `ids`, was purged with `mark`.
pub(crate) fn note(
    schema: &Schema,
    open: &mut Vec<Open>,
    entity: &EntityDescriptor,
    ids: &[Id],
    mark: &Cell,
) {
    // In an order that does not depend on which entities refer to which: hubs number alike.
    let mut children: Vec<_> = schema.owned_by(entity.name).map(|it| it.0).collect();
    children.sort_unstable_by_key(|it| it.name);
    for child in children {
        for id in ids {
            let is_noted = |it: &Open| it.entity == child.name && it.owner == *id;
            if !open.iter().any(is_noted) {
                let (entity, mark) = (child.name.to_owned(), mark.clone());
                open.push(Open { entity, owner: *id, mark, after: None });
            }
        }
    }
}

/// The rows that are to be marked next, `most` or a few more, some of them twice. Fewer do not
/// mean that nothing is `open` any more. Each is to be marked before this is asked again.
pub(crate) fn next(rows: &dyn Lookup, open: &mut Vec<Open>, most: usize) -> Result<Vec<Next>> {
    let Some(first) = open.first_mut() else { return Ok(Vec::new()) };
    let known = rows.schema().get(&first.entity).and_then(|it| Some((it, it.owner()?)));
    let Some((entity, (field, of))) = known else {
        open.remove(0);
        return Ok(Vec::new());
    };
    let (owner, mark) = (first.owner, first.mark.clone());
    let ids = rows.owned(entity.name, field, owner, first.after, most)?;
    match ids.last() {
        Some(last) if ids.len() >= most => first.after = Some(*last),
        _ => drop(open.remove(0)),
    }
    let mut found = Vec::new();
    for id in ids {
        // A row that another one is folded with may be shown elsewhere.
        let Some(members) = view::members(rows, entity, id)? else { continue };
        let owned_by = owner_of(&members.row(), field);
        let is_moved = match owned_by {
            Some(it) => it != owner && !alias::class(rows, of, owner)?.contains(&it),
            None => !members.row().is_purged(),
        };
        if is_moved {
            continue;
        }
        let unmarked = members.rows.into_iter().filter(|it| !it.row.is_purged());
        found.extend(unmarked.map(|it| Next { entity, id: it.id, mark: mark.clone() }));
    }
    Ok(found)
}

/// The mark that the row `id` gets for what it is folded with or belongs to, if it has none of
/// its own: `row` is what it holds.
pub(crate) fn inherited(
    rows: &dyn Lookup,
    entity: &EntityDescriptor,
    id: Id,
    row: &Row,
) -> Result<Option<Cell>> {
    if entity.natural_key.is_empty() {
        return of_owner(rows, entity, row, DEPTH);
    }
    let mut joined = row.clone();
    for member in alias::class(rows, entity.name, id)? {
        if let Some(it) = rows.get(entity.name, member)?.filter(|_| member != id) {
            joined.join(it.row);
        }
    }
    match joined.purge_mark() {
        Some(mark) => Ok(Some(mark.clone())),
        None => of_owner(rows, entity, &joined, DEPTH),
    }
}

fn of_owner(
    rows: &dyn Lookup,
    entity: &EntityDescriptor,
    row: &Row,
    depth: usize,
) -> Result<Option<Cell>> {
    let Some((field, of)) = entity.owner() else { return Ok(None) };
    let (Some(id), Some(owner)) = (owner_of(row, field), rows.schema().get(of)) else {
        return Ok(None);
    };
    let Some(members) = view::members(rows, owner, id)? else { return Ok(None) };
    let row = members.row();
    match row.purge_mark() {
        Some(mark) => Ok(Some(mark.clone())),
        None if depth == 0 => Ok(None),
        None => of_owner(rows, owner, &row, depth - 1),
    }
}

fn owner_of(row: &Row, field: &str) -> Option<Id> {
    row.value(field).and_then(Value::as_str).and_then(|it| it.parse().ok())
}

/// Whether a mark on a row of `of` can reach rows of `entity`.
pub(crate) fn reaches(schema: &Schema, of: &str, entity: &EntityDescriptor) -> bool {
    let owner = |it: &&EntityDescriptor| schema.get(it.owner()?.1);
    std::iter::successors(Some(entity), owner).take(DEPTH).any(|it| it.name == of)
}
