//! Which rows a query finds.

use crate::common::{Device, Folder, Line, MINUTE, hub, imported};
use driftline_core::{
    Id, Value, Values,
    store::{Deleted, Find},
};
use driftline_derive::SyncEntity;

#[test]
fn what_is_not_so_is_found_whether_it_was_ever_set_or_not() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let (never, once, folded) = (a.folder("/never"), a.folder("/once"), a.folder("/twice"));
    b.folder("/twice");
    for (pinned, id) in [(true, once), (false, once), (true, folded)] {
        a.env.pass(10);
        a.replica.update::<Folder>(id, |it| it.pinned = pinned).unwrap();
    }
    let pinned = || ("pinned".into(), Value::from(true));
    let found = |device: &Device| {
        let find = Find { unless: vec![pinned()], ..Find::new() };
        let count = device.replica.count("folders", &find).unwrap();
        let rows = device.replica.list::<Folder>(&find).unwrap();
        assert_eq!(count, rows.len() as u64);
        rows.iter().map(|it| it.id).collect::<Vec<_>>()
    };
    let unset_or_false = |device: &Device| {
        let find = Find::new().unset_or("pinned", false);
        let rows = device.replica.list::<Folder>(&find).unwrap();
        rows.iter().map(|it| it.id).collect::<Vec<_>>()
    };
    assert_eq!(found(&a), [never, once]);
    assert_eq!(unset_or_false(&a), [never, once]);
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    // Two rows are one now, and what is shown is no row of the store.
    for device in [&a, &b] {
        assert_eq!(found(device), [never, once]);
        assert_eq!(unset_or_false(device), [never, once]);
    }
}

/// What is folded is ordered here, everything else by the store.
#[test]
fn an_order_is_the_same_with_and_without_folded_rows() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let ids = ["/none", "/off", "/on", "/twice"].map(|it| a.folder(it));
    for (id, pinned, name) in [(ids[1], false, "b"), (ids[2], true, "a"), (ids[3], true, "c")] {
        a.env.pass(10);
        a.replica
            .update::<Folder>(id, |it| (it.pinned, it.name) = (pinned, Some(name.into())))
            .unwrap();
    }
    let orders = || {
        let fields = ["path", "name", "pinned", "id"];
        let finds = fields.map(|it| [Find::new().ascending(it), Find::new().descending(it)]);
        let list = |find: Find| {
            let rows = a.replica.list::<Folder>(&find).unwrap();
            rows.into_iter().map(|it| it.value.path.unwrap()).collect::<Vec<_>>()
        };
        finds.into_iter().flatten().map(list).collect::<Vec<_>>()
    };
    let before = orders();
    assert_eq!(before[2], ["/none", "/on", "/off", "/twice"], "what has no name comes first");
    // The twin is younger, so the row goes on under its own id.
    b.env.pass(MINUTE);
    b.folder("/twice");
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    assert_eq!(orders(), before);
}

/// A value of each kind.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "samples")]
struct Sample {
    /// What people call it.
    #[sync(key)]
    name: String,
    /// A whole number.
    count: Option<i64>,
    /// A part of one.
    share: Option<f64>,
    /// Anything.
    any: Option<Value>,
}

#[test]
fn an_order_by_numbers_and_by_anything_is_the_same_where_rows_are_folded() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let any = [Value::Null, true.into(), 2.5.into(), 10.into(), "a".into(), vec![1, 2].into()];
    for (at, any) in (0..).zip(any) {
        a.env.pass(10);
        let (count, share) = ((at != 2).then_some(10 - 4 * at), Some(f64::from(7 - at % 3) / 2.0));
        let count = count.map(i64::from);
        let sample = Sample { name: format!("s{at}"), count, share, any: Some(any) };
        a.replica.create(&sample).unwrap();
    }
    let order = |field: &'static str| {
        let rows = a.replica.list::<Sample>(&Find::new().ascending(field)).unwrap();
        rows.into_iter().map(|it| it.value.name).collect::<Vec<_>>()
    };
    let orders = || ["count", "share", "any"].map(order);
    let before = orders();
    assert_eq!(before[0], ["s2", "s5", "s4", "s3", "s1", "s0"]);
    assert_eq!(before[1], ["s2", "s5", "s1", "s4", "s0", "s3"]);
    assert_eq!(before[2], ["s0", "s1", "s2", "s3", "s5", "s4"]);
    b.env.pass(MINUTE);
    b.replica.create(&Sample { name: "s3".into(), ..Sample::default() }).unwrap();
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    assert_eq!(orders(), before);
}

