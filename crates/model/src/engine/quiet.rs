//! What is there once everybody has synced and nothing goes wrong any more. What is still on
//! its way is lost.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
};

use super::{
    Run, State,
    cells::{Cells, Field},
    device::Device,
    exchange::sync,
    hub::Hub,
    person::Write,
    rows::{Id, Name, Rows, Written, print_of},
    state::written,
};

/// A promise that is broken then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A write is not everywhere, or something is there that nobody wrote.
    Lost,
    /// Replicas differ, a sync fails, or something waits.
    Unequal,
    /// Two births of one key are two rows.
    Doubles,
    /// What was imported before is written or sent again.
    Traffic,
}

impl Broken {
    /// Whether a device holds what its hub does.
    pub fn is_same(device: &Device, hub: &Hub) -> bool {
        let mine: BTreeMap<Name, Cells> =
            device.rows.iter().map(|(name, it)| (*name, it.cells)).collect();
        let theirs: BTreeMap<Name, Cells> =
            hub.rows.iter().map(|(name, it)| (*name, it.cells)).collect();
        mine == theirs
    }
}

/// The promises that are broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict(u8);

impl Verdict {
    /// Whether this one is.
    pub fn has(self, broken: Broken) -> bool {
        self.0 & 1 << broken as u8 != 0
    }

    fn note(&mut self, broken: Broken, is_so: bool) {
        if is_so {
            self.0 |= 1 << broken as u8;
        }
    }
}

thread_local! {
    /// Several promises ask for the same state, and so do all that differ in what is on its way.
    static KNOWN: RefCell<HashMap<u64, Verdict>> = RefCell::default();
}

/// How many are remembered.
const MEMORY: usize = 1 << 20;

/// Lets everybody sync, and looks what is broken then.
pub fn quiet(run: &Run, state: &State) -> Verdict {
    let State { hubs, devices, own, touched, imported, .. } = state;
    let print = print_of(&(run.scope, run.mistake, hubs, devices, own, touched, imported));
    KNOWN.with_borrow_mut(|known| {
        if known.len() > MEMORY {
            known.clear();
        }
        *known.entry(print).or_insert_with(|| judge(run, state))
    })
}

/// Everybody syncs until nothing changes any more. Returns whether
/// that came to an end.
pub fn settle(run: &Run, state: &mut State) -> bool {
    state.wire.clear();
    for _ in 0..6 {
        let before = (state.devices.clone(), state.hubs.clone());
        for device in &mut state.devices {
            let person = device.identity.map_or(0, |it| usize::from(it.person));
            let hub = &mut state.hubs[person];
            if sync(device, hub, run.most(), run.mistake).is_err() {
                return false;
            }
        }
        if (&before.0, &before.1) == (&state.devices, &state.hubs) {
            return true;
        }
    }
    false
}

fn judge(run: &Run, before: &State) -> Verdict {
    let mut verdict = Verdict::default();
    let mut state = before.clone();
    let is_well = settle(run, &mut state);
    verdict.note(Broken::Unequal, !is_well);
    let facts: Vec<(u8, Name)> = before
        .devices
        .iter()
        .flat_map(|it| it.rows.iter().map(move |(name, stored)| (it, name, stored)))
        .filter(|(_, name, stored)| stored.is_acked && matches!(name, Name::Fact(..)))
        .map(|(device, name, _)| (device.identity.map_or(0, |it| it.person), *name))
        .collect();
    for hub in &state.hubs {
        let person = hub.identity.person;
        let is_theirs = |it: &&Device| it.identity.is_some_and(|it| it.person == person);
        let devices: Vec<&Device> = state.devices.iter().filter(is_theirs).collect();
        let own: Vec<&Written> =
            devices.iter().map(|it| &state.own[usize::from(it.number)]).collect();
        verdict.note(Broken::Lost, !devices.is_empty() && !is_as_written(hub, &own));
        let is_lost = |(of, fact): &(u8, Name)| *of == person && !hub.rows.contains_key(fact);
        verdict.note(Broken::Lost, facts.iter().any(is_lost));
        for device in &devices {
            let is_synced = device.queue.is_empty()
                && device.compared.is_some_and(|(_, differ)| differ == [false; 2]);
            verdict.note(Broken::Unequal, !is_synced || !Broken::is_same(device, hub));
        }
        verdict.note(Broken::Doubles, has_doubles(run, &state, hub));
    }
    for device in &mut state.devices {
        // A device that never met the record says nothing about it.
        if device.cells(Name::Row(super::RECORD)).is_none() {
            continue;
        }
        for reading in &before.imported {
            let known = device.clone();
            device.perform(Write::Import(*reading), run.mistake);
            verdict.note(Broken::Traffic, known != *device);
        }
    }
    verdict
}

/// Whether a hub holds what was written on some devices. What is one with a purged row has a mark
/// that somebody gave to it or to what it is one with.
fn is_as_written(hub: &Hub, own: &[&Written]) -> bool {
    let written = written(own.iter().copied());
    let found = hub.rows.iter().filter_map(|(name, fed)| match name {
        Name::Row(id) => Some((*id, fed.cells)),
        Name::Fact(..) => None,
    });
    let found: Written = found.collect();
    let is_right = |(id, cells): (&Id, &Cells)| {
        let class = hub.class(*id);
        let of_class = own.iter().flat_map(|it| class.iter().filter_map(|id| it.get(id)));
        let mut marks = of_class.filter_map(|it| it.get(Field::Mark));
        let mut joined = *cells;
        match (cells.get(Field::Mark), written.get(id)) {
            (Some(mark), Some(own)) => marks.any(|it| it == mark) && !joined.join(*own, None),
            (None, Some(own)) => marks.next().is_none() && cells == own,
            (_, None) => false,
        }
    };
    found.keys().eq(written.keys()) && found.iter().all(is_right)
}

/// Whether two rows that kept the key of their birth, and that people see, are two. Where hubs
/// lose what they acknowledged, two rows may both be old when they first meet.
fn has_doubles(run: &Run, state: &State, hub: &Hub) -> bool {
    if run.scope.wipes + run.scope.restores > 0 {
        return false;
    }
    let mut seen: BTreeMap<u8, u8> = BTreeMap::new();
    hub.rows.keys().any(|name| {
        let Name::Row(id) = name else { return false };
        let Some((members, shown)) = hub.view(*id) else { return false };
        let is_settled = members.iter().all(|it| !state.touched.contains(it));
        let Some(key) = shown.key().filter(|_| is_settled && !shown.is_hidden()) else {
            return false;
        };
        let first = members[0];
        *seen.entry(key).or_insert(first) != first
    })
}
