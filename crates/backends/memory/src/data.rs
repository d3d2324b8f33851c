//! The rows, the queue, the log and the named values, and what it takes to undo a
//! transaction: the old state of everything it touched.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use driftline_core::{
    Id, Millis, Result, Schema,
    store::{
        AuditEntry, AuditKind, Find, JOURNAL_LENGTH, Journal, Noted, Notes, Queued, ReadTx,
        StoreTx, Stored,
    },
};

use crate::find;

const KEPT: usize = 2;

#[derive(Clone)]
pub(crate) struct Data {
    schema: Schema,
    tables: BTreeMap<Arc<str>, Table>,
    feed: BTreeMap<u64, (Arc<str>, Id)>,
    /// What waits, is parked, and is kept, by place.
    queue: [BTreeMap<u64, (Arc<str>, Id)>; 3],
    places: u64,
    /// The last place in the log: none is given out twice, also after pruning.
    logged: u64,
    audit: BTreeMap<u64, AuditEntry>,
    meta: BTreeMap<String, String>,
    journal: BTreeMap<u64, (Arc<str>, Id)>,
    notes: Notes,
    undo: Vec<Undo>,
    version: u64,
}

#[derive(Clone, Default)]
struct Table {
    rows: BTreeMap<Id, Arc<Stored>>,
    keys: BTreeMap<String, BTreeSet<Id>>,
    queue: BTreeMap<Id, Queued>,
}

#[derive(Clone)]
enum Undo {
    Row(Arc<str>, Id, Option<Arc<Stored>>),
    Queued(Arc<str>, Id, Option<Queued>),
    Audit(u64, Option<AuditEntry>),
    Meta(String, Option<String>),
}

impl Data {
    pub(crate) fn new(schema: &Schema) -> Self {
        let tables = schema.tables().map(|it| (it.name.into(), Table::default())).collect();
        Self {
            schema: schema.clone(),
            tables,
            feed: BTreeMap::new(),
            queue: Default::default(),
            places: 0,
            logged: 0,
            audit: BTreeMap::new(),
            meta: BTreeMap::new(),
            journal: BTreeMap::new(),
            notes: Notes::default(),
            undo: Vec::new(),
            version: 0,
        }
    }

