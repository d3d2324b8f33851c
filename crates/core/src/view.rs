//! What a person sees: rows with their twins folded in, without what is deleted or
//! belongs to something deleted. Worked out when read, so that nothing has to be
//! written when an owner is deleted or two rows turn out to be one.

mod order;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use self::order::by_value;
use self::order::{compare, matches};
use crate::{
    EntityDescriptor, FieldName, Id, Kind, Result, Row, Value, alias,
    members::Members,
    store::{Deleted, Find, Lookup, ReadRows, Stored},
};

/// A row as a person sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The id that stands for it.
    pub id: Id,
    /// Every id that stands for it and has a row here.
    pub members: Vec<Id>,
    /// The join of its members' cells.
    pub row: Row,
    /// What stays on this device.
    pub local: BTreeMap<FieldName, Value>,
}

impl View {
    /// The value of `field`, null if it was never written.
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.row.value(field).or_else(|| self.local.get(field))
    }
}

impl From<Members> for View {
    fn from(members: Members) -> Self {
        let mut view = Self {
            id: members.id,
            members: Vec::with_capacity(members.rows.len()),
            row: Row::default(),
            local: BTreeMap::new(),
        };
        for Stored { id, row, local, .. } in members.rows {
            if view.members.is_empty() {
                (view.row, view.local) = (row, local);
            } else {
                view.row.join(row);
                for (field, value) in local {
                    view.local.entry(field).or_insert(value);
                }
            }
            view.members.push(id);
        }
        view
    }
}

/// The row that `id` stands for, deleted or not.
///
/// # Errors
/// When the store cannot be read.
pub fn view(tx: &dyn Lookup, entity: &EntityDescriptor, id: Id) -> Result<Option<View>> {
    Ok(members(tx, entity, id)?.map(View::from))
}

/// The rows that are one with the row `id`.
pub(crate) fn members(
    tx: &dyn Lookup,
    entity: &EntityDescriptor,
    id: Id,
) -> Result<Option<Members>> {
    gather(tx, entity, &alias::class(tx, entity.name, id)?)
}

fn gather(tx: &dyn Lookup, entity: &EntityDescriptor, class: &[Id]) -> Result<Option<Members>> {
    let mut rows = Vec::with_capacity(class.len());
    for id in class {
        rows.extend(tx.get(entity.name, *id)?);
    }
    Ok((!rows.is_empty()).then(|| Members { id: class[0], rows }))
}

fn single(stored: Stored) -> View {
    let Stored { id, row, local, .. } = stored;
    View { id, members: vec![id], row, local }
}

/// Whether a person sees `row`: it is not deleted, and neither is its owner.
///
/// # Errors
/// When the store cannot be read.
pub fn is_visible(tx: &dyn ReadRows, entity: &EntityDescriptor, row: &Row) -> Result<bool> {
    Ok(!row.is_deleted() && !Owners::default().hide(tx, entity, row)?)
}

