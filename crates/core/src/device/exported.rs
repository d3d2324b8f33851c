//! Rows of an export file: of another replica, or of this one at another time. They are
//! joined as any hub's are. But nobody vouches for what a file says, so it moves no clock
//! further than a hub without a clock could, replaces nothing that stays on this device, and
//! is owed to the hub like what is written here.

use std::{collections::BTreeMap, mem};

use serde::{Deserialize, Serialize};

use super::{
    Imported, adopt_row::believable, exclude, meet::meet, owe::owe_known, purge, write::holder,
};
use crate::{
    ALIASES, EntityDescriptor, FieldName, Id, Result, Row, Schema, Value, alias,
    clock::{self, Moment},
    store::{ReadTx, StoreTx, Stored},
    value::canonical,
};

/// A row, and what stays with it on a device: all that another replica needs to hold the
/// same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exported {
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// Its cells, those of unknown fields among them.
    pub row: Row,
    /// The values that stay on a device.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub local: BTreeMap<FieldName, Value>,
    /// Some hub has acknowledged it, so it is no birth any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub acked: bool,
}

impl Exported {
    /// A row as it is stored.
    pub fn of(entity: &str, stored: Stored) -> Self {
        let Stored { id, row, local, acked, .. } = stored;
        Self { entity: entity.to_owned(), id, row, local, acked }
    }

    /// What it adds to the digest of its entity. Nothing, if one device assumed it until a
    /// hub answers.
    pub fn hash(&self) -> u64 {
        if self.is_assumed() { 0 } else { self.row.hash(&self.entity, self.id) }
    }

    fn is_assumed(&self) -> bool {
        self.entity == ALIASES.name && !self.acked
    }

    /// Brings its values into the form in which they are stored, and takes out what its
    /// fields cannot hold. A field that the schema does not know may hold anything.
    fn normalise(&mut self, schema: &Schema) -> Vec<FieldName> {
        let entity = schema.get(&self.entity);
        let mut left_out = Vec::new();
        let mut fits = |field: &FieldName, value: &Value, is_local: bool| {
            let known = entity.and_then(|it| it.field(field));
            let fits = known.is_none_or(|it| it.local == is_local && it.kind.holds(value));
            if !fits {
                left_out.push(field.clone());
            }
            fits
        };
        let cells = mem::take(&mut self.row).into_cells();
        let cells = cells.map(|(field, value, stamp)| (field, stamp, canonical(value)));
        self.row = cells.filter(|(field, _, value)| fits(field, value, false)).collect();
        let local = mem::take(&mut self.local).into_iter();
        let local = local.map(|(field, value)| (field, canonical(value)));
        self.local = local.filter(|(field, value)| fits(field, value, true)).collect();
        left_out
    }
}

/// Hands over every row, those of entities that this program does not know among them, in
/// the order in which they are to be joined: what a hub said is one, the rows, and then what
/// this device assumes of them.
///
/// # Errors
/// What `job` returned, or when the store cannot be read.
pub fn export(tx: &dyn ReadTx, mut job: impl FnMut(Exported) -> Result<()>) -> Result<()> {
    let mut some = |is_assumed: bool, entity: &str, stored: Stored| {
        let row = Exported::of(entity, stored);
        if row.is_assumed() == is_assumed { job(row) } else { Ok(()) }
    };
    tx.each_row(|entity, stored| some(false, entity, stored))?;
    tx.each_row_of(ALIASES.name, |stored| some(true, ALIASES.name, stored))
}

/// What became of a row of an export file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// What it did to the row that is here.
    pub done: Imported,
    /// The fields whose values were left out, because their fields hold others.
    pub left_out: Vec<FieldName>,
}

/// Joins rows of an export file, and says of each what became of it. Twice is once.
///
/// `meets_others`: there were rows here before the file came. Where one of them has the
/// natural key of a row that is new, the two count as one until a hub answers. Rows of one
/// file are never taken for each other, because where they come from they were not.
///
/// # Errors
/// When the store cannot be written.
pub fn join(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    rows: Vec<Exported>,
    meets_others: bool,
) -> Result<Vec<Joined>> {
    let (mut all, mut latest) = (Vec::with_capacity(rows.len()), None);
    for mut row in rows {
        let left_out = row.normalise(tx.schema());
        latest = latest.max(believable(moment, &row.row));
        all.push(Joined { done: join_row(tx, moment, row, meets_others)?, left_out });
    }
    // An edit here comes after what the file says. No hub has said it, so only what is
    // written here goes on after it.
    clock::go_on_after(tx, latest)?;
    Ok(all)
}

