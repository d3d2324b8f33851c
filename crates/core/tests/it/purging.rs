//! What a person purged is gone on every replica, and stays gone whatever comes later.

use driftline_core::{
    Backend as _, Change, Cursor, Error, Hub, Id, Identity, PROTOCOL, PURGED, Pull, Push, Refusal,
    Row, Schema, Scratch, Serial, Stamp, Store, Value, Values,
    device::{self, Imported},
    hub,
    status::State,
    store::{Deleted, Durability, Find, QueueId, QueueList},
};
use driftline_memory::MemoryStore;
use futures_executor::block_on;

use crate::common::{
    Device, START, hub_of, imported,
    owned::{Tab, line},
};

const SECRET: &str = "hunter2-secret";

fn import_line(device: &Device, id: Id, folder: Id, text: &str) -> Imported {
    let entity = device.replica.schema().entity("lines").unwrap();
    let stamp = Stamp::machine(1_000, 1, 1, 1);
    let cells = [("folder", folder.to_string()), ("text", text.to_owned())];
    let cells = cells.map(|(field, it)| (field.into(), Value::from(it), stamp));
    device.replica.write(|tx| tx.import(entity, id, cells.into(), Vec::new())).unwrap()
}

/// Everything that is in a store, as text.
fn all_of(store: &MemoryStore) -> String {
    all_in(store)
}

fn all_in(store: &dyn Store) -> String {
    let mut all = String::new();
    store
        .view(|tx| {
            tx.each_row(|entity, it| {
                all.push_str(&format!("{entity} {it:?}\n"));
                Ok(())
            })?;
            for list in QueueList::ALL {
                all.push_str(&format!("{:?}\n", tx.queue(list, QueueId::default(), 9_999)?));
            }
            all.push_str(&format!("{:?}\n", tx.audit(None, usize::MAX)?));
            Ok(())
        })
        .unwrap();
    all
}

fn assert_gone(stores: &[&MemoryStore]) {
    for (number, store) in stores.iter().enumerate() {
        let all = all_of(store);
        assert!(!all.contains(SECRET), "store {number} still has it: {all}");
    }
}

fn assert_synced(device: &Device) {
    let status = device.replica.status(Some("hub")).unwrap();
    assert_eq!((status.state, status.waiting, status.parked), (State::Synced, 0, 0));
}

/// Two devices and a hub that hold a folder with a line, a tab and an audit entry.
fn world() -> (Device, Device, MemoryStore, Hub, Id, Id) {
    let (a, b) = (Device::new(1), Device::new(2));
    let there = MemoryStore::new(Schema::registered().unwrap());
    let hub = hub_of(there.clone(), "ana");
    let folder = a.folder("/a");
    a.rename(folder, SECRET);
    a.rename(folder, "harmless");
    let id = imported("line");
    assert_eq!(import_line(&a, id, folder, SECRET), Imported::New);
    let draft = Some(format!("draft of {SECRET}"));
    a.replica.create(&Tab { folder: Some(folder), text: Some(SECRET.into()), draft }).unwrap();
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    assert!(all_of(&b.store).contains(SECRET));
    assert!(all_of(&there).contains(SECRET));
    (a, b, there, hub, folder, id)
}

#[test]
fn nothing_of_a_purged_row_and_what_it_owns_is_left_anywhere() {
    let (a, b, there, hub, folder, id) = world();
    assert_eq!(a.replica.purge("folders", folder).unwrap(), 3);
    assert_gone(&[&a.store]);
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    assert_gone(&[&a.store, &b.store, &there]);
    for device in [&a, &b] {
        assert_synced(device);
        assert!(device.replica.is_purged("folders", folder).unwrap());
        assert!(device.replica.is_purged("lines", id).unwrap());
        assert_eq!(device.name(folder), None);
        for deleted in [Deleted::Hidden, Deleted::Only, Deleted::Included] {
            let find = Find::new().deleted(deleted);
            assert_eq!(device.replica.list_values("lines", &find).unwrap(), []);
            assert_eq!(device.replica.count("lines", &find).unwrap(), 0);
        }
    }
    assert_eq!(a.replica.digest().unwrap(), b.replica.digest().unwrap());
    assert_eq!(a.replica.purge("folders", folder).unwrap(), 0, "it is gone already");
}

