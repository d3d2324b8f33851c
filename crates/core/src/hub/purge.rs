//! Purging at a hub: what a marked row owns is marked and numbered like any change, here in
//! bounded steps, and what comes later is marked when it is accepted.

use super::{overlay::Overlay, state::State};
use crate::{
    Cell, EntityDescriptor, Id, Result, Row, Value, alias,
    purge::{self, Next},
    store::{Lookup, Stored},
};

/// Gives `row`, which is about to be accepted, the mark of its owner if that was purged.
pub(super) fn inherit(
    rows: &Overlay<'_>,
    state: &State,
    entity: &EntityDescriptor,
    id: Id,
    row: &mut Row,
) -> Result<()> {
    let schema = rows.schema();
    if row.is_purged() || !state.purged.iter().any(|of| purge::reaches(schema, of, entity)) {
        return Ok(());
    }
    if let Some(mark) = purge::inherited(rows, entity, id, row)? {
        row.join(purge::marked(&mark));
    }
    Ok(())
}

/// Marks what is folded with a row that was just marked, and notes that what they own is to be
/// marked.
pub(super) fn spread(
    rows: &mut Overlay<'_>,
    state: &mut State,
    entity: &'static EntityDescriptor,
    id: Id,
    mark: &Cell,
) -> Result<()> {
    let ids = if entity.natural_key.is_empty() {
        vec![id]
    } else {
        alias::class(&*rows, entity.name, id)?
    };
    for member in ids.iter().filter(|it| **it != id) {
        put_mark(rows, state, entity, *member, mark)?;
    }
    purge::note(rows.schema(), &mut state.open, entity, &ids, mark);
    Ok(())
}

/// Marks what an alias has folded with a purged row.
pub(super) fn spread_over(rows: &mut Overlay<'_>, state: &mut State, fact: &Stored) -> Result<()> {
    let named = fact.row.value("entity").and_then(Value::as_str);
    let entity = named.and_then(|it| rows.schema().get(it));
    let (Some(entity), Some(low)) = (entity, fact.id_in("low")) else { return Ok(()) };
    if !state.purged.contains(entity.name) {
        return Ok(());
    }
    let row = rows.get(entity.name, low)?.map(|it| it.row).unwrap_or_default();
    match purge::inherited(rows, entity, low, &row)? {
        Some(mark) => {
            put_mark(rows, state, entity, low, &mark)?;
            spread(rows, state, entity, low, &mark)
        }
        None => Ok(()),
    }
}

/// Marks some of the rows that are still to be marked.
pub(super) fn go_on(rows: &mut Overlay<'_>, state: &mut State) -> Result<()> {
    let mut left = purge::STEP;
    while left > 0 && !state.open.is_empty() {
        let found = purge::next(&*rows, &mut state.open, left)?;
        left = left.saturating_sub(found.len());
        for Next { entity, id, mark } in found {
            put_mark(rows, state, entity, id, &mark)?;
            spread(rows, state, entity, id, &mark)?;
        }
    }
    Ok(())
}

/// Marks a row, if it is here and has no mark.
fn put_mark(
    rows: &mut Overlay<'_>,
    state: &mut State,
    entity: &EntityDescriptor,
    id: Id,
    mark: &Cell,
) -> Result<()> {
    let found = rows.get(entity.name, id)?.filter(|it| !it.row.is_purged());
    let Some(mut stored) = found else { return Ok(()) };
    stored.row.join(purge::marked(mark));
    (stored.key, stored.born) = (None, false);
    state.number(entity.name, &mut stored);
    rows.put(entity.name, stored, false);
    Ok(())
}