    /// Takes on another schema: rows of entities it knows get their natural keys.
    pub(crate) fn learn(&mut self, schema: &Schema) {
        if self.schema.fingerprint() == schema.fingerprint() {
            return;
        }
        self.schema = schema.clone();
        for entity in schema.tables() {
            let rows = self.tables.get(entity.name).map(|it| it.rows.clone()).unwrap_or_default();
            for stored in rows.into_values() {
                let key = entity.key_of(&stored.row);
                if stored.key != key {
                    self.set_row(
                        entity.name,
                        stored.id,
                        Some(Arc::new(Stored { key, ..copy(&stored) })),
                    );
                }
            }
        }
        self.commit();
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn commit(&mut self) {
        if !self.undo.is_empty() {
            self.version += 1;
        }
        for (entity, id) in self.notes.take() {
            let revision = self.bounds().last + 1;
            let entity = self.name(&entity);
            self.journal.insert(revision, (entity, id));
            if revision > JOURNAL_LENGTH {
                self.journal.remove(&(revision - JOURNAL_LENGTH));
            }
        }
        self.undo.clear();
    }

    pub(crate) fn roll_back(&mut self) {
        self.notes.take();
        while let Some(step) = self.undo.pop() {
            match step {
                Undo::Row(entity, id, old) => drop(self.swap_row(&entity, id, old)),
                Undo::Queued(entity, id, old) => drop(self.swap_queued(&entity, id, old)),
                Undo::Audit(place, old) => drop(swap(&mut self.audit, place, old)),
                Undo::Meta(key, old) => drop(swap(&mut self.meta, key, old)),
            }
        }
    }

    fn bounds(&self) -> Journal {
        let last = self.journal.last_key_value().map_or(0, |(revision, _)| *revision);
        let first = self.journal.first_key_value().map_or(last + 1, |(revision, _)| *revision);
        Journal { first, last }
    }

    fn name(&mut self, entity: &str) -> Arc<str> {
        if let Some((name, _)) = self.tables.get_key_value(entity) {
            return name.clone();
        }
        let name: Arc<str> = entity.into();
        self.tables.insert(name.clone(), Table::default());
        name
    }

    fn swap_row(
        &mut self,
        entity: &Arc<str>,
        id: Id,
        new: Option<Arc<Stored>>,
    ) -> Option<Arc<Stored>> {
        let table = self.tables.entry(entity.clone()).or_default();
        let (key, seq) = new.as_ref().map_or((None, 0), |it| (it.key.clone(), it.seq));
        let old = swap(&mut table.rows, id, new);
        let (old_key, old_seq) = old.as_ref().map_or((None, 0), |it| (it.key.clone(), it.seq));
        if old_key != key {
            if let Some(ids) = old_key.and_then(|it| table.keys.get_mut(&it)) {
                ids.remove(&id);
            }
            if let Some(key) = key {
                table.keys.entry(key).or_default().insert(id);
            }
        }
        if old_seq != seq {
            self.feed.remove(&old_seq);
            if seq > 0 {
                self.feed.insert(seq, (entity.clone(), id));
            }
        }
        old
    }

    fn swap_queued(&mut self, entity: &Arc<str>, id: Id, new: Option<Queued>) -> Option<Queued> {
        let table = self.tables.entry(entity.clone()).or_default();
        let place = new.as_ref().map(|it| (it.place, list_of(it)));
        let old = swap(&mut table.queue, id, new);
        if let Some(old) = &old {
            self.queue[list_of(old)].remove(&old.place);
        }
        if let Some((place, list)) = place {
            self.queue[list].insert(place, (entity.clone(), id));
        }
        old
    }

    fn entries(&self, list: usize, after: u64, limit: usize) -> Vec<Queued> {
        let places = self.queue[list].range(after.saturating_add(1)..).take(limit);
        let entry = |(_, (entity, id)): (_, &(Arc<str>, Id))| {
            self.tables.get(entity)?.queue.get(id).cloned()
        };
        places.filter_map(entry).collect()
    }

    fn set_row(&mut self, entity: &str, id: Id, new: Option<Arc<Stored>>) {
        let entity = self.name(entity);
        let old = self.swap_row(&entity, id, new);
        self.undo.push(Undo::Row(entity, id, old));
    }

    fn set_queued(&mut self, entity: &str, id: Id, new: Option<Queued>) {
        let entity = self.name(entity);
        let old = self.swap_queued(&entity, id, new);
        self.undo.push(Undo::Queued(entity, id, old));
    }
}

/// The place in [`Data::queue`] of the list that an entry is in.
fn list_of(entry: &Queued) -> usize {
    match (&entry.kept, &entry.parked) {
        (Some(_), _) => KEPT,
        (None, Some(_)) => 1,
        (None, None) => 0,
    }
}

fn swap<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, new: Option<V>) -> Option<V> {
    match new {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    }
}

fn copy(stored: &Arc<Stored>) -> Stored {
    Stored::clone(stored)
}

impl ReadTx for Data {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn get(&self, entity: &str, id: Id) -> Result<Option<Stored>> {
        Ok(self.tables.get(entity).and_then(|it| it.rows.get(&id)).map(copy))
    }

    fn held(&self, entity: &str, id: Id) -> Result<Option<(u64, bool)>> {
        let stored = self.tables.get(entity).and_then(|it| it.rows.get(&id));
        Ok(stored.map(|it| (it.hash, it.acked)))
    }

