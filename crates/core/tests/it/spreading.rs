//! What goes with a purged row: rows of rows that it owns, rows under a key, what a hub hears of
//! later, and nothing that was moved away.

use std::collections::BTreeSet;

use driftline_core::{
    Change, Cursor, FieldName, Hub, Id, PURGED, Row, Schema, Scratch, Stamp, Store, Value, alias,
    device,
    store::{Durability, Stored},
};
use driftline_memory::MemoryStore;

use crate::common::{
    Device, START,
    calls::{page, push_as, push_to},
    hub, hub_of, imported,
    owned::{Site, footnote, line, site},
};

const SECRET: &str = "hunter2-secret";

fn text(store: &dyn Store) -> String {
    let mut all = String::new();
    let mut keep = |entity: &str, it: Stored| {
        all.push_str(&format!("{entity} {it:?}\n"));
        Ok(())
    };
    store.view(|tx| tx.each_row(&mut keep)).unwrap();
    all
}

fn at(store: &dyn Store, entity: &str, id: Id) -> Option<Row> {
    store.view(|tx| tx.get(entity, id)).unwrap().map(|it| it.row)
}

fn is_marked(store: &dyn Store, entity: &str, id: Id) -> bool {
    at(store, entity, id).is_some_and(|it| it.is_purged())
}

fn mark(entity: &str, id: Id, time: u64) -> Change {
    let stamp = Stamp::person(START + time, 0, 7);
    let row = Row::from_iter([(PURGED, stamp, Value::from("person"))]);
    Change { entity: entity.into(), id, row, birth: false, whole: true }
}

fn row(entity: &str, id: Id, cells: &[(&'static str, &str)]) -> Change {
    let stamp = Stamp::person(START, 0, 7);
    let row = cells.iter().map(|(field, text)| (*field, stamp, Value::from(*text))).collect();
    Change { entity: entity.into(), id, row, birth: true, whole: true }
}

fn fact(one: Id, other: Id) -> Change {
    let (id, row) = alias::fact("folders", one, other);
    Change { entity: "aliases".into(), id, row, birth: false, whole: true }
}

fn there() -> (MemoryStore, Hub) {
    let there = MemoryStore::new(Schema::registered().unwrap());
    (there.clone(), hub_of(there, "ana"))
}

#[test]
fn rows_of_rows_that_it_owns_go_with_it_here() {
    let a = Device::new(1);
    let folder = a.folder("/a");
    for _ in 0..2 {
        let line = line(&a, folder, SECRET);
        footnote(&a, line, SECRET);
    }
    site(&a, SECRET, folder);
    assert_eq!(a.replica.purge("folders", folder).unwrap(), 6);
    let left = text(&a.store);
    assert!(!left.contains(SECRET), "{left}");
}

#[test]
fn a_device_marks_many_rows_in_steps_and_leaves_out_none() {
    let a = Device::new(1);
    let folder = a.folder("/a");
    for _ in 0..1_100 {
        line(&a, folder, SECRET);
    }
    assert_eq!(a.replica.purge("folders", folder).unwrap(), 1_101);
    let left = text(&a.store);
    assert!(!left.contains(SECRET), "{left}");
}

#[test]
fn rows_of_rows_that_it_owns_go_with_it_at_a_hub() {
    let (a, (there, hub)) = (Device::new(1), there());
    let folder = a.folder("/a");
    for _ in 0..2 {
        let line = line(&a, folder, SECRET);
        footnote(&a, line, SECRET);
    }
    site(&a, SECRET, folder);
    a.sync(&hub).unwrap();
    push_as(&hub, "b", vec![mark("folders", folder, 9_999)]);
    let left = text(&there);
    assert!(!left.contains(SECRET), "{left}");
}

#[test]
fn a_site_that_was_moved_under_another_id_stays() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let (one, other) = (a.folder("/one"), a.folder("/other"));
    let made = site(&a, "/site", one);
    a.sync(&hub).unwrap();
    // Made anew before it was heard of: two rows of one site, each in a folder.
    let again = site(&b, "/site", one);
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    let members = a.replica.get_values("sites", made).unwrap().unwrap().members;
    assert_eq!(members, BTreeSet::from([made, again]).into_iter().collect::<Vec<_>>());
    a.env.pass(10);
    a.replica.update::<Site>(made, |it| it.folder = Some(other)).unwrap();
    let still = [made, again].into_iter().filter(|id| {
        let row = at(&a.store, "sites", *id).unwrap();
        row.value("folder") == Some(&Value::from(one.to_string()))
    });
    assert_eq!(still.count(), 1, "one of the rows still names the folder");
    assert_eq!(a.replica.purge("folders", one).unwrap(), 1);
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
        let site = device.replica.get::<Site>(made).unwrap().unwrap().value;
        assert_eq!(site, Site { address: Some("/site".into()), folder: Some(other), tab: None });
    }
}

