//! The rows, the queue, the log and the named values, and what it takes to undo a
//! transaction: the old state of everything it touched.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use driftline_core::{
    Id, Millis, Result, Schema, Seq,
    store::{
        AuditEntry, JOURNAL_LENGTH, Journal, LogId, NotedRun, Notes, QueueId, Queued, StoreTx,
        Stored, WriteAudit, WriteJournal, WriteMeta,
    },
};

#[derive(Clone)]
pub(crate) struct Data {
    pub(crate) schema: Schema,
    pub(crate) tables: BTreeMap<Arc<str>, Table>,
    pub(crate) feed: BTreeMap<Seq, (Arc<str>, Id)>,
    /// Each list of the queue.
    pub(crate) queue: [BTreeMap<QueueId, (Arc<str>, Id)>; 4],
    pub(crate) queued: QueueId,
    /// The last number in the log: none is given out twice, also after pruning.
    pub(crate) logged: LogId,
    pub(crate) audit: BTreeMap<LogId, AuditEntry>,
    pub(crate) meta: BTreeMap<String, String>,
    pub(crate) journal: BTreeMap<u64, (Arc<str>, Id)>,
    pub(crate) notes: Notes,
    pub(crate) undo: Vec<Undo>,
    version: u64,
}

#[derive(Clone, Default)]
pub(crate) struct Table {
    pub(crate) rows: BTreeMap<Id, Arc<Stored>>,
    pub(crate) keys: BTreeMap<String, BTreeSet<Id>>,
    pub(crate) queue: BTreeMap<Id, Queued>,
}

#[derive(Clone)]
pub(crate) enum Undo {
    Row(Arc<str>, Id, Option<Arc<Stored>>),
    Queued(Arc<str>, Id, Option<Queued>),
    Audit(LogId, Option<AuditEntry>),
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
            queued: QueueId::default(),
            logged: LogId(0),
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
        for NotedRun { entity, ids } in self.notes.take() {
            let entity = self.name(&entity);
            for id in ids {
                let revision = self.bounds().last + 1;
                self.journal.insert(revision, (Arc::clone(&entity), id));
                if revision > JOURNAL_LENGTH {
                    self.journal.remove(&(revision - JOURNAL_LENGTH));
                }
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
                Undo::Audit(log_id, old) => drop(swap(&mut self.audit, log_id, old)),
                Undo::Meta(key, old) => drop(swap(&mut self.meta, key, old)),
            }
        }
    }

    pub(crate) fn bounds(&self) -> Journal {
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
        let (key, seq) = new.as_ref().map_or((None, Seq::default()), |it| (it.key.clone(), it.seq));
        let old = swap(&mut table.rows, id, new);
        let (old_key, old_seq) =
            old.as_ref().map_or((None, Seq::default()), |it| (it.key.clone(), it.seq));
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
            if seq > Seq::default() {
                self.feed.insert(seq, (entity.clone(), id));
            }
        }
        old
    }

    fn swap_queued(&mut self, entity: &Arc<str>, id: Id, new: Option<Queued>) -> Option<Queued> {
        let table = self.tables.entry(entity.clone()).or_default();
        let now = new.as_ref().map(|it| (it.standing.list(), it.queue_id));
        let old = swap(&mut table.queue, id, new);
        if let Some(old) = &old {
            self.queue[old.standing.list() as usize].remove(&old.queue_id);
        }
        if let Some((list, queue_id)) = now {
            self.queue[list as usize].insert(queue_id, (entity.clone(), id));
        }
        old
    }

    pub(crate) fn set_row(&mut self, entity: &str, id: Id, new: Option<Arc<Stored>>) {
        let entity = self.name(entity);
        let old = self.swap_row(&entity, id, new);
        self.undo.push(Undo::Row(entity, id, old));
    }

    pub(crate) fn set_queued(&mut self, entity: &str, id: Id, new: Option<Queued>) {
        let entity = self.name(entity);
        let old = self.swap_queued(&entity, id, new);
        self.undo.push(Undo::Queued(entity, id, old));
    }
}

pub(crate) fn swap<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, new: Option<V>) -> Option<V> {
    match new {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    }
}

pub(crate) fn copy(stored: &Arc<Stored>) -> Stored {
    Stored::clone(stored)
}

impl StoreTx for Data {
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
}