    fn with_key(&self, entity: &str, key: &str) -> Result<Vec<Id>> {
        let ids = self.tables.get(entity).and_then(|it| it.keys.get(key));
        Ok(ids.into_iter().flatten().copied().collect())
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

    fn feed(&self, after: u64, limit: usize) -> Result<Vec<(String, Stored)>> {
        let places = self.feed.range(after.saturating_add(1)..).take(limit);
        let rows = places.filter_map(|(_, (entity, id))| {
            let stored = self.tables.get(entity)?.rows.get(id)?;
            Some((entity.to_string(), copy(stored)))
        });
        Ok(rows.collect())
    }

    fn meta(&self, key: &str) -> Result<Option<String>> {
        Ok(self.meta.get(key).cloned())
    }

    fn queued(&self, entity: &str, id: Id) -> Result<Option<Queued>> {
        Ok(self.tables.get(entity).and_then(|it| it.queue.get(&id)).cloned())
    }

    fn queue(&self, parked: bool, after: u64, limit: usize) -> Result<Vec<Queued>> {
        Ok(self.entries(usize::from(parked), after, limit))
    }

    fn kept(&self, after: u64, limit: usize) -> Result<Vec<Queued>> {
        Ok(self.entries(KEPT, after, limit))
    }

    fn kept_size(&self) -> Result<u64> {
        Ok(self.queue[KEPT].len() as u64)
    }

    fn queue_sizes(&self) -> Result<(u64, u64)> {
        Ok((self.queue[0].len() as u64, self.queue[1].len() as u64))
    }

    fn audit(&self, kind: Option<AuditKind>, limit: usize) -> Result<Vec<AuditEntry>> {
        let of_kind = |it: &&AuditEntry| kind.is_none_or(|kind| it.kind == kind);
        Ok(self.audit.values().rev().filter(of_kind).take(limit).cloned().collect())
    }

    fn audit_of(&self, entity: &str, id: Id) -> Result<Vec<AuditEntry>> {
        let of_row = |it: &&AuditEntry| it.id == id && it.entity == entity;
        Ok(self.audit.values().rev().filter(of_row).cloned().collect())
    }

    fn changed_since(&self, after: u64, limit: usize) -> Result<Vec<Noted>> {
        let entries = self.journal.range(after.saturating_add(1)..).take(limit);
        let noted = |(revision, (entity, id)): (&u64, &(Arc<str>, Id))| Noted {
            revision: *revision,
            entity: entity.to_string(),
            id: *id,
        };
        Ok(entries.map(noted).collect())
    }

    fn journal(&self) -> Result<Journal> {
        Ok(self.bounds())
    }
}

impl StoreTx for Data {
    fn reading(&self) -> &dyn ReadTx {
        self
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

    fn clear(&mut self, stays: &[&str]) -> Result<()> {
        let rows = self.tables.iter().flat_map(|(name, table)| {
            let ids = table.rows.keys().chain(table.queue.keys());
            ids.map(|id| (name.clone(), *id))
        });
        for (entity, id) in rows.collect::<BTreeSet<_>>() {
            self.set_row(&entity, id, None);
            self.set_queued(&entity, id, None);
            self.note(&entity, id)?;
        }
        self.prune_audit(Millis::MAX)?;
        let keys: Vec<String> = self.meta.keys().cloned().collect();
        for key in keys.iter().filter(|it| !stays.contains(&it.as_str())) {
            self.set_meta(key, None)?;
        }
        Ok(())
    }

    fn set_meta(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        let old = swap(&mut self.meta, key.to_owned(), value.map(str::to_owned));
        self.undo.push(Undo::Meta(key.to_owned(), old));
        Ok(())
    }

    fn enqueue(&mut self, entry: &Queued) -> Result<()> {
        let known = self.tables.get(entry.entity.as_str()).and_then(|it| it.queue.get(&entry.id));
        let place = known.map_or_else(
            || {
                self.places += 1;
                self.places
            },
            |it| it.place,
        );
        self.set_queued(&entry.entity, entry.id, Some(Queued { place, ..entry.clone() }));
        Ok(())
    }

    fn dequeue(&mut self, entity: &str, id: Id) -> Result<()> {
        self.set_queued(entity, id, None);
        Ok(())
    }

    fn record(&mut self, entry: &AuditEntry) -> Result<()> {
        let place = if entry.place == 0 { self.logged + 1 } else { entry.place };
        self.logged = self.logged.max(place);
        let old = self.audit.insert(place, AuditEntry { place, ..entry.clone() });
        self.undo.push(Undo::Audit(place, old));
        Ok(())
    }

    fn prune_audit(&mut self, before: Millis) -> Result<()> {
        let old: Vec<u64> =
            self.audit.iter().filter(|(_, it)| it.at < before).map(|(place, _)| *place).collect();
        for place in old {
            let entry = self.audit.remove(&place);
            self.undo.push(Undo::Audit(place, entry));
        }
        Ok(())
    }

    fn note(&mut self, entity: &str, id: Id) -> Result<()> {
        self.notes.add(entity, id);
        Ok(())
    }
}
