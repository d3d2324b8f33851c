//! The rows of somebody's copy in the place of what is here.

use driftline_core::{
    Stamp, Store, Value,
    device::{self, Imported},
    store::{Durability, Find},
};

use crate::common::{Device, Folder, MINUTE, hub, imported};

fn replace(here: &Device, theirs: &Device) {
    let moment = here.replica.moment();
    let store: &dyn Store = &theirs.store;
    let replace = |theirs: &dyn driftline_core::store::ReadTx| {
        let here: &dyn Store = &here.store;
        here.transact(Durability::Full, |tx| device::replace(tx, &moment, theirs))
    };
    store.view(replace).unwrap();
}

#[test]
fn an_edit_here_comes_after_all_that_the_copy_has() {
    let (a, b) = (Device::new(1), Device::new(2));
    let id = b.folder("/src");
    b.env.jump(i64::try_from(2 * MINUTE).unwrap());
    b.rename(id, "Engine");
    replace(&a, &b);
    let stamp = |id, field| {
        a.replica.get_values("folders", id).unwrap().unwrap().row.cell(field).unwrap().stamp
    };
    let new = a.folder("/new");
    assert!(stamp(new, "path") > stamp(id, "name"));
}

#[test]
fn the_log_of_the_copy_keeps_its_order() {
    let (a, b) = (Device::new(1), Device::new(2));
    for (device, names) in [(&a, &["x", "y", "z"][..]), (&b, &["one", "two", "three", "four"])] {
        let id = device.folder("/src");
        names.iter().for_each(|it| device.rename(id, it));
    }
    let numbers = || a.replica.audit(None, 10).unwrap().into_iter().filter_map(|it| it.log_id);
    let before = numbers().max();
    replace(&a, &b);
    assert!(numbers().min() > before, "no number is given twice");
    let lost = |it: &Device| {
        let log = it.replica.audit(None, 10).unwrap();
        log.into_iter().map(|it| it.lost).collect::<Vec<_>>()
    };
    assert_eq!(lost(&b), ["three", "two", "one"]);
    assert_eq!(lost(&a), lost(&b));
}

#[test]
fn nothing_of_what_was_here_is_left() {
    let (a, b) = (Device::new(1), Device::new(2));
    let (mine, theirs) = (a.folder("/mine"), b.folder("/theirs"));
    replace(&a, &b);
    let ids: Vec<_> =
        a.replica.list::<Folder>(&Find::new()).unwrap().iter().map(|it| it.id).collect();
    assert_eq!((ids, a.waiting(), a.name(mine)), (vec![theirs], 1, None));
}

#[test]
fn what_was_purged_here_or_there_stays_purged_with_what_it_owns() {
    let (a, b) = (Device::new(1), Device::new(2));
    let ids = [a.folder("/here"), b.folder("/there")];
    let hub = hub();
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    a.replica.purge("folders", ids[0]).unwrap();
    b.replica.purge("folders", ids[1]).unwrap();
    replace(&a, &b);
    let entity = a.replica.schema().entity("lines").unwrap();
    for id in ids {
        assert!(a.replica.is_purged("folders", id).unwrap());
        let of = ("folder".into(), Value::from(id.to_string()), Stamp::machine(1, 1, 1, 1));
        let done = a.replica.write(|tx| tx.import(entity, imported("line"), vec![of], Vec::new()));
        assert_eq!(done.unwrap(), Imported::Purged);
    }
}

/// Nothing that was purged here is in the copy, so there is nothing but the marks of the copy.
#[test]
fn the_marks_of_a_copy_alone_count() {
    let (a, b) = (Device::new(1), Device::new(2));
    let id = b.folder("/there");
    b.replica.purge("folders", id).unwrap();
    replace(&a, &b);
    let entity = a.replica.schema().entity("lines").unwrap();
    let of = ("folder".into(), Value::from(id.to_string()), Stamp::machine(1, 1, 1, 1));
    let done = a.replica.write(|tx| tx.import(entity, imported("line"), vec![of], Vec::new()));
    assert_eq!(done.unwrap(), Imported::Purged);
}