#[test]
fn deleted_rows_are_found_where_some_are_folded() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let folded = a.folder("/twice");
    let alone = a.folder("/alone");
    b.folder("/twice");
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    let deleted = || {
        let find = Find::new().deleted(Deleted::Only);
        a.replica.list::<Folder>(&find).unwrap().into_iter().map(|it| it.id).collect::<Vec<_>>()
    };
    assert!(deleted().is_empty());
    a.replica.delete::<Folder>(alone).unwrap();
    assert_eq!(deleted(), [alone]);
    a.replica.delete::<Folder>(folded).unwrap();
    assert_eq!(deleted().len(), 2);
}

#[test]
fn a_row_that_is_named_after_what_it_is_about_is_made_once_and_written_to_after() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = imported("about something");
    let values = |name: &str| Values::from([("name".to_owned(), Value::from(name))]);
    a.replica.put_values("folders", id, &values("one")).unwrap();
    b.env.pass(10);
    b.replica.put_values("folders", id, &values("two")).unwrap();
    b.replica.put_values("folders", id, &values("three")).unwrap();
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    for device in [&a, &b] {
        assert_eq!(device.replica.list::<Folder>(&Find::new()).unwrap().len(), 1);
        assert_eq!(device.name(id).as_deref(), Some("three"));
    }
}

#[test]
fn rows_of_a_deleted_owner_are_neither_listed_nor_counted() {
    let a = Device::new(1);
    let (gone, kept) = (a.folder("/gone"), a.folder("/kept"));
    for folder in [gone, gone, kept, kept] {
        a.env.pass(10);
        a.replica.create(&Line { folder: Some(folder), text: Some("said".into()) }).unwrap();
    }
    a.replica.delete::<Folder>(gone).unwrap();
    let shown = |find: Find| {
        let count = a.replica.count("lines", &find).unwrap();
        assert_eq!(a.replica.list::<Line>(&find).unwrap().len() as u64, count);
        count
    };
    assert_eq!(shown(Find::new()), 2);
    assert_eq!(shown(Find::new().equal("text", "said")), 2);
    assert_eq!(shown(Find::new().refers("folder", kept)), 2);
    assert_eq!(shown(Find::new().refers("folder", gone)), 0);
    assert_eq!(shown(Find::new().deleted(Deleted::Included)), 4, "they are not deleted themselves");
}

/// A remark on a line: its owner has an owner.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "remarks")]
struct Remark {
    /// The line that it is about.
    #[sync(owner = "lines")]
    line: Option<Id>,
    /// What it says.
    text: Option<String>,
}

#[test]
fn rows_of_a_deleted_owners_rows_are_neither_listed_nor_counted() {
    let a = Device::new(1);
    let folder = a.folder("/src");
    let line = a.replica.create(&Line { folder: Some(folder), text: None }).unwrap();
    a.replica.create(&Remark { line: Some(line), text: Some("true".into()) }).unwrap();
    // Of a line that is not here, or not yet, nothing is known.
    let stray = imported("a line elsewhere");
    a.replica.create(&Remark { line: Some(stray), text: Some("false".into()) }).unwrap();
    for (deleted, shown) in [(false, 2), (true, 1), (false, 2)] {
        a.replica.set_deleted("folders", folder, deleted).unwrap();
        assert_eq!(a.replica.list::<Remark>(&Find::new()).unwrap().len(), shown);
        assert_eq!(a.replica.count("remarks", &Find::new()).unwrap(), shown as u64);
    }
}

