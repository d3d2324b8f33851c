//! A hub that is put back to what it was before, or wiped: what it lost comes back, and the
//! report says so.

use std::sync::atomic::Ordering;

use driftline_core::{Error, Hub, Id, Schema, Scratch, device, status::State};
use driftline_memory::MemoryStore;

use crate::common::{Device, Folder, hub_of, wire::Wire};

/// A hub, and what it is put back to.
struct World {
    a: Device,
    b: Device,
    id: Id,
    hub: Hub,
    before: Hub,
}

/// Two devices and a hub that hold a folder, and a copy of the hub.
fn world() -> World {
    let (a, b) = (Device::new(1), Device::new(2));
    let there = MemoryStore::new(Schema::registered().unwrap());
    let hub = hub_of(there.clone(), "ana");
    let id = a.folder("/src");
    for device in [&a, &b] {
        device.sync(&hub).unwrap();
    }
    let scratch: &dyn Scratch = &there;
    let copy = scratch.copy().unwrap().open(Schema::registered().unwrap()).unwrap();
    let before = Hub::open(copy, "ana", &*a.env).unwrap();
    World { a, b, id, hub, before }
}

fn pin(device: &Device, id: Id, hub: &Hub) {
    device.env.pass(10);
    let turn = |it: &mut Folder| it.pinned = !it.pinned;
    device.replica.update::<Folder>(id, turn).unwrap();
    device.sync(hub).unwrap();
}

fn assert_has(hub: &Hub, id: Id, name: &str) {
    let device = Device::new(9);
    device.sync(hub).unwrap();
    assert_eq!(device.name(id).as_deref(), Some(name));
}

#[test]
fn what_a_hub_lost_comes_back_though_it_went_further_since() {
    let World { a, b, id, hub, before } = world();
    a.rename(id, "Engine");
    a.sync(&hub).unwrap();
    pin(&b, id, &before);
    pin(&b, id, &before);
    let report = a.sync(&before).unwrap();
    assert_eq!((report.sent, report.restarts), (1, 0), "the row itself says what is missing");
    assert_has(&before, id, "Engine");
}

#[test]
fn what_a_hub_lost_comes_back_though_its_head_is_the_same() {
    let World { a, b, id, hub, before } = world();
    a.rename(id, "Engine");
    a.sync(&hub).unwrap();
    pin(&b, id, &before);
    let report = a.sync(&before).unwrap();
    assert_eq!((report.sent, report.restarts), (1, 1));
    assert_has(&before, id, "Engine");
}

/// The model found this one: the answer takes the edit out of the queue before the device has
/// read what the hub holds besides.
#[test]
fn an_edit_that_went_beside_others_comes_back() {
    let World { a, b, id, hub, before } = world();
    pin(&b, id, &hub);
    a.rename(id, "Engine");
    let call = a.call(&hub);
    assert_eq!((a.settle(call).accepted, a.waiting()), (1, 0));
    a.sync(&before).unwrap();
    assert_has(&before, id, "Engine");
    assert_eq!(a.replica.status(Some("hub")).unwrap().state, State::Synced);
}

#[test]
fn a_hub_that_was_wiped_is_compared_anew_though_it_looks_as_the_old_one() {
    let World { a, b, hub, .. } = world();
    let empty = crate::common::hub();
    b.sync(&empty).unwrap();
    let resets = || a.transact(|tx| device::link(tx.reading())).resets;
    let mut before = resets();
    // Both say that they hold something else than they do. The second one is met as a stranger,
    // then read twice.
    for (hub, times) in [(hub, 1), (empty, 2)] {
        let wire = Wire::new(hub);
        wire.lie.store(true, Ordering::Relaxed);
        let error = a.sync(&wire).unwrap_err();
        assert!(matches!(error, Error::NotEqual { .. }), "{error}");
        assert_eq!(resets() - before, times);
        before = resets();
    }
}