/// Whether owners are hidden, remembered over one listing.
#[derive(Default)]
struct Owners(HashMap<(&'static str, Id), bool>);

impl Owners {
    fn hide(&mut self, tx: &dyn ReadRows, entity: &EntityDescriptor, row: &Row) -> Result<bool> {
        let Some((field, owner)) = entity.owner() else { return Ok(false) };
        let id = row.value(field).and_then(Value::as_str).and_then(|it| it.parse().ok());
        let (Some(id), Some(owner)) = (id, tx.schema().get(owner)) else { return Ok(false) };
        if let Some(known) = self.0.get(&(owner.name, id)) {
            return Ok(*known);
        }
        let hidden = match (alias::class(tx, owner.name, id)?.as_slice(), owner.owner()) {
            // Nearly every owner: its other values do not matter.
            ([id], None) => tx.is_deleted(owner.name, *id)?.unwrap_or_default(),
            (class, _) => match gather(tx, owner, class)? {
                Some(it) => {
                    let row = it.row();
                    row.is_deleted() || self.hide(tx, owner, &row)?
                }
                None => false,
            },
        };
        self.0.insert((owner.name, id), hidden);
        Ok(hidden)
    }
}

/// The rows that match `find`, as a person sees them. A reference matches whatever id
/// of its class it was written with.
///
/// # Errors
/// When the store cannot be read.
pub fn list(tx: &dyn ReadRows, entity: &EntityDescriptor, find: &Find) -> Result<Vec<View>> {
    let classes = alias::classes(tx, entity.name)?;
    let finds = by_every_reference(tx, entity, find)?;
    let mut owners = Owners::default();
    if let ([find], true) = (finds.as_slice(), classes.is_empty()) {
        if find.deleted == Deleted::Hidden && !may_hide(tx, entity)? {
            return Ok(tx.find(entity.name, find)?.into_iter().map(single).collect());
        }
        return past_hidden(tx, entity, find, &mut owners);
    }
    let mut all = Vec::new();
    for one in &finds {
        for stored in tx.find(entity.name, &Find { offset: 0, limit: None, ..one.clone() })? {
            if !classes.contains_key(&stored.id) && !stored.row.is_purged() {
                all.push(single(stored));
            }
        }
    }
    let distinct: BTreeSet<&Vec<Id>> = classes.values().collect();
    for class in distinct {
        if let Some(it) = gather(tx, entity, class)?.map(View::from)
            && !it.row.is_purged()
            && finds.iter().any(|find| matches(find, &it))
        {
            all.push(it);
        }
    }
    if find.deleted == Deleted::Hidden {
        let mut shown = Vec::new();
        for it in all {
            if !owners.hide(tx, entity, &it.row)? {
                shown.push(it);
            }
        }
        all = shown;
    }
    all.sort_by(|one, other| compare(find, one, other));
    Ok(all.into_iter().skip(find.offset).take(find.limit.unwrap_or(usize::MAX)).collect())
}

/// How many rows match `find`, as a person sees them. Costs what the hidden owners
/// cost, not what the rows do.
///
/// # Errors
/// When the store cannot be read.
pub fn count(tx: &dyn ReadRows, entity: &EntityDescriptor, find: &Find) -> Result<u64> {
    let one_by_one =
        || Ok(list(tx, entity, &Find { offset: 0, limit: None, ..find.clone() })?.len());
    if !alias::classes(tx, entity.name)?.is_empty() {
        return one_by_one().map(|it| it as u64);
    }
    let mut count = 0;
    for find in by_every_reference(tx, entity, find)? {
        count += tx.count(entity.name, &find)?;
        if find.deleted != Deleted::Hidden {
            // Who purged a row does not look for it among those that can be restored.
            let deleted = tx.find(entity.name, &find.clone().deleted(Deleted::Only))?;
            count -= deleted.iter().filter(|it| it.row.is_purged()).count() as u64;
            continue;
        }
        let Some((field, owner)) = entity.owner() else { continue };
        let Some(owner) = tx.schema().get(owner) else { continue };
        if owner.owner().is_some() && may_hide(tx, owner)? {
            return one_by_one().map(|it| it as u64);
        }
        for id in deleted_ids(tx, owner)? {
            let of = Value::from(String::from(id));
            let mut theirs = find.clone();
            match theirs.equal.iter().find(|(name, _)| name == field) {
                Some((_, value)) if *value != of => continue,
                Some(_) => (),
                None => theirs.equal.push((field.into(), of)),
            }
            count = count.saturating_sub(tx.count(entity.name, &theirs)?);
        }
    }
    Ok(count)
}

/// Every id that stands for a deleted row.
fn deleted_ids(tx: &dyn ReadRows, entity: &EntityDescriptor) -> Result<BTreeSet<Id>> {
    let find = Find { deleted: Deleted::Only, ..Find::default() };
    let mut ids = BTreeSet::new();
    for stored in tx.find(entity.name, &find)? {
        let class = alias::class(tx, entity.name, stored.id)?;
        if gather(tx, entity, &class)?.is_some_and(|it| it.row().is_deleted()) {
            ids.extend(class);
        }
    }
    Ok(ids)
}

/// Whether some row of `entity` may be hidden by its owner.
fn may_hide(tx: &dyn ReadRows, entity: &EntityDescriptor) -> Result<bool> {
    let Some((_, owner)) = entity.owner() else { return Ok(false) };
    let Some(owner) = tx.schema().get(owner) else { return Ok(false) };
    Ok(tx.has_deleted(owner.name)? || may_hide(tx, owner)?)
}

/// Rows that are read at once, at least, where hidden ones are among them.
const PASSED: usize = 200;

/// Pages through the matches, passing over those that were purged or whose owner is hidden.
fn past_hidden(
    tx: &dyn ReadRows,
    entity: &EntityDescriptor,
    find: &Find,
    owners: &mut Owners,
) -> Result<Vec<View>> {
    let wanted = find.limit.map_or(usize::MAX, |limit| find.offset.saturating_add(limit));
    let is_shown = |owners: &mut Owners, row: &Row| match find.deleted {
        Deleted::Hidden => owners.hide(tx, entity, row).map(|it| !it),
        _ => Ok(!row.is_purged()),
    };
    let (mut shown, mut offset) = (Vec::new(), 0);
    loop {
        // Mostly nothing of the first page is hidden.
        let step = if offset == 0 { wanted } else { wanted.max(PASSED) };
        let page = tx.find(entity.name, &Find { offset, ..find.clone().limit(step) })?;
        let read = page.len();
        for stored in page {
            if shown.len() < wanted && is_shown(owners, &stored.row)? {
                shown.push(single(stored));
            }
        }
        if shown.len() >= wanted || read < step {
            return Ok(shown.into_iter().skip(find.offset).collect());
        }
        offset += read;
    }
}

/// `find` once for every combination of ids that its references can be written with.
fn by_every_reference(
    tx: &dyn ReadRows,
    entity: &EntityDescriptor,
    find: &Find,
) -> Result<Vec<Find>> {
    let mut finds = vec![find.clone()];
    for (index, (field, value)) in find.equal.iter().enumerate() {
        let (Some(Kind::Ref(to)), Some(id)) = (
            entity.field(field).map(|it| it.kind),
            value.as_str().and_then(|it| it.parse::<Id>().ok()),
        ) else {
            continue;
        };
        let class = alias::class(tx, to, id)?;
        finds = finds
            .iter()
            .flat_map(|find| {
                class.iter().map(move |id| {
                    let mut find = find.clone();
                    find.equal[index].1 = Value::from(String::from(*id));
                    find
                })
            })
            .collect();
    }
    Ok(finds)
}
