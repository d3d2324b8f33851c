//! What is left of a purged row besides the row: its entry in the queue, and copies of the store.

use std::{collections::BTreeSet, sync::atomic::Ordering};

use driftline_core::{
    FieldName, Id, PURGED, Replica, Schema, Scratch, Simulated, Store, device,
    status::State,
    store::{Find, Standing},
};
use futures_executor::block_on;

use crate::common::{Device, Line, START, hub, wire::Wire};

fn folder_with_a_line(device: &Device) -> (Id, Id) {
    let folder = device.folder("/src");
    let line = Line { folder: Some(folder), text: Some("a line".into()) };
    (folder, device.replica.create(&line).unwrap())
}

#[test]
fn of_a_row_that_the_hub_refused_the_mark_is_sent() {
    let (a, b, wire) = (Device::new(1), Device::new(2), Wire::new(hub()));
    let (folder, _) = folder_with_a_line(&a);
    a.sync(&wire).unwrap();
    b.sync(&wire).unwrap();
    a.rename(folder, "no room");
    wire.refuses.store(true, Ordering::Relaxed);
    assert_eq!(a.sync(&wire).unwrap().parked, 1);
    wire.refuses.store(false, Ordering::Relaxed);

    a.replica.purge("folders", folder).unwrap();
    let entry = a.transact(|tx| tx.queued("folders", folder)).unwrap();
    let fields: BTreeSet<FieldName> = entry.fields.into_keys().collect();
    assert_eq!(fields, BTreeSet::from([PURGED.into()]));
    assert_eq!(entry.standing, Standing::Waiting);
    a.sync(&wire).unwrap();
    b.sync(&wire).unwrap();
    assert!(b.replica.is_purged("folders", folder).unwrap());
    assert_eq!(a.replica.status(Some("hub")).unwrap().state, State::Synced);
}

#[test]
fn a_copy_of_the_store_is_marked_as_the_store_is() {
    let (a, hub) = (Device::new(1), hub());
    let (folder, line) = folder_with_a_line(&a);
    let other = a.folder("/other");
    a.sync(&hub).unwrap();
    let scratch: &dyn Scratch = &a.store;
    let copy = scratch.copy().unwrap().open(Schema::registered().unwrap()).unwrap();
    a.replica.purge("folders", folder).unwrap();
    let marks = a.replica.read(|tx| device::purged(tx)).unwrap();
    assert_eq!(marks.len(), 2);

    let there = Replica::open(copy.clone(), std::sync::Arc::new(Simulated::new(7, START))).unwrap();
    let moment = there.moment();
    let revision = copy.view(|tx| tx.journal()).unwrap().last;
    let mark = |marks: &[_]| {
        let store: &dyn Store = &*copy;
        store
            .transact(driftline_core::Durability::Full, |tx| device::mark_again(tx, &moment, marks))
    };
    assert_eq!(mark(&marks).unwrap(), 2);
    assert_eq!(mark(&marks).unwrap(), 0, "they are marked");
    let noted = copy.view(|tx| tx.changed_since(revision, 9)).unwrap();
    let noted: BTreeSet<Id> = noted.into_iter().map(|it| it.id).collect();
    assert_eq!(noted, BTreeSet::from([folder, line]));
    assert!(there.is_purged("lines", line).unwrap());
    assert_eq!(there.count("folders", &Find::new()).unwrap(), 1);
    // The copy sweeps its files, and tells the hub by itself.
    let due = there.sweep_due().unwrap();
    assert!(due.here.is_some() && due.there.is_some(), "{due:?}");
    block_on(there.sync(&hub)).unwrap();
    let b = Device::new(2);
    b.sync(&hub).unwrap();
    assert!(b.replica.is_purged("folders", folder).unwrap());
    assert!(!b.replica.is_purged("folders", other).unwrap());
}

#[test]
fn files_and_the_remote_are_to_be_swept_after_a_purge_and_again_after_another_one() {
    let (a, hub) = (Device::new(1), hub());
    let (folder, other) = (a.folder("/a"), a.folder("/b"));
    a.sync(&hub).unwrap();
    assert_eq!(a.replica.sweep_due().unwrap(), device::Due::default());
    a.replica.purge("folders", folder).unwrap();
    let due = a.replica.sweep_due().unwrap();
    assert!(due.here.is_some() && due.beside.is_some() && due.there.is_some(), "{due:?}");
    // While somebody sweeps.
    a.env.pass(10);
    a.replica.purge("folders", other).unwrap();
    let then = a.replica.sweep_due().unwrap();
    a.replica.note_swept(&due).unwrap();
    assert_eq!(a.replica.sweep_due().unwrap(), then);
    a.replica.note_swept(&then).unwrap();
    assert_eq!(a.replica.sweep_due().unwrap(), device::Due::default());
}
