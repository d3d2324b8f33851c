//! Rows as they are once a push is taken, over rows that are not written yet.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    ALIASES, Id, Result, Schema, Value,
    store::{Lookup, Stored},
};

/// A row that a push changed, as the hub keeps it from then on.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The entity.
    pub entity: String,
    /// The row, with its number and hash.
    pub stored: Stored,
    /// The hub had no row of this id before.
    pub is_new: bool,
}

/// The rows below, and above them those that changed.
pub(super) struct Overlay<'a> {
    below: &'a dyn Lookup,
    taken: BTreeMap<Id, Vec<Taken>>,
    keys: BTreeMap<(String, String), BTreeSet<Id>>,
    joined: BTreeMap<(String, Id), BTreeSet<Id>>,
}

impl<'a> Overlay<'a> {
    pub(super) fn over(below: &'a dyn Lookup) -> Self {
        let (taken, keys, joined) = Default::default();
        Self { below, taken, keys, joined }
    }

    fn taken(&self, entity: &str, id: Id) -> Option<&Taken> {
        self.taken.get(&id)?.iter().find(|it| it.entity == entity)
    }

    pub(super) fn put(&mut self, entity: &str, stored: Stored, is_new: bool) {
        let id = stored.id;
        if let Some(key) = &stored.key {
            self.keys.entry((entity.to_owned(), key.clone())).or_default().insert(id);
        }
        if entity == ALIASES.name
            && let Some(named) = stored.row.value("entity").and_then(Value::as_str)
            && let (Some(low), Some(high)) = (stored.id_in("low"), stored.id_in("high"))
        {
            for (one, other) in [(low, high), (high, low)] {
                self.joined.entry((named.to_owned(), one)).or_default().insert(other);
            }
        }
        let of_id = self.taken.entry(id).or_default();
        match of_id.iter_mut().find(|it| it.entity == entity) {
            Some(it) => it.stored = stored,
            None => of_id.push(Taken { entity: entity.to_owned(), stored, is_new }),
        }
    }

    /// The rows that changed, by their numbers.
    pub(super) fn into_taken(self) -> Vec<Taken> {
        let mut taken: Vec<Taken> = self.taken.into_values().flatten().collect();
        taken.sort_unstable_by_key(|it| it.stored.seq);
        taken
    }
}

impl Lookup for Overlay<'_> {
    fn schema(&self) -> &Schema {
        self.below.schema()
    }

    fn get(&self, entity: &str, id: Id) -> Result<Option<Stored>> {
        match self.taken(entity, id) {
            Some(it) => Ok(Some(it.stored.clone())),
            None => self.below.get(entity, id),
        }
    }

    fn with_key(&self, entity: &str, key: &str) -> Result<Vec<Id>> {
        let mut ids: BTreeSet<Id> = self.below.with_key(entity, key)?.into_iter().collect();
        ids.extend(self.keys.get(&(entity.to_owned(), key.to_owned())).into_iter().flatten());
        let has = |it: &Taken| it.stored.key.as_deref() == Some(key);
        Ok(ids.into_iter().filter(|id| self.taken(entity, *id).is_none_or(has)).collect())
    }

    fn joined(&self, entity: &str, id: Id) -> Result<Vec<Id>> {
        let mut ids = self.below.joined(entity, id)?;
        ids.extend(self.joined.get(&(entity.to_owned(), id)).into_iter().flatten());
        Ok(ids)
    }

    fn owned(
        &self,
        entity: &str,
        field: &str,
        owner: Id,
        after: Option<Id>,
        limit: usize,
    ) -> Result<Vec<Id>> {
        let is_theirs = |it: &&Taken| {
            it.entity == entity
                && after.is_none_or(|after| it.stored.id > after)
                && it.stored.id_in(field) == Some(owner)
        };
        let taken = self.taken.values().flatten().filter(is_theirs);
        let mut ids: BTreeSet<Id> = taken.map(|it| it.stored.id).collect();
        let (mut below, mut from) = (0, after);
        loop {
            let page = self.below.owned(entity, field, owner, from, limit)?;
            let untaken = page.iter().filter(|id| self.taken(entity, **id).is_none());
            below += untaken.clone().count();
            ids.extend(untaken);
            from = page.last().copied();
            if page.len() < limit || below >= limit {
                return Ok(ids.into_iter().take(limit).collect());
            }
        }
    }
}