#[test]
fn no_write_brings_it_back() {
    let (a, b, there, hub, folder, id) = world();
    a.replica.purge("folders", folder).unwrap();
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    for device in [&a, &b] {
        let refused = |done: driftline_core::Result<()>| match done {
            Err(Error::Refused { why: Refusal::Purged, .. }) => (),
            other => panic!("{other:?}"),
        };
        let values = Values::from([("name".to_owned(), Value::from(SECRET))]);
        refused(device.replica.update_values("folders", folder, &values));
        refused(device.replica.put_values("folders", folder, &values));
        refused(device.replica.set_deleted("folders", folder, false));
        device.replica.set_deleted("folders", folder, true).unwrap();
        assert!(!device.import(folder, 1, &[("name", SECRET)]));
        assert_eq!(import_line(device, id, folder, SECRET), Imported::Purged);
        let new = imported("a line that was not read before");
        assert_eq!(import_line(device, new, folder, SECRET), Imported::Purged);
        assert_eq!(device.waiting(), 0);
        device.sync(&hub).unwrap();
    }
    assert_gone(&[&a.store, &b.store, &there]);
}

#[test]
fn what_comes_later_of_a_device_that_did_not_know_is_marked_too() {
    let (a, b, there, hub, folder, _) = world();
    b.env.pass(1_000);
    b.rename(folder, &format!("{SECRET} again"));
    line(&b, folder, &format!("{SECRET} of b"));
    a.replica.purge("folders", folder).unwrap();
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    assert_gone(&[&b.store, &there]);
    let c = Device::new(3);
    c.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    for device in [&a, &b, &c] {
        assert_synced(device);
    }
    assert_gone(&[&a.store, &b.store, &c.store, &there]);
    assert_eq!(a.replica.digest().unwrap(), c.replica.digest().unwrap());
}

#[test]
fn a_row_that_no_hub_has_seen_is_purged_everywhere() {
    let (a, b) = (Device::new(1), Device::new(2));
    let there = MemoryStore::new(Schema::registered().unwrap());
    let hub = hub_of(there.clone(), "ana");
    for device in [&a, &b] {
        assert!(device.import(imported("x"), 1, &[("path", "/x"), ("name", SECRET)]));
        import_line(device, imported("line"), imported("x"), SECRET);
    }
    a.replica.purge("folders", imported("x")).unwrap();
    assert_gone(&[&a.store]);
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    assert_gone(&[&a.store, &b.store, &there]);
    assert_synced(&a);
    assert_synced(&b);
}

#[test]
fn a_tab_that_was_moved_away_first_stays() {
    let (a, b, there, hub, folder, _) = world();
    let other = a.folder("/other");
    let tab = a.replica.list::<Tab>(&Find::new()).unwrap()[0].id;
    let keep = |it: &mut Tab| (it.folder, it.text) = (Some(other), Some("kept".into()));
    a.replica.update::<Tab>(tab, keep).unwrap();
    assert_eq!(a.replica.purge("folders", folder).unwrap(), 2);
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    for device in [&a, &b] {
        let text = device.replica.get::<Tab>(tab).unwrap().unwrap().value.text;
        assert_eq!(text.as_deref(), Some("kept"));
    }
    assert!(!all_of(&there).contains("folder\", SECRET"));
}

#[test]
fn a_hub_marks_what_a_row_owns_in_steps_and_gives_no_page_before() {
    const LINES: usize = 1_200;
    let a = Device::new(1);
    let there = MemoryStore::new(Schema::registered().unwrap());
    let hub = hub_of(there.clone(), "ana");
    let folder = a.folder("/a");
    for number in 0..LINES {
        line(&a, folder, &format!("{SECRET} {number}"));
    }
    a.sync(&hub).unwrap();
    let state = || (&there as &dyn Store).view(|tx| hub::load(tx)).unwrap().unwrap();
    let head = state().head;
    let Identity { account, epoch, .. } = state().identity;
    let mark = Stamp::person(START + 9_999_999, 0, 7);
    let row = Row::from_iter([(PURGED, mark, Value::from("person"))]);
    let entity = "folders".to_owned();
    let change = Change { entity, id: folder, row, birth: false, whole: true };
    let (device, serial) = ("another".to_owned(), Serial(1));
    let changes = vec![change];
    let push = Push { protocol: PROTOCOL, account, epoch, device, serial, changes };
    block_on(hub.push(push)).unwrap();
    assert!(state().is_purging());
    assert_eq!(state().head.0, head.0 + 1 + 500);
    let cursor = Cursor::from(head);
    let request = Pull { protocol: PROTOCOL, cursor, rows: usize::MAX, bytes: usize::MAX };
    let page = block_on(hub.pull(request)).unwrap();
    assert_eq!(page.changes.len(), 1 + LINES);
    assert!(page.changes.iter().all(|it| it.row.purge_mark().unwrap().stamp == mark));
    assert!(!state().is_purging());
    assert_gone(&[&there]);
    a.sync(&hub).unwrap();
    assert_gone(&[&a.store]);
    assert_synced(&a);
}