#[test]
fn a_page_behind_hidden_rows_has_as_many_as_were_asked_for() {
    let a = Device::new(1);
    let (gone, kept) = (a.folder("/gone"), a.folder("/kept"));
    for folder in [gone, kept, kept, kept, kept] {
        a.env.pass(10);
        a.replica.create(&Line { folder: Some(folder), text: None }).unwrap();
    }
    a.replica.delete::<Folder>(gone).unwrap();
    let all = a.replica.list::<Line>(&Find::new()).unwrap();
    for limit in 1..=4 {
        let page = a.replica.list::<Line>(&Find::new().limit(limit)).unwrap();
        assert_eq!(page, all[..limit]);
    }
}

#[test]
fn a_page_behind_many_hidden_rows_is_found() {
    let a = Device::new(1);
    let (gone, kept) = (a.folder("/gone"), a.folder("/kept"));
    let line = |folder| Line { folder: Some(folder), text: None };
    a.replica.write(|tx| (0..420).try_for_each(|_| tx.insert(&line(gone)).map(drop))).unwrap();
    a.env.pass(10);
    let all = [(); 2].map(|()| a.replica.create(&line(kept)).unwrap());
    a.replica.delete::<Folder>(gone).unwrap();
    let page = a.replica.list::<Line>(&Find::new().limit(2)).unwrap();
    assert_eq!(page.iter().map(|it| it.id).collect::<std::collections::BTreeSet<_>>(), all.into());
}

/// A list in a folder, known by its name: it folds, and it is hidden with the folder.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "shelves")]
struct Shelf {
    /// What people call it.
    #[sync(key)]
    name: Option<String>,
    /// The folder it belongs to.
    #[sync(owner = "folders")]
    folder: Option<Id>,
    /// Where it is on this machine.
    #[sync(local)]
    here: Option<String>,
}

/// A device that knows two folders as one, with a shelf each, which are one, too.
fn folded() -> (Device, [Id; 2], [Id; 2]) {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let folders = [&a, &b].map(|it| it.folder("/src"));
    let shelf = |device: &Device, folder| {
        device.env.pass(10);
        let (name, folder) = (Some("books".to_owned()), Some(folder));
        device.replica.create(&Shelf { name, folder, here: None }).unwrap()
    };
    let shelves = [shelf(&a, folders[0]), shelf(&b, folders[1])];
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    (a, folders, shelves)
}

#[test]
fn folded_rows_of_folded_owners_are_found_by_each_id_and_hidden_with_them() {
    let (a, folders, _) = folded();
    let found = |find: Find| {
        let rows = a.replica.list::<Shelf>(&find).unwrap();
        assert_eq!(a.replica.count("shelves", &find).unwrap(), rows.len() as u64);
        rows.len()
    };
    for folder in folders {
        assert_eq!(found(Find::new().refers("folder", folder)), 1);
    }
    a.replica.delete::<Folder>(folders[0]).unwrap();
    assert_eq!(found(Find::new()), 0);
    assert_eq!(found(Find::new().deleted(Deleted::Included)), 1);
}

#[test]
fn what_stays_here_is_shown_whichever_of_the_folded_rows_has_it() {
    for place in [0, 1] {
        let (a, _, shelves) = folded();
        let here = Some(format!("/of/{place}"));
        a.replica.update::<Shelf>(shelves[place], |it| it.here.clone_from(&here)).unwrap();
        assert_eq!(a.replica.list::<Shelf>(&Find::new()).unwrap()[0].value.here, here);
    }
}

#[test]
fn what_was_never_set_in_folded_rows_is_found_as_in_others() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let alone = a.folder("/alone");
    let twins = [a.folder("/twice"), b.folder("/twice")];
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    let find = Find::new().unset_or("pinned", false);
    let mut found: Vec<_> =
        a.replica.list::<Folder>(&find).unwrap().into_iter().map(|it| it.id).collect();
    found.sort();
    let mut expected = [alone, twins[0].min(twins[1])];
    expected.sort();
    assert_eq!(found, expected);
}
