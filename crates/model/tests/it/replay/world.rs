//! The real engine under the steps of the model.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use driftline_core::{
    Answers, Backend, Cursor, Error, Hub, Identity, Limits, MakeScratch, PROTOCOL, Page, Pull,
    Replica, Schema, Scratch, Serial, Simulated, Stale, Store, Values,
    clock::Moment,
    device::{self, Batch, Position},
    store::{Durability, StoreTx},
};
use driftline_model::engine::{Run, State, Step, Write, rows::Name, wire};
use futures_executor::block_on;

use super::{
    names::{NOW, Names, path, title},
    seen::{SeenDevice, SeenHub},
};

struct Local {
    scratch: Box<dyn Scratch>,
    store: Arc<dyn Store>,
    replica: Replica,
    env: Arc<Simulated>,
}

struct Remote {
    scratch: Box<dyn Scratch>,
    store: Arc<dyn Store>,
    hub: Hub,
}

enum Message {
    Page(Position, Box<Page>),
    Call(Batch),
    Answer(Batch, Result<Box<Answers>, Stale>),
}

/// A call that went before the answer to the one before it was heard.
struct Early {
    device: usize,
    serial: Serial,
    behind: Serial,
}

/// Real devices and hubs.
pub(super) struct World<'a> {
    names: &'a Names,
    make: MakeScratch,
    limits: Limits,
    devices: Vec<Local>,
    /// What each calls itself.
    called: Vec<String>,
    hubs: Vec<Remote>,
    copy: Option<Box<dyn Scratch>>,
    wire: Vec<(usize, Message)>,
    early: Vec<Early>,
    identities: RefCell<BTreeMap<String, wire::Identity>>,
}

impl<'a> World<'a> {
    pub(super) fn new(run: &Run, make: MakeScratch, names: &'a Names) -> Self {
        let rows = run.most().min(Hub::LIMITS.rows);
        let mut it = Self {
            names,
            make,
            limits: Limits { rows, ..Hub::LIMITS },
            devices: Vec::new(),
            called: Vec::new(),
            hubs: Vec::new(),
            copy: None,
            wire: Vec::new(),
            early: Vec::new(),
            identities: RefCell::default(),
        };
        for device in 0..run.scope.devices {
            let env = Arc::new(Simulated::new(u64::from(device) + 1, NOW));
            let local = Local::open(make().unwrap(), env);
            let called = local.store.view(|tx| tx.meta("device")).unwrap();
            it.called.push(called.unwrap());
            it.devices.push(local);
        }
        for person in 0..=run.scope.others {
            let hub = it.hub(wire::Identity { person, life: 0 });
            it.hubs.push(hub);
        }
        it
    }

    fn hub(&self, identity: wire::Identity) -> Remote {
        let hub = Remote::open((self.make)().unwrap(), identity, self.limits);
        let state = hub.store.view(|tx| driftline_core::hub::load(tx)).unwrap().unwrap();
        self.identities.borrow_mut().insert(state.identity.epoch, identity);
        hub
    }

    fn identity(&self, of: &Identity) -> wire::Identity {
        self.identities.borrow()[&of.epoch]
    }