#[test]
fn a_purge_that_was_stopped_is_finished_by_the_next_sync() {
    let a = Device::new(1);
    let there = MemoryStore::new(Schema::registered().unwrap());
    let hub = hub_of(there.clone(), "ana");
    let folder = a.folder("/a");
    for number in 0..700 {
        line(&a, folder, &format!("{SECRET} {number}"));
    }
    let entity = a.replica.schema().entity("folders").unwrap();
    let moment = a.replica.moment();
    let store: &dyn Store = &a.store;
    store.transact(Durability::Full, |tx| device::purge(tx, &moment, entity, folder)).unwrap();
    assert!(all_of(&a.store).contains(SECRET));
    a.sync(&hub).unwrap();
    assert_gone(&[&a.store, &there]);
    assert_synced(&a);
}

#[test]
fn a_hub_that_went_back_to_a_backup_is_told_again() {
    let (a, b, there, hub, folder, _) = world();
    let scratch: &dyn Scratch = &there;
    let backup = scratch.copy().unwrap().open(Schema::registered().unwrap()).unwrap();
    a.replica.purge("folders", folder).unwrap();
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    assert!(all_in(&*backup).contains(SECRET));
    let hub = Hub::open(backup.clone(), "ana", &*a.env).unwrap();
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    assert_gone(&[&a.store, &b.store]);
    assert!(!all_in(&*backup).contains(SECRET));
    assert_synced(&a);
    assert_synced(&b);
}

#[test]
fn twins_of_a_purged_row_go_with_it() {
    let (a, b) = (Device::new(1), Device::new(2));
    let there = MemoryStore::new(Schema::registered().unwrap());
    let hub = hub_of(there.clone(), "ana");
    let (one, other) = (a.folder("/same"), b.folder("/same"));
    a.rename(one, &format!("{SECRET} of a"));
    b.rename(other, &format!("{SECRET} of b"));
    line(&b, other, SECRET);
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    // It has heard of its own folder alone.
    a.replica.purge("folders", one).unwrap();
    a.sync(&hub).unwrap();
    for device in [&b, &a, &b] {
        device.sync(&hub).unwrap();
        assert_synced(device);
    }
    assert_gone(&[&a.store, &b.store, &there]);
    let again = b.folder("/same");
    b.sync(&hub).unwrap();
    assert_eq!(b.replica.get_values("folders", again).unwrap().unwrap().members, [again]);
}

#[test]
fn what_only_this_device_takes_for_a_purged_row_stays() {
    let (a, b, hub) = (Device::new(1), Device::new(2), crate::common::hub());
    let made = b.folder("/same");
    b.sync(&hub).unwrap();
    let found = imported("found on a");
    assert!(a.import(found, 1, &[("path", "/same")]));
    a.sync(&hub).unwrap();
    assert_eq!(a.replica.purge("folders", found).unwrap(), 2);
    a.sync(&hub).unwrap();
    // Nobody has told this device, so it takes the two for one.
    let mine = imported("found on b");
    assert!(b.import(mine, 1, &[("path", "/same")]));
    let line = imported("line of mine");
    assert_eq!(import_line(&b, line, mine, "kept"), Imported::New);
    assert_eq!(b.replica.get_values("folders", mine).unwrap().unwrap().members.len(), 2);
    let revision = b.replica.read(|tx| tx.journal()).unwrap().last;
    for device in [&b, &a] {
        device.sync(&hub).unwrap();
        assert_synced(device);
        assert!(device.replica.is_purged("folders", made).unwrap());
        assert_eq!(device.replica.get_values("folders", mine).unwrap().unwrap().members, [mine]);
        assert!(!device.replica.is_purged("lines", line).unwrap());
    }
    let noted = b.replica.read(|tx| tx.changed_since(revision, 99)).unwrap();
    assert!(noted.iter().any(|it| it.id == mine), "it is shown otherwise since: {noted:?}");
}

#[test]
fn a_mark_is_above_what_a_clock_that_is_far_ahead_has_written() {
    let (a, b, there, hub, folder, _) = world();
    b.env.jump(1_000_000_000);
    b.rename(folder, &format!("{SECRET} of tomorrow"));
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    let latest = || a.transact(|tx| tx.get("folders", folder)).unwrap().row.latest_person();
    let before = latest();
    a.replica.purge("folders", folder).unwrap();
    assert!(latest() > before);
    for device in [&a, &b] {
        device.sync(&hub).unwrap();
    }
    assert_gone(&[&a.store, &b.store, &there]);
}
