//! What a first sync would do, counted before it is done: which rows are only here, only
//! there, the same, would merge, or would conflict. It reads this device's rows and a
//! mirror of the hub's, and writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    ALIASES, EntityDescriptor, Id, Result, Row, Value, alias,
    device::Judge,
    store::{Deleted, Find, ReadTx},
    view::{self, View},
};

/// Conflicts that are told one by one.
const TOLD: usize = 100;
const STEP: usize = 1_000;

/// What would become of the rows of an entity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Would be sent, if no guard holds it.
    pub only_here: u64,
    /// Would come.
    pub only_there: u64,
    /// Are equal already.
    pub same: u64,
    /// Differ in fields that do not contradict each other, or where an import gives way.
    pub merge: u64,
    /// Differ in a field that people have written on both sides.
    pub conflict: u64,
    /// Stay on this device.
    pub excluded: u64,
}

/// A field that people have written on both sides: the later edit would stand, and the
/// other one could be brought back from the audit log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clash {
    /// The entity.
    pub entity: String,
    /// The row here.
    pub id: Id,
    /// The row there: the same one, or one with its natural key.
    pub there: Id,
    /// The field.
    pub field: String,
    /// Its value here.
    pub here_value: Value,
    /// Its value there.
    pub there_value: Value,
    /// Whether the value here is the later one.
    pub here_stands: bool,
}

/// What a first sync would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Review {
    /// By entity, without those that have no rows.
    pub entities: BTreeMap<String, Counts>,
    /// Some of the conflicts.
    pub clashes: Vec<Clash>,
}

/// Compares the rows `here` with those of a hub `there`.
///
/// # Errors
/// When a store cannot be read.
pub fn review(here: &dyn ReadTx, there: &dyn ReadTx) -> Result<Review> {
    let mut review = Review::default();
    let mut names: BTreeSet<String> = here.stored_entities()?.into_iter().collect();
    names.extend(there.stored_entities()?);
    let mut judge = Judge::new(here)?;
    for name in names.iter().filter(|it| *it != ALIASES.name) {
        let counts = match here.schema().get(name) {
            Some(entity) => of_entity(here, there, entity, &mut judge, &mut review.clashes)?,
            None => of_unknown(here, there, name)?,
        };
        if counts != Counts::default() {
            review.entities.insert(name.clone(), counts);
        }
    }
    Ok(review)
}

fn of_entity(
    here: &dyn ReadTx,
    there: &dyn ReadTx,
    entity: &EntityDescriptor,
    judge: &mut Judge,
    clashes: &mut Vec<Clash>,
) -> Result<Counts> {
    let mut counts = Counts::default();
    let (mine, theirs) = (alias::classes(here, entity.name)?, alias::classes(there, entity.name)?);
    let mut met = BTreeSet::new();
    each(here, entity.name, |id, row| {
        let class = mine.get(&id);
        // A class counts once, for the first of its ids that has a row.
        let view = match class {
            None => View { id, members: vec![id], row: row.clone(), local: BTreeMap::new() },
            Some(_) => match view::view(here, entity, id)? {
                Some(it) if it.members.first() == Some(&id) => it,
                _ => return Ok(()),
            },
        };
        if judge.rule(here, entity.name, id)?.is_some() {
            counts.excluded += 1;
            return Ok(());
        }
        let Some(other) = counterpart(there, entity, &view)? else {
            counts.only_here += 1;
            return Ok(());
        };
        met.insert(theirs.get(&other.id).map_or(other.id, |it| it[0]));
        match compare(entity.name, &view, &other, clashes) {
            Meeting::Same => counts.same += 1,
            Meeting::Merge => counts.merge += 1,
            Meeting::Conflict => counts.conflict += 1,
        }
        Ok(())
    })?;
    let all = there.count(entity.name, &Find { deleted: Deleted::Included, ..Find::default() })?;
    let mut twins = 0;
    for class in theirs.values().collect::<BTreeSet<_>>() {
        let mut present = 0_u64;
        for id in class {
            present += u64::from(there.get(entity.name, *id)?.is_some());
        }
        twins += present.saturating_sub(1);
    }
    counts.only_there = all.saturating_sub(twins).saturating_sub(met.len() as u64);
    Ok(counts)
}

/// Rows of an entity that only newer programs know: their ids are all that can be compared.
fn of_unknown(here: &dyn ReadTx, there: &dyn ReadTx, name: &str) -> Result<Counts> {
    let mut counts = Counts::default();
    each(here, name, |id, row| {
        match there.get(name, id)? {
            None => counts.only_here += 1,
            Some(it) if it.row == *row => counts.same += 1,
            Some(_) => counts.merge += 1,
        }
        Ok(())
    })?;
    each(there, name, |id, _| {
        counts.only_there += u64::from(here.get(name, id)?.is_none());
        Ok(())
    })?;
    Ok(counts)
}

fn each(tx: &dyn ReadTx, entity: &str, mut tell: impl FnMut(Id, &Row) -> Result<()>) -> Result<()> {
    let mut after = None;
    loop {
        let rows = tx.scan(entity, after, STEP)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        for stored in &rows {
            tell(stored.id, &stored.row)?;
        }
    }
}

/// The row there that `mine` would become one with: by its id, else, for a birth, by its
/// natural key, as a hub looks for it.
fn counterpart(there: &dyn ReadTx, entity: &EntityDescriptor, mine: &View) -> Result<Option<View>> {
    for id in &mine.members {
        if let Some(it) = view::view(there, entity, *id)? {
            return Ok(Some(it));
        }
    }
    let Some(key) = entity.key_of(&mine.row).filter(|_| !mine.row.is_deleted()) else {
        return Ok(None);
    };
    for id in there.with_key(entity.name, &key)? {
        if let Some(it) = view::view(there, entity, id)?
            && !it.row.is_deleted()
            && entity.key_of(&it.row).as_deref() == Some(&key)
        {
            return Ok(Some(it));
        }
    }
    Ok(None)
}

/// What becomes of two rows, from the least to the most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Meeting {
    Same,
    Merge,
    Conflict,
}

fn compare(entity: &str, mine: &View, other: &View, clashes: &mut Vec<Clash>) -> Meeting {
    let mut meeting = Meeting::Same;
    let fields: BTreeSet<_> = mine.row.cells().chain(other.row.cells()).map(|it| it.0).collect();
    for field in fields {
        let (one, two) = (mine.row.cell(field), other.row.cell(field));
        let value = |it: Option<&crate::Cell>| it.map_or(Value::Null, |it| it.value.clone());
        if value(one) == value(two) {
            continue;
        }
        let (Some(here), Some(there)) = (one, two) else {
            meeting = meeting.max(Meeting::Merge);
            continue;
        };
        if !(here.stamp.is_person() && there.stamp.is_person()) {
            meeting = meeting.max(Meeting::Merge);
            continue;
        }
        meeting = Meeting::Conflict;
        if clashes.len() < TOLD {
            clashes.push(Clash {
                entity: entity.to_owned(),
                id: mine.id,
                there: other.id,
                field: field.to_string(),
                here_value: here.value.clone(),
                there_value: there.value.clone(),
                here_stands: here.stamp > there.stamp,
            });
        }
    }
    meeting
}