    /// Does what the model did in this step.
    pub(super) fn step(&mut self, step: Step, before: &State) {
        let moment = |place: usize| {
            let model = &before.devices[place];
            Moment { now: NOW, node: model.node().into() }
        };
        match step {
            Step::Write(place, write) => {
                let moment = moment(place);
                self.devices[place].write(|tx| self.perform(tx, &moment, write));
            }
            Step::Ask(place, hub) => {
                let position = self.devices[place].store.view(|tx| device::position(tx)).unwrap();
                let page = self.page(hub, position.cursor);
                self.wire.push((place, Message::Page(position, Box::new(page))));
            }
            Step::Send(place) => {
                let limits = self.limits;
                let batch = self.devices[place].write(|tx| device::waiting(tx, &limits, None, NOW));
                self.wire.push((place, Message::Call(batch)));
            }
            Step::SendEarly(place) => {
                let (of, Message::Answer(before, Ok(_))) = &self.wire[place] else {
                    panic!("no answer")
                };
                let (of, limits) = (*of, self.limits);
                let next = self.devices[of].write(|tx| {
                    let next = device::ahead(tx, &limits, None, before)?.unwrap();
                    assert!(device::may_go(tx, &next)?);
                    Ok(next)
                });
                let (serial, behind) = (next.serial, before.serial);
                self.early.push(Early { device: of, serial, behind });
                self.wire.push((of, Message::Call(next)));
            }
            Step::Arrive(place, hub) => {
                let (of, message) = self.wire.remove(place);
                let Message::Call(batch) = message else { panic!("no call") };
                let answer = match block_on(self.hubs[hub].hub.push(batch.push().unwrap())) {
                    Ok(answers) => Ok(Box::new(answers)),
                    Err(Error::Stale { why, .. }) => Err(why),
                    Err(error) => panic!("{error}"),
                };
                self.wire.push((of, Message::Answer(batch, answer)));
            }
            Step::Hear(place) => {
                let (of, message) = self.wire.remove(place);
                let next = match &message {
                    Message::Answer(before, Ok(_)) => {
                        sent_behind(&mut self.early, &mut self.wire, of, before.serial)
                    }
                    _ => None,
                };
                self.devices[of].hear(&moment(of), message, next);
            }
            Step::Sync(place) => self.sync(place, 0),
            Step::Crash(place) => {
                self.wire.retain(|(of, it)| *of != place || matches!(it, Message::Call(_)));
                let Local { scratch, env, .. } = self.devices.remove(place);
                self.devices.insert(place, Local::open(scratch, env));
            }
            Step::Wipe => {
                let life = before.used.wipes + 1;
                self.hubs[0] = self.hub(wire::Identity { person: 0, life });
                self.copy = None;
            }
            Step::Copy => self.copy = Some(self.hubs[0].scratch.copy().unwrap()),
            Step::PutBack => {
                let copy = self.copy.take().unwrap();
                self.hubs[0] = Remote::open(copy, before.hubs[0].identity, self.limits);
            }
        }
    }

    /// A device syncs as programs do.
    pub(super) fn sync(&mut self, place: usize, hub: usize) {
        let _what_is_there_tells = block_on(self.devices[place].replica.sync(&self.hubs[hub].hub));
    }

    /// What is on its way never arrives.
    pub(super) fn lose(&mut self) {
        self.wire.clear();
    }

    fn page(&self, hub: usize, cursor: Cursor) -> Page {
        let Limits { rows, bytes, .. } = self.limits;
        let request = Pull { protocol: PROTOCOL, cursor, rows, bytes };
        block_on(self.hubs[hub].hub.pull(request)).unwrap()
    }

    fn perform(
        &self,
        tx: &mut dyn StoreTx,
        moment: &Moment,
        write: Write,
    ) -> driftline_core::Result<()> {
        let entity = tx.schema().entity("folders")?;
        let id = |id| self.names.id(Name::Row(id));
        let value = |name: &str, value| Values::from([(name.to_owned(), value)]);
        match write {
            Write::Create(it, key) => {
                device::create(tx, moment, entity, id(it), value("path", path(key)))
            }
            Write::Edit(it) => {
                let node = u8::try_from(moment.node).unwrap();
                device::update(tx, moment, entity, id(it), value("name", title(node)))
            }
            Write::Rename(it, key) => {
                device::update(tx, moment, entity, id(it), value("path", path(key)))
            }
            Write::Delete(it) => device::set_deleted(tx, moment, entity, id(it), true),
            Write::Restore(it) => device::set_deleted(tx, moment, entity, id(it), false),
            Write::Purge(it) => device::purge(tx, moment, entity, id(it)).map(drop),
            Write::Import(reading) => {
                let name = Name::Row(driftline_model::engine::RECORD);
                let cells = self.names.row(name, Write::record(reading)).into_cells().collect();
                let record = self.names.id(name);
                device::import(tx, moment, entity, record, cells, Vec::new()).map(|_| ())
            }
        }
    }

