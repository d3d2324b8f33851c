//! Rows, and the feed of those that have sequence numbers.

use std::sync::Arc;

use driftline_core::{
    ALIASES, Cursor, Error, Id, Result, Schema, Value,
    store::{Fed, Find, Held, Lookup, ReadFeed, ReadRows, Stored, WriteRows},
};

use crate::{
    data::{Data, copy},
    find,
};

impl Lookup for Data {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn get(&self, entity: &str, id: Id) -> Result<Option<Stored>> {
        Ok(self.tables.get(entity).and_then(|it| it.rows.get(&id)).map(copy))
    }

    fn with_key(&self, entity: &str, key: &str) -> Result<Vec<Id>> {
        let ids = self.tables.get(entity).and_then(|it| it.keys.get(key));
        Ok(ids.into_iter().flatten().copied().collect())
    }

    fn joined(&self, entity: &str, id: Id) -> Result<Vec<Id>> {
        let mut found = Vec::new();
        for (end, other) in [("low", "high"), ("high", "low")] {
            let equal = vec![
                (end.into(), Value::from(id.to_string())),
                ("entity".into(), Value::from(entity)),
            ];
            let facts = self.find(ALIASES.name, &Find { equal, ..Find::default() })?;
            found.extend(
                facts
                    .iter()
                    .filter_map(|it| -> Option<Id> { it.row.value(other)?.as_str()?.parse().ok() }),
            );
        }
        Ok(found)
    }

    fn owned(
        &self,
        entity: &str,
        field: &str,
        owner: Id,
        after: Option<Id>,
        limit: usize,
    ) -> Result<Vec<Id>> {
        let owner = Value::from(owner.to_string());
        let rows = self.tables.get(entity).into_iter().flat_map(|it| it.rows.values());
        let theirs = rows.filter(|it| it.row.value(field) == Some(&owner));
        let ids = theirs.map(|it| it.id).filter(|id| after.is_none_or(|after| *id > after));
        Ok(ids.take(limit).collect())
    }
}

impl ReadRows for Data {
    fn held(&self, entity: &str, id: Id) -> Result<Option<Held>> {
        let stored = self.tables.get(entity).and_then(|it| it.rows.get(&id));
        Ok(stored.map(|it| Held { hash: it.hash, acked: it.acked }))
    }

    fn find(&self, entity: &str, find: &Find) -> Result<Vec<Stored>> {
        let rows = self.tables.get(entity).into_iter().flat_map(|it| it.rows.values());
        Ok(find::select(rows, find).into_iter().map(copy).collect())
    }

    fn count(&self, entity: &str, find: &Find) -> Result<u64> {
        let rows = self.tables.get(entity).into_iter().flat_map(|it| it.rows.values());
        Ok(rows.filter(|it| find::matches(it, find)).count() as u64)
    }

    fn scan(&self, entity: &str, after: Option<Id>, limit: usize) -> Result<Vec<Stored>> {
        let Some(table) = self.tables.get(entity) else { return Ok(Vec::new()) };
        let past = |(id, _): &(&Id, &Arc<Stored>)| after.is_none_or(|after| **id > after);
        let rows = match after {
            Some(after) => table.rows.range(after..),
            None => table.rows.range(..),
        };
        Ok(rows.filter(past).take(limit).map(|(_, it)| copy(it)).collect())
    }

    fn stored_entities(&self) -> Result<Vec<String>> {
        let used = self.tables.iter().filter(|(_, table)| !table.rows.is_empty());
        Ok(used.map(|(name, _)| name.to_string()).collect())
    }
}

impl ReadFeed for Data {
    fn feed(&self, after: Cursor, limit: usize) -> Result<Vec<Fed>> {
        let places = self.feed.range(after.next()..).take(limit);
        let rows = places.filter_map(|(_, (entity, id))| {
            let stored = self.tables.get(entity)?.rows.get(id)?;
            Some(Fed { entity: entity.to_string(), stored: copy(stored) })
        });
        Ok(rows.collect())
    }
}

impl WriteRows for Data {
    fn insert(&mut self, entity: &str, stored: &Stored) -> Result<()> {
        // As a database refuses a second row of one id.
        if self.held(entity, stored.id)?.is_some() {
            let what = format!("the row {} of {entity}", stored.id);
            return Err(Error::damaged(what, "a row that was said not to be here"));
        }
        self.put(entity, stored)
    }

    fn put(&mut self, entity: &str, stored: &Stored) -> Result<()> {
        self.set_row(entity, stored.id, Some(Arc::new(stored.clone())));
        Ok(())
    }

    fn remove(&mut self, entity: &str, id: Id) -> Result<()> {
        self.set_row(entity, id, None);
        Ok(())
    }

    fn acknowledge(&mut self, entity: &str, id: Id, hash: u64) -> Result<()> {
        match self.get(entity, id)? {
            Some(stored) => self.put(entity, &Stored { hash, acked: true, ..stored }),
            None => Ok(()),
        }
    }

    fn forget_hub(&mut self) -> Result<()> {
        let held: Vec<(Arc<str>, Arc<Stored>)> = self
            .tables
            .iter()
            .flat_map(|(name, table)| table.rows.values().map(move |it| (name.clone(), it.clone())))
            .filter(|(_, it)| it.hash != 0)
            .collect();
        for (entity, stored) in held {
            self.put(&entity, &Stored { hash: 0, ..copy(&stored) })?;
        }
        Ok(())
    }
}
