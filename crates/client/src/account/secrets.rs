//! Likely secrets among what waits to be sent, counted before anything leaves. No value is
//! kept or shown: only which rule found how many, and in what. What a person wrote is held
//! for them, so it is not among what would be sent.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::{
    error::{Context as _, Result},
    held,
};
use driftline_core::{
    EntityDescriptor, Id, Replica, Row, Value,
    store::{QueueId, QueueList, ReadTx},
    view::{self, View},
};
use driftline_secrets::Scanner;
use serde::Serialize;

const STEP: usize = 500;
/// Owners of owners that are followed.
const DEPTH: usize = 8;

/// Likely secrets in a row that owns others, and in what it owns.
#[derive(Clone, Debug, Serialize)]
pub struct Likely {
    /// The entity of the row.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// What people know it by.
    pub label: String,
    /// How many different ones each rule found.
    pub rules: BTreeMap<&'static str, usize>,
}

/// Looks through every row that waits to be sent; `progress` is told how many were seen.
/// Returns what is found, and how many rows are held or would be.
pub(super) fn in_what_waits(
    replica: &Replica,
    mut progress: impl FnMut(u64),
) -> Result<(Vec<Likely>, u64)> {
    let scanner = held::scanner().context("the rules for secrets cannot be read")?;
    let mut held = replica.read(|tx| tx.queue_counts())?.held;
    let mut found: BTreeMap<(&'static str, Id), Finds> = BTreeMap::new();
    let (mut after, mut seen) = (QueueId::default(), 0);
    loop {
        let last = replica.read(|tx| {
            let entries = tx.queue(QueueList::Waiting, after, STEP)?;
            for entry in &entries {
                let Some(entity) = tx.schema().get(&entry.entity) else { continue };
                let Some(stored) = tx.get(entity.name, entry.id)? else { continue };
                if replica.would_hold(tx, entity.name, &stored.row)?.is_some() {
                    held += 1;
                    continue;
                }
                let finds = scan(scanner, &stored.row);
                if finds.is_empty() {
                    continue;
                }
                let (entity, root) = root(tx, entity, entry.id)?;
                let of =
                    found.entry((entity.name, root.id)).or_insert_with(|| Finds::of(entity, &root));
                of.finds.extend(finds);
            }
            seen += entries.len() as u64;
            Ok(entries.last().map(|it| it.queue_id))
        })?;
        progress(seen);
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    Ok((found.into_iter().map(|((entity, id), it)| it.count(entity, id)).collect(), held))
}

/// What was found in a row and what it owns: rules, and what tells values apart.
struct Finds {
    label: String,
    finds: BTreeSet<(&'static str, u64)>,
}

impl Finds {
    fn of(entity: &EntityDescriptor, root: &View) -> Self {
        Self { label: label(entity, root), finds: BTreeSet::new() }
    }

    fn count(self, entity: &str, id: Id) -> Likely {
        let mut rules = BTreeMap::new();
        for (rule, _) in self.finds {
            *rules.entry(rule).or_default() += 1;
        }
        Likely { entity: entity.to_owned(), id, label: self.label, rules }
    }
}

fn scan(scanner: &Scanner, row: &Row) -> Vec<(&'static str, u64)> {
    let mut all = Vec::new();
    for (_, cell) in row.cells() {
        texts(&cell.value, &mut |text| {
            for it in scanner.scan(text) {
                let mut hash = DefaultHasher::new();
                text.get(it.at).hash(&mut hash);
                all.push((it.rule.id, hash.finish()));
            }
        });
    }
    all
}

/// Every text in a value, however deep.
fn texts(value: &Value, tell: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => tell(text),
        Value::Array(items) => items.iter().for_each(|it| texts(it, tell)),
        Value::Object(fields) => fields.values().for_each(|it| texts(it, tell)),
        _ => (),
    }
}

/// The row that owns the owner of a row, and so on.
fn root(
    tx: &dyn ReadTx,
    entity: &'static EntityDescriptor,
    id: Id,
) -> driftline_core::Result<(&'static EntityDescriptor, View)> {
    let none = || View { id, members: vec![id], row: Row::default(), local: BTreeMap::new() };
    let mut here = (entity, view::view(tx, entity, id)?.unwrap_or_else(none));
    for _ in 0..DEPTH {
        let Some((field, owner)) = here.0.owner() else { break };
        let id = here.1.value(field).and_then(Value::as_str).and_then(|it| it.parse().ok());
        let (Some(id), Some(owner)) = (id, tx.schema().get(owner)) else { break };
        let Some(next) = view::view(tx, owner, id)? else { break };
        here = (owner, next);
    }
    Ok(here)
}

/// What people know a row by: the first part of its natural key that it has.
fn label(entity: &EntityDescriptor, row: &View) -> String {
    let parts = entity.natural_key.iter().filter_map(|it| row.value(it)?.as_str());
    parts.map(driftline_core::excerpt).next().unwrap_or_else(|| row.id.to_string())
}