    /// Fails unless the replicas look as in the model.
    pub(super) fn compare(&self, state: &State) -> Result<(), String> {
        for (local, model) in self.devices.iter().zip(&state.devices) {
            let expected = SeenDevice::of_model(model, self.names);
            let identity_of = |it: &Identity| self.identity(it);
            let found = SeenDevice::of_store(&*local.store, self.names, &identity_of);
            if found != expected {
                return Err(format!("device: {found:#?}\nthe model: {expected:#?}"));
            }
        }
        for (remote, model) in self.hubs.iter().zip(&state.hubs) {
            let expected = SeenHub::of_model(model, self.names, &self.called);
            let found = SeenHub::of_store(&*remote.store, self.names);
            if found != expected {
                return Err(format!("hub: {found:#?}\nthe model: {expected:#?}"));
            }
        }
        Ok(())
    }
}

/// What a device has sent behind a call, which is about to be settled.
fn sent_behind<'a>(
    early: &mut Vec<Early>,
    wire: &'a mut [(usize, Message)],
    device: usize,
    behind: Serial,
) -> Option<&'a mut Batch> {
    let at = early.iter().position(|it| it.device == device && it.behind == behind)?;
    let serial = early.remove(at).serial;
    wire.iter_mut().find_map(|(of, message)| match message {
        Message::Call(it) | Message::Answer(it, _) => {
            (*of == device && it.serial == serial).then_some(it)
        }
        Message::Page(..) => None,
    })
}

impl Local {
    fn open(scratch: Box<dyn Scratch>, env: Arc<Simulated>) -> Self {
        let store = scratch.open(Schema::registered().unwrap()).unwrap();
        let replica = Replica::open(store.clone(), env.clone()).unwrap();
        Self { scratch, store, replica, env }
    }

    fn write<T>(&self, job: impl FnOnce(&mut dyn StoreTx) -> driftline_core::Result<T>) -> T {
        self.store.transact(Durability::Normal, job).unwrap()
    }

    /// Hears of a page or an answer, and lets that to the `next` call count from what it leaves.
    fn hear(&self, moment: &Moment, message: Message, next: Option<&mut Batch>) {
        match message {
            Message::Page(position, page) => {
                let adopt = |tx: &mut dyn StoreTx| device::adopt(tx, moment, &position, *page);
                match self.store.transact(Durability::Normal, adopt) {
                    Ok(_) | Err(Error::SignIn { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            Message::Answer(batch, Ok(answers)) => {
                self.write(|tx| {
                    let settled = device::settle(tx, moment, &batch, *answers)?;
                    match next.filter(|_| !settled.dropped && !settled.restarted) {
                        Some(next) => device::follow(tx, next),
                        None => Ok(()),
                    }
                });
            }
            Message::Answer(mut batch, Err(Stale::OldCall { last })) => {
                self.write(|tx| device::renumber(tx, &mut batch, last));
            }
            Message::Answer(_, Err(_)) => {}
            Message::Call(_) => panic!("a call is heard by nobody"),
        }
    }
}

impl Remote {
    fn open(scratch: Box<dyn Scratch>, identity: wire::Identity, limits: Limits) -> Self {
        let store = scratch.open(Schema::registered().unwrap()).unwrap();
        let wire::Identity { person, life } = identity;
        let env = Simulated::new(1_000 + u64::from(person) * 100 + u64::from(life), NOW);
        let hub = Hub::open(store.clone(), &format!("person {person}"), &env).unwrap();
        Self { scratch, store, hub: hub.with_limits(limits) }
    }
}