fn join_row(
    tx: &mut dyn StoreTx,
    moment: &Moment,
    given: Exported,
    meets_others: bool,
) -> Result<Imported> {
    let Exported { entity, id, row, local, acked } = given;
    let known = tx.get(&entity, id)?;
    let is_new = known.is_none();
    let mut stored = known.unwrap_or_else(|| Stored::new(id));
    if stored.row.is_purged() && !row.is_purged() {
        return Ok(Imported::Purged);
    }
    let is_alias = entity == ALIASES.name;
    if is_alias && !acked && (!is_new || !is_open(tx.reading(), &row)?) {
        return Ok(Imported::Same);
    }
    // What this device assumed is a fact by what another one was told.
    let is_settled = is_alias && acked && !stored.acked;
    stored.acked |= acked && (is_new || is_settled);
    let may_change: Vec<FieldName> = row
        .cells()
        .filter(|(field, cell)| stored.row.cell(field) != Some(cell))
        .map(|(field, _)| field.clone())
        .collect();
    let descriptor = tx.schema().get(&entity);
    if let Some(descriptor) = descriptor
        && is_new
        && purge::inherited(tx.reading(), descriptor, id, &row)?.is_some()
    {
        return Ok(Imported::Purged);
    }
    let mut changed = is_new || is_settled;
    let before = row.is_purged().then(|| stored.row.clone());
    if !may_change.is_empty() {
        let entry = if is_new { None } else { tx.queued(&entity, id)? };
        changed |= meet(tx, moment, &entity, &mut stored, &row, entry.as_ref())?;
        stored.key = descriptor.and_then(|it| it.key_of(&stored.row));
    }
    if let Some(before) = before.filter(|_| changed) {
        purge::clean(tx, &entity, &mut stored, &before)?;
    }
    let mut local_changed = false;
    for (field, value) in local.into_iter().filter(|_| !stored.row.is_purged()) {
        // What stays here has no stamps: where there is something, it stays.
        if !value.is_null() && stored.local.get(&field).is_none_or(Value::is_null) {
            stored.local.insert(field, value);
            local_changed = true;
        }
    }
    if !changed {
        if local_changed {
            tx.note(&entity, id)?;
            tx.put(&entity, &stored)?;
        }
        return Ok(Imported::Same);
    }
    if is_new {
        if meets_others && let Some(descriptor) = descriptor {
            assume_twin(tx, descriptor, &stored)?;
        }
        tx.insert(&entity, &stored)?;
    } else {
        tx.put(&entity, &stored)?;
    }
    tx.note(&entity, id)?;
    let is_ours = |field: &FieldName| stored.row.cell(field) == row.cell(field);
    let fields: Vec<FieldName> = if is_settled {
        stored.row.cells().map(|(field, _)| field.clone()).collect()
    } else {
        may_change.into_iter().filter(is_ours).collect()
    };
    if let Some(descriptor) = descriptor
        && !is_new
        && fields.iter().any(|it| descriptor.places(it))
    {
        exclude::moved(tx, descriptor)?;
    }
    owe_known(tx, &entity, &stored, fields, moment.now)?;
    Ok(if is_new { Imported::New } else { Imported::Grown })
}

/// Whether the answer of a hub that ends what the alias `row` assumes is still to come: one
/// of its rows is here, and none has acknowledged it.
fn is_open(tx: &dyn ReadTx, row: &Row) -> Result<bool> {
    let text = |field: &str| row.value(field).and_then(Value::as_str);
    let Some(entity) = text("entity") else { return Ok(false) };
    for end in ["low", "high"] {
        let Some(id) = text(end).and_then(|it| it.parse().ok()) else { return Ok(false) };
        if is_birth(tx, entity, id)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_birth(tx: &dyn ReadTx, entity: &str, id: Id) -> Result<bool> {
    Ok(tx.held(entity, id)?.is_some_and(|it| !it.acked))
}

/// Takes `newcomer` for the live row that has its natural key, as a hub would: unless hubs
/// have acknowledged both, because old rows that were given one key stay two.
fn assume_twin(tx: &mut dyn StoreTx, entity: &EntityDescriptor, newcomer: &Stored) -> Result<()> {
    if newcomer.row.is_deleted() {
        return Ok(());
    }
    let twin = holder(tx.reading(), entity, newcomer.key.as_deref(), newcomer.id)?;
    let Some(twin) = twin else { return Ok(()) };
    let is_open = !newcomer.acked || is_birth(tx.reading(), entity.name, twin)?;
    if is_open { alias::assume(tx, entity.name, newcomer.id, twin) } else { Ok(()) }
}
