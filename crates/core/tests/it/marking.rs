//! What is marked with a purged row, at a hub and on a device, by those who have read nothing of
//! what the other side knows.

use driftline_core::{Change, Cursor, Hub, Id, Row, Stamp, Value, alias, device};

use crate::common::{
    Device, START,
    calls::{page, push_as},
    hub, imported,
};

fn is_marked(hub: &Hub, id: Id) -> bool {
    let changes = page(hub, Cursor::default(), 99).changes;
    changes.into_iter().any(|it| it.id == id && it.row.is_purged())
}

/// A hub with a folder that was purged.
fn purged() -> (Device, Id, Hub) {
    let (a, hub) = (Device::new(1), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    a.replica.purge("folders", id).unwrap();
    a.sync(&hub).unwrap();
    (a, id, hub)
}

fn new(entity: &str, id: Id, field: &'static str, value: &str) -> Change {
    let row = Row::from_iter([(field, Stamp::person(START, 0, 7), Value::from(value))]);
    Change { entity: entity.into(), id, row, birth: true, whole: true }
}

#[test]
fn a_hub_marks_what_comes_of_a_purged_owner() {
    let (a, folder, hub) = purged();
    let line = imported("line");
    push_as(&hub, "late", vec![new("lines", line, "folder", &folder.to_string())]);
    assert!(is_marked(&hub, line));
    a.sync(&hub).unwrap();
    assert!(a.replica.is_purged("lines", line).unwrap());
}

/// As a device that was bound to the hub before it was put back may know it.
#[test]
fn a_hub_marks_what_a_fact_folds_with_a_purged_row() {
    let (a, folder, hub) = purged();
    let other = a.folder("/other");
    a.sync(&hub).unwrap();
    let (id, row) = alias::fact("folders", folder, other);
    let fact = Change { entity: "aliases".into(), id, row, birth: false, whole: true };
    push_as(&hub, "late", vec![fact]);
    assert!(is_marked(&hub, other));
    a.sync(&hub).unwrap();
    assert!(a.replica.is_purged("folders", other).unwrap());
}

/// The pages after the one with the mark may be late.
#[test]
fn a_device_marks_all_that_is_one_with_a_purged_row_at_once() {
    let mut ids = [imported("1"), imported("2"), imported("3")];
    ids.sort();
    // The third one is folded with the first, so the second knows it through that alone.
    let [first, second, third] = ids;
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    for id in [second, first, third] {
        let device = Device::new(9);
        device.import(id, 1, &[("path", "/src"), ("name", "a secret")]);
        device.sync(&hub).unwrap();
        if id == second {
            a.sync(&hub).unwrap();
        }
    }
    b.sync(&hub).unwrap();
    a.replica.purge("folders", second).unwrap();
    a.sync(&hub).unwrap();
    let position = b.transact(|tx| device::position(tx.reading()));
    let page = page(&hub, position.cursor, 1);
    assert!(page.changes.iter().all(|it| it.id == second) && page.changes[0].row.is_purged());
    let moment = b.replica.moment();
    b.transact(|tx| device::adopt(tx, &moment, &position, page));
    for id in ids {
        let stored = b.transact(|tx| tx.get("folders", id)).unwrap();
        assert!(stored.row.is_purged(), "{stored:?}");
    }
}
