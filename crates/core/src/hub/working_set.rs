//! What a hub holds of the rows that a push touches, for a hub that answers each read by a
//! call of its own: the push is judged on what was loaded, whatever that lacked is loaded at
//! once, and it is judged again. What was not loaded is never taken for absent.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    mem,
};

use super::{
    judge::{Judged, judge},
    state::State,
};
use crate::{
    Id, Millis, Push, Result, Schema,
    store::{Lookup, Stored},
};

/// The part of a hub's rows that a push touches.
pub struct WorkingSet<'a> {
    schema: &'a Schema,
    rows: BTreeMap<(String, Id), Option<Stored>>,
    keys: BTreeMap<(String, String), Vec<Id>>,
    joined: BTreeMap<(String, Id), Vec<Id>>,
    owned: BTreeMap<Owned, Vec<Id>>,
    missing: RefCell<Missing>,
}

/// What a working set lacked. Each is to be loaded, also if there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Rows, by entity and id: [`Lookup::get`].
    pub rows: BTreeSet<(String, Id)>,
    /// Ids, by entity and natural key: [`Lookup::with_key`].
    pub keys: BTreeSet<(String, String)>,
    /// Ids, by entity and id: [`Lookup::joined`].
    pub joined: BTreeSet<(String, Id)>,
    /// Ids of what rows own, which only a purge asks for: [`Lookup::owned`].
    pub owned: BTreeSet<Owned>,
}

/// What [`Lookup::owned`] is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owned {
    /// The entity of the rows that are asked for.
    pub entity: String,
    /// The field that names their owner.
    pub field: String,
    /// Their owner.
    pub owner: Id,
    /// Only ids after this one.
    pub after: Option<Id>,
    /// How many at most.
    pub limit: usize,
}

impl Missing {
    fn is_empty(&self) -> bool {
        self.rows.is_empty()
            && self.keys.is_empty()
            && self.joined.is_empty()
            && self.owned.is_empty()
    }
}

/// What became of judging a push on a working set.
#[derive(Debug)]
pub enum Attempt {
    /// It lacked nothing.
    Judged(Box<Judged>),
    /// It lacked this, and nothing is known yet.
    Missing(Missing),
}

impl<'a> WorkingSet<'a> {
    /// One into which nothing was loaded.
    pub fn new(schema: &'a Schema) -> Self {
        let (rows, keys, joined, owned, missing) = Default::default();
        Self { schema, rows, keys, joined, owned, missing }
    }

    /// Takes in the row with this id, or that there is none.
    pub fn load_row(&mut self, entity: &str, id: Id, stored: Option<Stored>) {
        self.rows.insert((entity.to_owned(), id), stored);
    }

    /// Takes in the ids of all rows with this natural key, in order.
    pub fn load_key(&mut self, entity: &str, key: &str, ids: Vec<Id>) {
        self.keys.insert((entity.to_owned(), key.to_owned()), ids);
    }

    /// Takes in all ids that aliases name together with this one.
    pub fn load_joined(&mut self, entity: &str, id: Id, ids: Vec<Id>) {
        self.joined.insert((entity.to_owned(), id), ids);
    }

    /// Takes in the ids that were asked for, in order.
    pub fn load_owned(&mut self, asked: Owned, ids: Vec<Id>) {
        self.owned.insert(asked, ids);
    }

    /// Judges `push` as [`judge`] does, on what was loaded.
    ///
    /// # Errors
    /// As [`judge`].
    pub fn judge(
        &self,
        state: &State,
        name: &str,
        push: &Push,
        time: Option<Millis>,
    ) -> Result<Attempt> {
        let judged = judge(self, state.clone(), name, push.clone(), time);
        let missing = mem::take(&mut *self.missing.borrow_mut());
        Ok(match missing.is_empty() {
            true => Attempt::Judged(Box::new(judged?)),
            false => Attempt::Missing(missing),
        })
    }
}

/// What was not loaded reads as absent and is noted.
impl Lookup for WorkingSet<'_> {
    fn schema(&self) -> &Schema {
        self.schema
    }

    fn get(&self, entity: &str, id: Id) -> Result<Option<Stored>> {
        let name = (entity.to_owned(), id);
        if let Some(stored) = self.rows.get(&name) {
            return Ok(stored.clone());
        }
        self.missing.borrow_mut().rows.insert(name);
        Ok(None)
    }

    fn with_key(&self, entity: &str, key: &str) -> Result<Vec<Id>> {
        let name = (entity.to_owned(), key.to_owned());
        if let Some(ids) = self.keys.get(&name) {
            return Ok(ids.clone());
        }
        self.missing.borrow_mut().keys.insert(name);
        Ok(Vec::new())
    }

    fn joined(&self, entity: &str, id: Id) -> Result<Vec<Id>> {
        let name = (entity.to_owned(), id);
        if let Some(ids) = self.joined.get(&name) {
            return Ok(ids.clone());
        }
        self.missing.borrow_mut().joined.insert(name);
        Ok(Vec::new())
    }

    fn owned(
        &self,
        entity: &str,
        field: &str,
        owner: Id,
        after: Option<Id>,
        limit: usize,
    ) -> Result<Vec<Id>> {
        let (entity, field) = (entity.to_owned(), field.to_owned());
        let asked = Owned { entity, field, owner, after, limit };
        if let Some(ids) = self.owned.get(&asked) {
            return Ok(ids.clone());
        }
        self.missing.borrow_mut().owned.insert(asked);
        Ok(Vec::new())
    }
}
