//! One device of a fleet: its store, its clock, and the processes that have it open.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, Mutex},
};

use driftline_core::{
    ALIASES, Change, EntityDescriptor, Id, Millis, Push, Replica, Result, Schema, Scratch, Serial,
    Simulated, Stamp, Store,
    device::{self, Batch, Position, Sent},
    store::{AuditKind, Held, LogId, QueueId, Stored},
    view::{self, View},
};

use crate::{
    dice::Dice,
    fragile::{Fragile, Fuse},
    model::Model,
    promise::{broken, lock},
    rows::{Rows, all_rows},
    sender::{Late, Sender},
};

/// One device.
pub(crate) struct Device {
    pub(crate) name: usize,
    pub(crate) scratch: Box<dyn Scratch>,
    pub(crate) env: Arc<Simulated>,
    pub(crate) schema: Arc<Schema>,
    pub(crate) fuse: Arc<Fuse>,
    apart: bool,
    /// A look at the store that works even if every process is dead.
    store: Option<Arc<dyn Store>>,
    /// Two processes that have the store open.
    pub(crate) processes: Vec<Process>,
    /// What was on the wire when it should have arrived, and how often the hub had lost
    /// something when it set out.
    pub(crate) late: Mutex<Vec<(u32, Late)>>,
    heard: Mutex<Option<LogId>>,
    /// Rows that it was seen to have been told are in the feed, and the first call at which
    /// that was seen.
    pub(crate) acknowledged: Mutex<BTreeMap<(String, Id), Serial>>,
    /// What a person wrote on it that no call has carried.
    pub(crate) unsent: Mutex<BTreeMap<(String, Id, String), Stamp>>,
    /// The furthest that its corrected clock ever stood.
    pub(crate) furthest: Mutex<Millis>,
    /// How often its person did what must be seen to happen.
    pub(crate) seen: Mutex<BTreeMap<&'static str, u64>>,
}

/// One process of a device.
pub(crate) struct Process {
    pub(crate) replica: Replica,
    /// The store behind it, for what no application could do.
    pub(crate) store: Arc<dyn Store>,
}

impl Deref for Process {
    type Target = Replica;

    fn deref(&self) -> &Replica {
        &self.replica
    }
}

impl Device {
    pub(crate) fn new(
        name: usize,
        scratch: Box<dyn Scratch>,
        env: Arc<Simulated>,
        schema: Arc<Schema>,
        apart: bool,
    ) -> Result<Self> {
        let mut it = Self {
            name,
            scratch,
            env,
            schema,
            fuse: Fuse::new(),
            apart,
            store: None,
            processes: Vec::new(),
            late: Mutex::default(),
            heard: Mutex::default(),
            acknowledged: Mutex::default(),
            unsent: Mutex::default(),
            furthest: Mutex::default(),
            seen: Mutex::default(),
        };
        it.start()?;
        Ok(it)
    }

    /// Starts its processes (again), as after a crash.
    pub(crate) fn start(&mut self) -> Result<()> {
        self.fuse.disarm();
        self.processes.clear();
        self.store = None;
        for _ in 0..2 {
            let store = match &self.store {
                Some(store) if !self.apart => store.clone(),
                _ => self.scratch.open(&self.schema)?,
            };
            self.store = Some(store.clone());
            let store: Arc<dyn Store> = Arc::new(Fragile { store, fuse: self.fuse.clone() });
            let replica = Replica::open(store.clone(), self.env.clone())?;
            self.processes.push(Process { replica, store });
        }
        Ok(())
    }

    pub(crate) fn see(&self, what: &'static str, happened: bool) {
        if happened {
            *lock(&self.seen).entry(what).or_default() += 1;
        }
    }

    /// Notes how far its clock is.
    pub(crate) fn see_clock(&self) {
        let mut furthest = lock(&self.furthest);
        for process in &self.processes {
            *furthest = process.moment().now.max(*furthest);
        }
    }

    /// Notes that a call carries a row.
    fn carried(&self, change: &Change) {
        let sent = |field: &str| change.row.cell(field).is_some();
        let is_this = |entity: &str, id: Id| *entity == change.entity && id == change.id;
        lock(&self.unsent).retain(|(entity, id, field), _| !is_this(entity, *id) || !sent(field));
    }

    /// The process that a choice falls on.
    pub(crate) fn process(&self, dice: u64) -> &Process {
        &self.processes[usize::from(dice & 1 == 1)]
    }