/// The program on the other device may know more entities than this one.
#[test]
fn an_entity_that_is_not_known_any_more_holds_up_nothing() {
    let a = Device::new(1);
    let folder = a.folder("/a");
    for number in 0..3 {
        site(&a, &number.to_string(), folder);
        line(&a, folder, SECRET);
    }
    let (schema, moment) = (a.replica.schema(), a.replica.moment());
    let entity = schema.entity("folders").unwrap();
    a.transact(|tx| device::purge(tx, &moment, entity, folder));
    let scratch: &dyn Scratch = &a.store;
    let known = ["sites", "tabs"].map(|it| schema.entity(it).unwrap());
    let known = Schema::of([&[entity], &known[..]].concat()).unwrap();
    let copy = scratch.copy().unwrap().open(&known).unwrap();
    let store: &dyn Store = &*copy;
    let mut marked = 0;
    while store.view(|tx| device::is_purging(tx)).unwrap() {
        let go_on =
            |tx: &mut dyn driftline_core::store::StoreTx| device::go_on_purging(tx, &moment);
        marked += store.transact(Durability::Normal, go_on).unwrap().len();
    }
    assert_eq!(marked, 3, "of the rows that are known all are marked");
}

#[test]
fn what_a_hub_hears_of_after_it_was_folded_with_a_purged_row_is_marked() {
    let (there, hub) = there();
    let mut ids = [imported("1"), imported("2")];
    ids.sort();
    for (purged, new) in [(ids[0], ids[1]), (ids[1], ids[0])] {
        push_as(
            &hub,
            &format!("first of {new}"),
            vec![mark("folders", purged, 5), fact(purged, new)],
        );
        push_as(&hub, &format!("second of {new}"), vec![row("folders", new, &[("name", SECRET)])]);
        assert!(is_marked(&there, "folders", new));
    }
}

#[test]
fn what_a_fact_folds_with_a_purged_row_is_marked_whichever_comes_first() {
    let mut ids = [imported("1"), imported("2")];
    ids.sort();
    for (purged, other) in [(ids[0], ids[1]), (ids[1], ids[0])] {
        let (there, hub) = there();
        let line = row("lines", imported("line"), &[("folder", &other.to_string())]);
        let pushed = vec![row("folders", other, &[("name", SECRET)]), line];
        push_as(&hub, "one", pushed);
        push_as(&hub, "two", vec![mark("folders", purged, 5)]);
        assert!(!is_marked(&there, "folders", other));
        push_as(&hub, "three", vec![fact(purged, other)]);
        assert!(is_marked(&there, "folders", other));
        assert!(is_marked(&there, "lines", imported("line")));
    }
}

#[test]
fn a_mark_that_comes_with_a_row_stays_as_it_is() {
    let (there, hub) = there();
    let (one, other) = (imported("1"), imported("2"));
    push_as(&hub, "one", vec![mark("folders", one, 5), fact(one, other)]);
    push_as(&hub, "two", vec![mark("folders", other, 3)]);
    let marked = at(&there, "folders", other).unwrap();
    assert_eq!(marked.purge_mark().unwrap().stamp, Stamp::person(START + 3, 0, 7));
}

