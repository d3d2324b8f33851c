//! Ids that stand for one row. Two devices that create the same thing offline make
//! two rows; the hub records that the two ids belong together. Such facts only ever
//! grow, and nothing is rewritten: a class of ids is worked out whenever it is read,
//! alike on every replica, whatever hub recorded the facts and in whatever order.
//!
//! A device also keeps facts of its own while a birth of its own waits to be sent (an
//! import that meets a row made by hand). Those are never sent and end with the hub's
//! answer; they are the ones that nobody acknowledged.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    ALIASES, Id, Result, Row, Stamp, Value,
    store::{Deleted, Find, Lookup, ReadRows, StoreTx, Stored},
};

/// The row that records that `one` and `other` are the same row of `entity`.
pub fn fact(entity: &str, one: Id, other: Id) -> (Id, Row) {
    let (low, high) = (one.min(other).to_string(), one.max(other).to_string());
    let id = Id::imported(0, &["alias", entity, &low, &high]);
    let stamp = Stamp::machine(0, 0, 0, 0);
    let cells = [("entity", entity.to_owned()), ("low", low), ("high", high)];
    (id, cells.into_iter().map(|(name, text)| (name, stamp, Value::from(text))).collect())
}

/// The id under which `member` goes on once it is taken out of its class: a function of
/// the member's, so that every device that takes it out makes the same row of it.
pub fn apart(entity: &str, member: Id) -> Id {
    Id::imported(0, &["apart", entity, &member.to_string()])
}

/// Every id that stands for the same row as `id`, in order; the first one stands for
/// them all.
///
/// # Errors
/// When the store cannot be read.
pub fn class(tx: &dyn Lookup, entity: &str, id: Id) -> Result<Vec<Id>> {
    let first = tx.joined(entity, id)?;
    if first.is_empty() {
        // Nearly every row.
        return Ok(vec![id]);
    }
    let mut found = BTreeSet::from([id]);
    let mut open: Vec<Id> = first.into_iter().filter(|it| found.insert(*it)).collect();
    while let Some(next) = open.pop() {
        open.extend(tx.joined(entity, next)?.into_iter().filter(|it| found.insert(*it)));
    }
    Ok(found.into_iter().collect())
}

/// As [`class`], without what this device alone assumes.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn agreed(tx: &dyn Lookup, entity: &str, id: Id) -> Result<Vec<Id>> {
    let (mut found, mut open) = (BTreeSet::from([id]), vec![id]);
    while let Some(at) = open.pop() {
        for other in tx.joined(entity, at)? {
            let is_agreed = tx.get(ALIASES.name, fact(entity, at, other).0)?;
            if is_agreed.is_some_and(|it| it.acked) && found.insert(other) {
                open.push(other);
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Every id of `entity` that some fact names, with its class.
///
/// # Errors
/// When the store cannot be read.
pub fn classes(tx: &dyn ReadRows, entity: &str) -> Result<BTreeMap<Id, Vec<Id>>> {
    let equal = vec![("entity".into(), Value::from(entity))];
    let facts = tx.find(ALIASES.name, &Find { equal, ..Find::default() })?;
    let mut class_of: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for fact in facts {
        let (Some(low), Some(high)) = (fact.id_in("low"), fact.id_in("high")) else {
            continue;
        };
        let mut joined = BTreeSet::from([low, high]);
        joined.extend(class_of.get(&low).into_iter().flatten());
        joined.extend(class_of.get(&high).into_iter().flatten());
        for id in &joined {
            class_of.insert(*id, joined.clone());
        }
    }
    Ok(class_of.into_iter().map(|(id, class)| (id, class.into_iter().collect())).collect())
}

/// Whether `stored` is a fact that only this device assumes, until a hub answers.
pub(crate) fn is_provisional(entity: &str, stored: &Stored) -> bool {
    entity == ALIASES.name && !stored.acked
}

/// Assumes on this device alone that `one` and `other` are the same row.
pub(crate) fn assume(tx: &mut dyn StoreTx, entity: &str, one: Id, other: Id) -> Result<()> {
    let (id, row) = fact(entity, one, other);
    if tx.get(ALIASES.name, id)?.is_none() {
        tx.put(ALIASES.name, &Stored { row, ..Stored::new(id) })?;
        tx.note(ALIASES.name, id)?;
    }
    Ok(())
}

/// Ends what this device assumed about `id`: the hub has decided.
pub(crate) fn end_assumptions(tx: &mut dyn StoreTx, entity: &str, id: Id) -> Result<()> {
    // Only what has a natural key can have met a row made by hand.
    if tx.schema().get(entity).is_none_or(|it| it.natural_key.is_empty()) {
        return Ok(());
    }
    for end in ["low", "high"] {
        let equal = vec![
            (end.into(), Value::from(String::from(id))),
            ("entity".into(), Value::from(entity)),
        ];
        let find = Find { equal, deleted: Deleted::Included, ..Find::default() };
        for fact in tx.find(ALIASES.name, &find)? {
            if !fact.acked {
                tx.remove(ALIASES.name, fact.id)?;
                // The fact is gone, so what it joined has to be named itself.
                for end in [fact.id_in("low"), fact.id_in("high")].into_iter().flatten() {
                    tx.note(entity, end)?;
                }
            }
        }
    }
    Ok(())
}