    /// A look at the store that works even if every process is dead.
    pub(crate) fn look<T>(
        &self,
        job: impl FnOnce(&dyn driftline_core::store::ReadTx) -> Result<T>,
    ) -> Result<T> {
        match &self.store {
            Some(store) => store.view(job),
            None => self.scratch.open(&self.schema)?.view(job),
        }
    }

    /// Every row, known or not, by entity and id.
    pub(crate) fn rows(&self) -> Result<Rows> {
        self.look(all_rows)
    }

    /// Every row as a person sees it, deleted ones among them.
    pub(crate) fn views(&self, entity: &'static EntityDescriptor) -> Result<Vec<View>> {
        let find =
            driftline_core::store::Find::new().deleted(driftline_core::store::Deleted::Included);
        self.look(|tx| view::list(tx, entity, &find))
    }

    /// Tells the model which writes got new stamps, as the audit log says.
    pub(crate) fn hear_restamps(&self, model: &Mutex<Model>) -> Result<()> {
        let mut heard = lock(&self.heard);
        let mut news = self.look(|tx| {
            if tx.audit(None, 1)?.first().is_none_or(|it| it.log_id <= *heard) {
                return Ok(Vec::new());
            }
            tx.audit(Some(AuditKind::History), usize::MAX)
        })?;
        news.retain(|it| it.log_id > *heard);
        news.sort_by_key(|it| it.log_id);
        for it in news {
            *heard = (*heard).max(it.log_id);
            if it.rule == device::CLOCK_AHEAD {
                let (was, now) = (it.lost_stamp, it.winner_stamp);
                lock(model).restamp(&it.entity, it.id, &it.field, was, now);
            }
        }
        Ok(())
    }
}

impl Sender for Device {
    /// Unless something else stands there by now.
    fn check_unsent(&self) -> Result<()> {
        let unsent = lock(&self.unsent);
        let mut forgotten = None;
        self.look(|tx| {
            for ((entity, id, field), stamp) in unsent.iter() {
                let cell = tx.get(entity, *id)?.and_then(|it| it.row.cell(field).cloned());
                let waits = tx
                    .queued(entity, *id)?
                    .is_some_and(|it| it.fields.contains_key(field.as_str()));
                if !waits && cell.is_some_and(|it| it.stamp == *stamp) {
                    forgotten = Some(format!("{entity} {id} {field}"));
                }
            }
            Ok(())
        })?;
        match forgotten {
            Some(cell) => Err(broken(format!("{cell} does not wait, and was never sent"))),
            None => Ok(()),
        }
    }

    fn position(&self) -> Result<Position> {
        self.look(|tx| device::position(tx))
    }

    /// Notes what a call carries: as births only what no hub had acknowledged to the device
    /// when the call was made, and never what it merely assumes. Two processes may both have
    /// read a row before one of them hears the answer; a call made after that is later.
    fn check_sent(&self, push: &Push) -> Result<()> {
        for change in &push.changes {
            let stored = self.look(|tx| tx.get(&change.entity, change.id))?;
            let (entity, id) = (&change.entity, change.id);
            self.carried(change);
            let mut old = lock(&self.acknowledged);
            let row = (entity.clone(), id);
            if change.birth && old.get(&row).is_some_and(|call| *call < push.serial) {
                return Err(broken(format!("{entity} {id} is no birth any more")));
            }
            if stored.is_some_and(|it| it.acked) {
                old.entry(row).or_insert(push.serial);
            }
            if change.birth && *entity == ALIASES.name {
                return Err(broken(format!("{id} was sent, and this device only assumes it")));
            }
        }
        Ok(())
    }

    fn batch(&self, push: &Push) -> Result<Batch> {
        self.look(|tx| {
            let position = device::position(tx)?;
            let mut sent = Vec::new();
            for change in &push.changes {
                let entry = tx.queued(&change.entity, change.id)?;
                let (counter, queue_id) =
                    entry.map_or((0, QueueId::default()), |it| (it.change, it.queue_id));
                let stored =
                    tx.get(&change.entity, change.id)?.unwrap_or_else(|| Stored::new(change.id));
                let hash = stored.row.hash(&change.entity, change.id);
                let held = Held { hash: stored.hash, acked: stored.acked };
                let change = change.clone();
                sent.push(Sent { change, counter, hash, queue_id, held });
            }
            let (device, serial) = (push.device.clone(), push.serial);
            Ok(Batch { position, device, serial, sent })
        })
    }

    fn delay(&self, losses: u32, it: Late) {
        lock(&self.late).push((losses, it));
    }

    fn edit_meanwhile(&self, model: &Mutex<Model>, dice: &mut Dice) -> Result<()> {
        self.env.pass(1);
        self.edit(model, dice)
    }
}
