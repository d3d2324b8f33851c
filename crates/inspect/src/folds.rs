//! Rows that several devices made and that are one since. A person who finds that two of
//! them were never the same thing takes them apart.

use driftline_core::{
    Id, Millis, Policy, Replica, Result, Values, alias,
    device::Split,
    store::ReadTx,
    view::{self, View},
};

use crate::{devices::Devices, label::label, trail::By};

/// A row that was made several times.
#[derive(Clone, Debug)]
pub struct Fold {
    /// Its entity.
    pub entity: &'static str,
    /// The id that stands for it.
    pub id: Id,
    /// What people call it.
    pub label: Option<String>,
    /// The rows that it was made of.
    pub members: Vec<Member>,
}

/// One of the rows that a row was made of.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its id.
    pub id: Id,
    /// What it would be called by itself.
    pub label: Option<String>,
    /// Who made it.
    pub by: Option<By>,
    /// Whether a reader of transcripts wrote some of it: what is imported later still
    /// names it.
    pub imported: bool,
    /// Its values by itself, as people read them.
    pub values: Vec<(String, driftline_core::Value)>,
    /// The row as which it goes on, if it was taken apart.
    pub apart: Option<Id>,
}

/// Every row that was made several times and is shown, of every entity with a key.
///
/// # Errors
/// When the store cannot be read.
pub fn list(replica: &Replica) -> Result<Vec<Fold>> {
    replica.read(|tx| {
        let devices = Devices::of(replica, tx)?;
        let mut folds = Vec::new();
        for entity in tx.schema().entities() {
            if entity.natural_key.is_empty() || entity.policy == Policy::AppendOnly {
                continue;
            }
            for (id, class) in alias::classes(tx, entity.name)? {
                // Every id of a class names it; the smallest one stands for it.
                if class.first() != Some(&id) {
                    continue;
                }
                let Some(row) = view::view(tx, entity, id)? else { continue };
                if row.members.len() < 2 || !view::is_visible(tx, entity, &row.row)? {
                    continue;
                }
                let label = label(entity, &row);
                let members = members(tx, &devices, entity, &row)?;
                folds.push(Fold { entity: entity.name, id, label, members });
            }
        }
        Ok(folds)
    })
}

fn members(
    tx: &dyn ReadTx,
    devices: &Devices,
    entity: &'static driftline_core::EntityDescriptor,
    row: &View,
) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    for id in &row.members {
        let Some(stored) = tx.get(entity.name, *id)? else { continue };
        let first = stored.row.cells().map(|(_, cell)| cell.stamp).filter(|it| it.is_person());
        let by = first.min().map(|it| By::of(devices, it));
        let imported = stored.row.cells().any(|(_, cell)| !cell.stamp.is_person());
        let alone =
            View { id: *id, members: vec![*id], row: stored.row.clone(), local: stored.local };
        let values = entity.synced().filter_map(|field| {
            let value = stored.row.value(field.name).filter(|it| !it.is_null())?;
            Some((field.name.to_owned(), value.clone()))
        });
        let apart = alias::apart(entity.name, *id);
        let goes_on = view::view(tx, entity, apart)?.is_some_and(|it| !it.row.is_deleted());
        members.push(Member {
            id: *id,
            label: label(entity, &alone),
            by,
            imported,
            values: values.collect(),
            apart: goes_on.then_some(apart),
        });
    }
    Ok(members)
}

/// Says what taking `member` apart would do, and changes nothing.
///
/// # Errors
/// As [`split`].
pub fn plan(replica: &Replica, entity: &str, member: Id, changes: &Values) -> Result<Split> {
    replica.plan_split(entity, member, changes)
}

/// Takes `member` apart from the rows that it was folded with.
///
/// # Errors
/// See [`driftline_core::Replica::split`].
pub fn split(replica: &Replica, entity: &str, member: Id, changes: &Values) -> Result<Split> {
    replica.split(entity, member, changes)
}

/// Undoes [`split`].
///
/// # Errors
/// See [`driftline_core::Replica::rejoin`].
pub fn rejoin(replica: &Replica, entity: &str, member: Id) -> Result<()> {
    replica.rejoin(entity, member)
}

/// What taking a row apart does, in sentences.
pub fn words(entity: &str, split: &Split) -> Vec<String> {
    let mut sentences = vec![format!(
        "{entity} {} goes on as a row of its own, {}; {} stands for the rest.",
        split.member, split.apart, split.rest
    )];
    match split.follow.len() {
        0 => (),
        1 => sentences.push("1 row that names it follows it.".into()),
        many => sentences.push(format!("{many} rows that name it follow it.")),
    }
    for (entity, count) in &split.stay {
        sentences.push(format!("{count} {entity} cannot be edited and stay with the rest."));
    }
    if !split.given_back.is_empty() {
        let fields: Vec<_> = split.given_back.iter().map(|(field, ..)| field.as_ref()).collect();
        sentences.push(format!("The rest shows its own values again: {}.", fields.join(", ")));
    }
    if split.imported {
        sentences.push(
            "It comes from transcripts: what is imported for it later stays with the rest, so you \
             may want to take the other one apart instead."
                .into(),
        );
    }
    sentences
}

/// When a member was made, for sorting and showing.
pub fn made_at(member: &Member) -> Option<Millis> {
    member.by.as_ref().and_then(|it| it.at)
}
