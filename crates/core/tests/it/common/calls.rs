//! Calls step by step, where a sync would go on by itself.

use super::{Device, START};
use driftline_core::{
    Answers, Backend, Change, Cursor, Hub, Identity, Limits, PROTOCOL, Page, Pull, Push, Result,
    Serial, Store,
    clock::Moment,
    device::{self, Batch, Settled},
    store::{Durability, StoreTx},
};
use futures_executor::block_on;

impl Device {
    /// Writes into the store as the engine does.
    pub fn transact<T>(&self, job: impl FnOnce(&mut dyn StoreTx) -> Result<T>) -> T {
        let store: &dyn Store = &self.store;
        store.transact(Durability::Normal, job).unwrap()
    }

    /// What it would send now, so many rows of it.
    pub fn batch(&self, rows: usize) -> Batch {
        let limits = Limits { rows, ..Hub::LIMITS };
        self.transact(|tx| device::waiting(tx, &limits, None, START))
    }

    /// A call that it makes, and its answer, which nobody has heard yet.
    pub fn call(&self, hub: &Hub) -> (Batch, Answers) {
        let batch = self.batch(Hub::LIMITS.rows);
        let answers = block_on(hub.push(batch.push().unwrap())).unwrap();
        (batch, answers)
    }

    /// Hears an answer, at the time `now`.
    pub fn settle_at(&self, now: u64, batch: &Batch, answers: Answers) -> Settled {
        let moment = Moment { now, node: 1 };
        self.transact(|tx| device::settle(tx, &moment, batch, answers))
    }

    pub fn settle(&self, (batch, answers): (Batch, Answers)) -> Settled {
        self.settle_at(START, &batch, answers)
    }
}

/// A page of a hub after `cursor`, of so many rows at most.
pub fn page(hub: &Hub, cursor: Cursor, rows: usize) -> Page {
    hub.page(&Pull { protocol: PROTOCOL, cursor, rows, bytes: usize::MAX }).unwrap()
}

/// Pushes rows as `device`, which has read nothing.
pub fn push_as(hub: &Hub, device: &str, changes: Vec<Change>) -> Answers {
    push_to(hub, page(hub, Cursor::default(), 1).identity, device, changes)
}

/// As [`push_as`], to a hub with that identity, without asking for a page.
pub fn push_to(hub: &Hub, identity: Identity, device: &str, changes: Vec<Change>) -> Answers {
    let Identity { account, epoch, .. } = identity;
    let (device, serial) = (device.to_owned(), Serial(1));
    let push = Push { protocol: PROTOCOL, account, epoch, device, serial, changes };
    block_on(hub.push(push)).unwrap()
}
