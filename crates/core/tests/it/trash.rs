//! Emptying the trash: what was deleted long enough ago is purged, and nothing else.

use driftline_core::{
    DELETED_AT, Id,
    device::{Discarded, OwnedRows},
};

use crate::common::{DAY, Device, Line, MINUTE, START, hub};

fn discarded(rows: &[Id], lines: u64) -> Discarded {
    let owned = [OwnedRows { entity: "lines", rows: lines }];
    Discarded {
        entity: "folders",
        rows: rows.to_vec(),
        owned: owned.into_iter().filter(|it| it.rows > 0).collect(),
    }
}

fn delete(device: &Device, id: Id) {
    device.replica.set_deleted("folders", id, true).unwrap();
}

#[test]
fn what_was_deleted_long_enough_ago_goes_with_what_it_owns() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let [old, new, kept] = ["/old", "/new", "/kept"].map(|it| a.folder(it));
    for folder in [old, kept] {
        a.replica.create(&Line { folder: Some(folder), text: None }).unwrap();
    }
    delete(&a, old);
    a.env.pass(30 * DAY);
    delete(&a, new);
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();

    assert_eq!(a.replica.trash(START).unwrap(), []);
    let month = START + DAY;
    let trash = b.replica.trash(month).unwrap();
    assert_eq!(trash, [discarded(&[old], 1)]);
    assert_eq!(b.replica.empty_trash(&trash, month).unwrap(), 2);
    assert_eq!(b.replica.trash(month).unwrap(), []);
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    assert!(a.replica.is_purged("folders", old).unwrap());
    assert_eq!(a.replica.count("lines", &driftline_core::store::Find::new()).unwrap(), 1);
    // What was deleted since is still there, and comes back.
    assert_eq!(a.replica.trash(START + 60 * DAY).unwrap(), [discarded(&[new], 0)]);
    a.replica.set_deleted("folders", new, false).unwrap();
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    assert_eq!(a.replica.digest().unwrap(), b.replica.digest().unwrap());
}

#[test]
fn what_was_restored_since_it_was_looked_for_stays() {
    let device = Device::new(1);
    let [restored, again, gone] = ["/restored", "/again", "/gone"].map(|it| device.folder(it));
    [restored, again, gone].iter().for_each(|it| delete(&device, *it));
    device.env.pass(DAY);
    let before = START + DAY;
    let trash = device.replica.trash(before).unwrap();
    for id in [restored, again] {
        device.replica.set_deleted("folders", id, false).unwrap();
    }
    // Deleted again, but not so long ago.
    delete(&device, again);
    assert_eq!(device.replica.empty_trash(&trash, before).unwrap(), 1);
    let is_purged = |id| device.replica.is_purged("folders", id).unwrap();
    assert_eq!([restored, again, gone].map(is_purged), [false, false, true]);
}

#[test]
fn a_clock_that_is_behind_does_not_make_a_deletion_old() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    b.env.pass(4 * MINUTE);
    let id = b.folder("/x");
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    // What it writes is stamped after what it has read, whatever its clock says.
    delete(&a, id);
    assert_eq!(a.replica.trash(START + 2 * MINUTE).unwrap(), []);
    let stamped = a.replica.read(|tx| tx.get("folders", id)).unwrap().unwrap();
    let stamped = stamped.row.cell(DELETED_AT).unwrap().stamp.millis();
    assert_eq!(a.replica.trash(stamped).unwrap(), []);
    assert_eq!(a.replica.trash(stamped + 1).unwrap(), [discarded(&[id], 0)]);
    assert_eq!(a.replica.trash(START + 5 * MINUTE).unwrap(), [discarded(&[id], 0)]);
}

#[test]
fn many_rows_are_found_and_what_belongs_to_each_is_counted() {
    let device = Device::new(1);
    let mut folders: Vec<_> = (0..250).map(|it| device.folder(&format!("/{it}"))).collect();
    for folder in &folders {
        device.replica.create(&Line { folder: Some(*folder), text: None }).unwrap();
        delete(&device, *folder);
    }
    folders.sort();
    let trash = device.replica.trash(START + DAY).unwrap();
    assert_eq!(trash, [discarded(&folders, 250)]);
    assert_eq!(device.replica.empty_trash(&trash, START + DAY).unwrap(), 500);
}
