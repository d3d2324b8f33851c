//! The trash: rows that people deleted, and for how long. Emptying it purges them. Nothing is taken
//! from it without being asked for: what was deleted here may just be restored elsewhere.

use std::collections::BTreeSet;

use serde::Serialize;

use super::purge;
use crate::{
    Cell, DELETED_AT, EntityDescriptor, Id, Millis, Result, Row,
    clock::Moment,
    store::{Deleted, Find, ReadTx, StoreTx},
    view::{self, members},
};

/// Rows read at once.
const PAGE: usize = 100;

/// Deleted rows of an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Discarded {
    /// Their entity.
    pub entity: &'static str,
    /// The rows, each by one of its ids.
    pub rows: Vec<Id>,
    /// What belongs to them, whether deleted or not.
    pub owned: Vec<OwnedRows>,
}

/// How many rows of an entity belong to others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnedRows {
    /// Their entity.
    pub entity: &'static str,
    /// How many there are, deleted ones among them.
    pub rows: u64,
}

/// What was deleted before `before` and not purged since, by entity; none where nothing was.
///
/// # Errors
/// When the store cannot be read.
pub fn discarded(tx: &dyn ReadTx, before: Millis) -> Result<Vec<Discarded>> {
    let mut all = Vec::new();
    for entity in tx.schema().entities() {
        let rows: Vec<Id> = discarded_of(tx, entity, before)?.into_iter().collect();
        if !rows.is_empty() {
            let owned = owned(tx, entity, &rows)?;
            all.push(Discarded { entity: entity.name, rows, owned });
        }
    }
    Ok(all)
}

fn discarded_of(
    tx: &dyn ReadTx,
    entity: &EntityDescriptor,
    before: Millis,
) -> Result<BTreeSet<Id>> {
    let (mut rows, mut offset) = (BTreeSet::new(), 0);
    loop {
        let page = Find { offset, ..Find::new().deleted(Deleted::Only).limit(PAGE) };
        let found = tx.find(entity.name, &page)?;
        for stored in &found {
            let members = members(tx, entity, stored.id)?;
            if let Some(it) = members.filter(|it| is_discarded(&it.row(), before)) {
                rows.insert(it.id);
            }
        }
        if found.len() < PAGE {
            return Ok(rows);
        }
        offset += PAGE;
    }
}

/// Purges those of these rows that are still what [`discarded`] tells of. Returns the rows that
/// were marked, as [`purge`](super::purge()) does.
///
/// # Errors
/// When the store cannot be written.
pub fn purge_discarded(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    entity: &'static EntityDescriptor,
    rows: &[Id],
    before: Millis,
) -> Result<Vec<(&'static str, Id)>> {
    let mut done = Vec::new();
    for id in rows {
        let members = members(tx.reading(), entity, *id)?;
        if members.is_some_and(|it| is_discarded(&it.row(), before)) {
            done.extend(purge(tx, moment, entity, *id)?);
        }
    }
    Ok(done)
}

/// Whether a row was deleted before `before`. A device whose clock is behind writes an early time,
/// and its stamp is later all the same if it has met later ones.
fn is_discarded(row: &Row, before: Millis) -> bool {
    let Some(Cell { stamp, value }) = row.cell(DELETED_AT) else { return false };
    let said = value.as_u64().unwrap_or(Millis::MAX);
    let stamped = if stamp.is_person() { stamp.millis() } else { 0 };
    said.max(stamped) < before
}

/// How many rows belong to these rows of `entity`, by entity.
///
/// # Errors
/// When the store cannot be read.
pub fn owned(tx: &dyn ReadTx, entity: &EntityDescriptor, rows: &[Id]) -> Result<Vec<OwnedRows>> {
    let mut owned = Vec::new();
    for (child, field) in tx.schema().owned_by(entity.name) {
        let mut count = 0;
        for id in rows {
            let all = Find::new().refers(field, *id).deleted(Deleted::Included);
            count += view::count(tx, child, &all)?;
        }
        if count > 0 {
            owned.push(OwnedRows { entity: child.name, rows: count });
        }
    }
    Ok(owned)
}
