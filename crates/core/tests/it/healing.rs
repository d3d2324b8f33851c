//! A hub that is put back to what it was before, or wiped: what it lost comes back, and the
//! report says so.

use std::sync::atomic::Ordering;

use driftline_core::{
    Cursor, Error, Hub, Id, Schema, Scratch, Store,
    device::{self, Adopted, Unread},
    hub,
    status::State,
    store::{Durability, StoreTx},
};
use driftline_memory::MemoryStore;

use crate::common::{Device, Folder, calls::page, hub_of, imported, wire::Wire};

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

/// The model found this one: the hub moves on from the state in which the device exchanged
/// everything, and is put back to just that.
#[test]
fn what_a_hub_loses_twice_in_one_state_comes_back_twice() {
    let (a, b) = (Device::new(1), Device::new(2));
    let there = MemoryStore::new(Schema::registered().unwrap());
    let hub = hub_of(there.clone(), "ana");
    let scratch: &dyn Scratch = &there;
    let empty = scratch.copy().unwrap();
    let open = |it: &dyn Scratch| {
        let store = it.open(Schema::registered().unwrap()).unwrap();
        Hub::open(store, "ana", &*a.env).unwrap()
    };
    let id = a.folder("/src");
    a.rename(id, "Engine");
    a.sync(&hub).unwrap();
    let hub = open(&*empty);
    b.folder("/other");
    b.sync(&hub).unwrap();
    let state = empty.copy().unwrap();
    let position = a.transact(|tx| device::position(tx.reading()));
    let (moment, page) = (a.replica.moment(), page(&hub, position.cursor, 9));
    let adopted = a.transact(|tx| device::adopt(tx, &moment, &position, page));
    assert_eq!(adopted, Adopted::Restarted);
    let call = a.call(&hub);
    assert_eq!(a.settle(call).accepted, 1);
    let hub = open(&*state);
    a.sync(&hub).unwrap();
    assert_has(&hub, id, "Engine");
}

/// As a service may begin anew with the rows of an account.
#[test]
fn a_hub_whose_numbers_begin_anew_is_read_anew() {
    let (a, b) = (Device::new(1), Device::new(2));
    let there = MemoryStore::new(Schema::registered().unwrap());
    let hub = hub_of(there.clone(), "ana");
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    a.rename(id, "Engine");
    let store: &dyn Store = &there;
    let begin = |tx: &mut dyn StoreTx| {
        let mut state = hub::load(tx)?.unwrap();
        state.identity.epoch = "another".into();
        hub::save(tx, Some(&state))
    };
    store.transact(Durability::Full, begin).unwrap();
    assert_eq!(b.sync(&hub).unwrap().restarts, 1);
    let report = a.sync(&hub).unwrap();
    assert_eq!((report.restarts, a.waiting()), (1, 0));
    assert_has(&hub, id, "Engine");
}

/// Restamping asks whether anybody else may know a stamp.
#[test]
fn what_some_hub_had_counts_as_carried_when_it_is_offered_anew() {
    let World { a, id, .. } = world();
    a.rename(id, "Engine");
    let new = a.folder("/new");
    // Everything is read from a hub that was wiped, and nothing is sent yet.
    let position = a.transact(|tx| device::position(tx.reading()));
    let page = page(&crate::common::hub(), position.cursor, 1);
    let moment = a.replica.moment();
    assert_eq!(a.transact(|tx| device::adopt(tx, &moment, &position, page)), Adopted::Restarted);
    let carried = |id| a.transact(|tx| tx.queued("folders", id)).unwrap().fields;
    let expected = [("name", false), ("path", true)].map(|(it, carried)| (it.into(), carried));
    assert_eq!(carried(id), expected.into());
    assert_eq!(carried(new), [("path".into(), false)].into());
}

#[test]
fn a_row_that_a_wiped_hub_does_not_have_any_more_hides_no_difference() {
    let World { a, .. } = world();
    let old = crate::common::hub();
    let position = || a.transact(|tx| device::position(tx.reading()));
    let adopt = |page| {
        let (moment, position) = (a.replica.moment(), position());
        a.transact(|tx| device::adopt(tx, &moment, &position, page))
    };
    assert_eq!(adopt(page(&old, Cursor(0), 9)), Adopted::Restarted);
    let mut lies = page(&old, Cursor(0), 9);
    lies.digests.iter_mut().flat_map(|it| it.values_mut()).for_each(|it| *it ^= 1);
    let differ = || a.transact(|tx| device::link(tx.reading())).compared.map(|it| it.differ.len());
    assert_eq!(adopt(lies.clone()), Adopted::Dry);
    assert!(differ() > Some(0));
    // With a row whose hash nobody can tell, that says nothing.
    let (entity, text, reason) = ("folders".into(), "???".into(), "it is no row".into());
    let id = imported("unread");
    lies.unread = vec![Unread { entity, id, hash: None, latest: None, text, reason }];
    assert_eq!((adopt(lies), differ()), (Adopted::Dry, None));
    let wire = Wire::new(crate::common::hub());
    wire.lie.store(true, Ordering::Relaxed);
    let error = a.sync(&wire).unwrap_err();
    assert!(matches!(error, Error::NotEqual { .. }), "{error}");
}

/// The program is stopped while it reads everything again, and the one that starts can read it.
#[test]
fn a_row_that_was_set_aside_is_offered_to_a_hub_that_lost_it() {
    let World { a, b, hub, before, .. } = world();
    let id = a.folder("/new");
    a.sync(&hub).unwrap();
    let adopt = |page| {
        let (moment, position) =
            (b.replica.moment(), b.transact(|tx| device::position(tx.reading())));
        b.transact(|tx| device::adopt(tx, &moment, &position, page))
    };
    let cursor = b.transact(|tx| device::position(tx.reading())).cursor;
    let mut news = page(&hub, cursor, 9);
    let change = news.changes.pop().unwrap();
    let (entity, hash) = (change.entity.clone(), change.row.hash(&change.entity, id));
    let (text, reason) = ("???".into(), "it is no row".into());
    news.unread = vec![Unread { entity, id, hash: Some(hash), latest: None, text, reason }];
    assert_eq!(adopt(news), Adopted::Dry);

    let c = Device::new(3);
    c.folder("/other");
    c.folder("/third");
    c.sync(&before).unwrap();
    let cursor = b.transact(|tx| device::position(tx.reading())).cursor;
    assert_eq!(adopt(page(&before, cursor, 9)), Adopted::Restarted);

    let moment = b.replica.moment();
    let aside = b.transact(|tx| device::unread(tx)).pop().unwrap();
    b.transact(|tx| device::take_back(tx, &moment, &aside, change));
    let report = b.sync(&before).unwrap();
    assert_eq!((report.restarts, b.replica.status(Some("hub")).unwrap().state), (0, State::Synced));
    let d = Device::new(4);
    d.sync(&before).unwrap();
    assert!(d.replica.get::<Folder>(id).unwrap().is_some());
}