/// Pages are given once everything is marked, but pushes come between.
#[test]
fn a_row_under_a_row_that_is_still_to_be_marked_is_marked_at_once() {
    let (a, (there, hub)) = (Device::new(1), there());
    let folder = a.folder("/a");
    let mut lines: Vec<Id> = (0..2_200).map(|_| line(&a, folder, SECRET)).collect();
    lines.sort();
    a.sync(&hub).unwrap();
    let identity = page(&hub, Cursor::default(), 1).identity;
    push_as(&hub, "b", vec![mark("folders", folder, 9_999_999), mark("branches", folder, 1)]);
    let last = lines[lines.len() - 1];
    assert!(!is_marked(&there, "lines", last), "they are marked in order");
    let id = imported("footnote");
    push_to(&hub, identity, "c", vec![row("footnotes", id, &[("line", &last.to_string())])]);
    assert!(!is_marked(&there, "lines", last));
    assert!(is_marked(&there, "footnotes", id));
}

#[test]
fn rows_that_own_each_other_are_looked_at_once() {
    let (there, hub) = there();
    let [one, other, purged] = ["1", "2", "3"].map(imported);
    push_as(&hub, "one", vec![row("branches", purged, &[]), mark("branches", purged, 5)]);
    let circle = [(one, other), (other, one)];
    let rows = circle.map(|(id, parent)| row("branches", id, &[("parent", &parent.to_string())]));
    push_as(&hub, "two", rows.into());
    assert!(!is_marked(&there, "branches", one) && !is_marked(&there, "branches", other));
    let a = Device::new(1);
    a.sync(&hub).unwrap();
    assert_eq!(a.replica.purge("branches", one).unwrap(), 2);
    a.sync(&hub).unwrap();
    assert!(is_marked(&there, "branches", other));
}

/// The hub that was told of the fact has not heard of the mark yet.
#[test]
fn a_device_marks_what_a_hub_folds_with_a_row_that_it_has_purged() {
    for is_first in [true, false] {
        let (a, hub) = (Device::new(1), hub());
        let (one, other) = (a.folder("/one"), a.folder("/other"));
        let (mine, other) = if is_first == (one < other) { (one, other) } else { (other, one) };
        a.sync(&hub).unwrap();
        a.replica.purge("folders", mine).unwrap();
        push_as(&hub, "late", vec![fact(mine, other)]);
        let moment = a.replica.moment();
        let position = a.transact(|tx| device::position(tx.reading()));
        let page = page(&hub, position.cursor, 99);
        a.transact(|tx| device::adopt(tx, &moment, &position, page));
        assert!(is_marked(&a.store, "folders", other));
    }
}

#[test]
fn a_mark_of_another_device_is_owed_as_one_that_is_known() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let folder = a.folder("/a");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    let mine = line(&b, folder, SECRET);
    a.replica.purge("folders", folder).unwrap();
    let carried = |device: &Device, entity, id| {
        let entry = device.transact(|tx| tx.queued(entity, id)).unwrap();
        entry.fields.get(&FieldName::from(PURGED)).copied()
    };
    assert_eq!(carried(&a, "folders", folder), Some(false), "nobody else has it");
    a.sync(&hub).unwrap();
    let (moment, position) = (b.replica.moment(), b.transact(|tx| device::position(tx.reading())));
    let page = page(&hub, position.cursor, 99);
    b.transact(|tx| device::adopt(tx, &moment, &position, page));
    b.transact(|tx| device::go_on_purging(tx, &moment));
    assert_eq!(carried(&b, "lines", mine), Some(true));
}

/// In a schema `sites` come after `tabs`, to which they refer. A hub that knows no more than
/// their names must give them the same numbers.
#[test]
fn what_a_row_owns_is_marked_by_the_names_of_entities() {
    let (_, hub) = there();
    let folder = imported("folder");
    let owned = |entity| row(entity, imported(entity), &[("folder", &folder.to_string())]);
    push_as(&hub, "one", vec![owned("tabs"), owned("sites"), owned("lines")]);
    push_as(&hub, "two", vec![mark("folders", folder, 5)]);
    let mut changes = page(&hub, Cursor::default(), 99).changes;
    changes.retain(|it| it.row.is_purged());
    let order: Vec<&str> = changes.iter().map(|it| it.entity.as_str()).collect();
    assert_eq!(order, ["folders", "lines", "sites", "tabs"]);
}
