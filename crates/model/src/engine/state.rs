//! Everything that is, and what can happen to it.

use std::collections::BTreeSet;

use super::{
    RECORD, Scope, Write,
    device::Device,
    hub::Hub,
    rows::{Id, Name, Written},
    wire::Message,
};

/// Everything that is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The hubs, one for each person.
    pub hubs: Vec<Hub>,
    /// A copy of the first one.
    pub copy: Option<Hub>,
    /// The devices.
    pub devices: Vec<Device>,
    /// What is on its way, each with the device that called.
    pub wire: Vec<(usize, Message)>,
    /// What was written on each device.
    pub own: Vec<Written>,
    /// The rows that were ever renamed, deleted or purged.
    pub touched: BTreeSet<Id>,
    /// Rows that somebody saw side by side under one key.
    pub apart: BTreeSet<(Id, Id)>,
    /// The readings of the record that were imported.
    pub imported: BTreeSet<u8>,
    /// What has happened so far.
    pub used: Scope,
}

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Somebody writes on a device.
    Write(usize, Write),
    /// A device asks a hub for what is new, and the page is on its way.
    Ask(usize, usize),
    /// A device sends what waits.
    Send(usize),
    /// A device sends what waits behind a call whose answer, by its place on the wire, has arrived
    /// and is heard later.
    SendEarly(usize),
    /// A push, by its place on the wire, arrives at a hub.
    Arrive(usize, usize),
    /// A page or an answer arrives at its device.
    Hear(usize),
    /// A device syncs, and nothing goes wrong.
    Sync(usize),
    /// A device stops in the middle and starts again.
    Crash(usize),
    /// The hub loses everything.
    Wipe,
    /// The hub is copied.
    Copy,
    /// The hub is put back to the copy.
    PutBack,
}

impl State {
    /// Notes which rows somebody who is in step sees side by side under one key.
    pub(super) fn note_what_is_apart(&mut self) {
        let is_in_step = |device: &&Device| {
            self.hubs
                .iter()
                .any(|hub| device.is_in_step_with(hub.identity, hub.head, hub.digests()))
        };
        for device in self.devices.iter().filter(is_in_step) {
            let seen = |id: Id| {
                let is_acked = device.rows.get(&Name::Row(id)).is_some_and(|it| it.is_acked);
                device.shown(id).filter(|_| is_acked)
            };
            for one in 0..=RECORD {
                for other in 0..one {
                    if let (Some((class, it)), Some((_, that))) = (seen(one), seen(other))
                        && it.key() == that.key()
                        && !class.contains(&other)
                    {
                        self.apart.insert((other, one));
                    }
                }
            }
        }
    }
}

/// What everybody wrote on these devices.
pub(super) fn written<'a>(own: impl Iterator<Item = &'a Written>) -> Written {
    let mut all = Written::new();
    for (id, cells) in own.flatten() {
        all.entry(*id).or_default().join(*cells, None);
    }
    all
}
