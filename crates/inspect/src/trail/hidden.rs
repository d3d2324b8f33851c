//! Why a row is not shown.

use driftline_core::{
    DELETED_AT, EntityDescriptor, Id, Millis, Result, Value,
    store::ReadTx,
    view::{self, View},
};

use super::seen::Seen;
use crate::label::label;

/// How many owners of owners are looked at: more than any program declares.
const DEEP: usize = 16;

/// Why a row is not shown.
pub(super) enum Hidden {
    /// It is shown.
    No,
    /// It is deleted.
    Deleted,
    /// Something that it belongs to is deleted.
    ByOwner { entity: &'static str, id: Id, label: Option<String> },
}

pub(super) fn by_what(tx: &dyn ReadTx, seen: &Seen) -> Result<Hidden> {
    if seen.view.row.is_deleted() {
        return Ok(Hidden::Deleted);
    }
    let Some(mut entity) = seen.descriptor else { return Ok(Hidden::No) };
    let mut row = seen.view.clone();
    for _ in 0..DEEP {
        let Some((owner, found)) = owner(tx, entity, &row)? else { break };
        if found.row.is_deleted() {
            let label = label(owner, &found);
            return Ok(Hidden::ByOwner { entity: owner.name, id: found.id, label });
        }
        (entity, row) = (owner, found);
    }
    Ok(Hidden::No)
}

/// What `row` belongs to, if it is here.
pub(super) fn owner(
    tx: &dyn ReadTx,
    entity: &EntityDescriptor,
    row: &View,
) -> Result<Option<(&'static EntityDescriptor, View)>> {
    let Some((field, owner)) = entity.owner() else { return Ok(None) };
    let id = row.value(field).and_then(Value::as_str).and_then(|it| it.parse().ok());
    let (Some(id), Some(owner)) = (id, tx.schema().get(owner)) else { return Ok(None) };
    Ok(view::view(tx, owner, id)?.map(|it| (owner, it)))
}

/// When a deleted row was deleted.
pub(super) fn since(row: &View) -> Option<Millis> {
    row.row.value(DELETED_AT)?.as_u64()
}
