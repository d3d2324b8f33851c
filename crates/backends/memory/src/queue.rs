//! The queue.

use std::sync::Arc;

use driftline_core::{
    Id, Result,
    store::{QueueCounts, QueueId, QueueList, Queued, ReadQueue, WriteQueue},
};

use crate::data::Data;

impl ReadQueue for Data {
    fn queued(&self, entity: &str, id: Id) -> Result<Option<Queued>> {
        Ok(self.tables.get(entity).and_then(|it| it.queue.get(&id)).cloned())
    }

    fn queue(&self, list: QueueList, after: QueueId, limit: usize) -> Result<Vec<Queued>> {
        let ids = self.queue[list as usize].range(QueueId(after.0.saturating_add(1))..).take(limit);
        let entry = |(_, (entity, id)): (_, &(Arc<str>, Id))| {
            self.tables.get(entity)?.queue.get(id).cloned()
        };
        Ok(ids.filter_map(entry).collect())
    }

    fn queue_counts(&self) -> Result<QueueCounts> {
        let [waiting, parked, excluded, held] =
            QueueList::ALL.map(|it| self.queue[it as usize].len() as u64);
        Ok(QueueCounts { waiting, parked, excluded, held })
    }
}

impl WriteQueue for Data {
    fn enqueue(&mut self, entry: &Queued) -> Result<()> {
        let known = self.tables.get(entry.entity.as_str()).and_then(|it| it.queue.get(&entry.id));
        let queue_id = known.map_or_else(
            || {
                self.queued.0 += 1;
                self.queued
            },
            |it| it.queue_id,
        );
        self.set_queued(&entry.entity, entry.id, Some(Queued { queue_id, ..entry.clone() }));
        Ok(())
    }

    fn dequeue(&mut self, entity: &str, id: Id) -> Result<()> {
        self.set_queued(entity, id, None);
        Ok(())
    }
}
