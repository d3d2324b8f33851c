//! Rows go into a file and come out of it: another replica then holds the same, and nothing
//! that was there before is lost.

use std::collections::BTreeMap;

use driftline_core::{
    ALIASES, Backend, Change, Cursor, Durability, FieldName, Id, PROTOCOL, Pull, Push, Replica,
    Row, Serial, Stamp, Value, Values,
    device::{self, Exported, Imported},
    store::{AuditKind, Deleted, Find, QueueId, QueueList, Stored},
};
use futures_executor::block_on;
use proptest::prelude::*;

use crate::common::{Device, Folder, Line, MINUTE, START, hub, imported};

/// What is in a file: the rows, each as a line of text.
fn export(from: &Device) -> Vec<String> {
    let mut lines = Vec::new();
    let write = |row: Exported| {
        lines.push(serde_json::to_string(&row).unwrap());
        Ok(())
    };
    from.replica.read(|tx| device::export(tx, write)).unwrap();
    lines
}

/// Joins what is in a file, two rows at a time.
fn join(into: &Device, lines: &[String]) -> Vec<Imported> {
    let meets_others = into.replica.read(|tx| tx.stored_entities()).unwrap() != [""; 0];
    let rows: Vec<Exported> = lines.iter().map(|it| serde_json::from_str(it).unwrap()).collect();
    let joined = rows.chunks(2).flat_map(|some| {
        into.replica
            .write_with(Durability::Normal, |tx| tx.join(some.to_vec(), meets_others))
            .unwrap()
    });
    joined.map(|it| it.done).collect()
}

type Kept = (Row, BTreeMap<FieldName, Value>, Option<String>, bool);

fn rows(of: &Device) -> BTreeMap<(String, Id), Kept> {
    let mut all = BTreeMap::new();
    let keep = |entity: &str, it: Stored| {
        all.insert((entity.to_owned(), it.id), (it.row, it.local, it.key, it.acked));
        Ok(())
    };
    of.replica.read(|tx| tx.each_row(keep)).unwrap();
    all
}

/// Rows as they are joined: without what one device alone assumes.
fn facts(of: &Device) -> BTreeMap<(String, Id), Row> {
    let is_fact = |entity: &str, acked: bool| entity != ALIASES.name || acked;
    let rows = rows(of).into_iter().filter(|((entity, _), it)| is_fact(entity, it.3));
    rows.map(|(key, it)| (key, it.0)).collect()
}

/// What a person sees.
fn shown(of: &Replica) -> Vec<(Id, Row)> {
    let find = Find::new().deleted(Deleted::Included);
    let folders = of.list_values("folders", &find).unwrap();
    let lines = of.list_values("lines", &find).unwrap();
    folders.into_iter().chain(lines).map(|it| (it.id, it.row)).collect()
}

/// What is owed, how often it changed, and what is in the audit log.
fn owed(of: &Device) -> (Vec<(String, Id, u64)>, usize) {
    of.replica
        .read(|tx| {
            let queue = tx.queue(QueueList::Waiting, QueueId::default(), usize::MAX)?;
            let queue = queue.into_iter().map(|it| (it.entity, it.id, it.change)).collect();
            Ok((queue, tx.audit(None, usize::MAX)?.len()))
        })
        .unwrap()
}

/// A row of an entity, or with a cell, that only a newer program knows.
fn from_the_future(hub: &dyn Backend, number: u64, known_entity: bool) {
    let pull = Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 };
    let identity = block_on(hub.pull(pull)).unwrap().identity;
    let row = Row::from_iter([("glow", Stamp::person(START + number, 0, 99), Value::from(number))]);
    let entity = if known_entity { "folders" } else { "gadgets" }.to_owned();
    let id = imported(&format!("future {number}"));
    let changes = vec![Change { entity, id, row, birth: false, whole: true }];
    let (account, epoch) = (identity.account, identity.epoch);
    let device = format!("f{number}");
    let push = Push { protocol: PROTOCOL, account, epoch, device, serial: Serial(1), changes };
    // The second time it says that it heard this before.
    let _ = block_on(hub.push(push));
}

#[derive(Clone, Debug)]
enum Step {
    Folder(u8),
    Here(usize),
    Rename(usize, u8),
    Move(usize, u8),
    SetDeleted(usize, bool),
    Line(usize),
    Import(u8, u8, u16),
    Future(u64, bool),
    Sync,
}

fn steps() -> impl Strategy<Value = Vec<(bool, Step)>> {
    let step = prop_oneof![
        3 => (0..3_u8).prop_map(Step::Folder),
        1 => any::<usize>().prop_map(Step::Here),
        2 => (any::<usize>(), 0..3_u8).prop_map(|(it, name)| Step::Rename(it, name)),
        1 => (any::<usize>(), 0..3_u8).prop_map(|(it, path)| Step::Move(it, path)),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(it, is)| Step::SetDeleted(it, is)),
        1 => any::<usize>().prop_map(Step::Line),
        3 => (0..3_u8, 0..3_u8, 0..3_u16).prop_map(|(it, path, n)| Step::Import(it, path, n)),
        1 => (0..3_u64, any::<bool>()).prop_map(|(it, known)| Step::Future(it, known)),
        2 => Just(Step::Sync),
    ];
    prop::collection::vec((any::<bool>(), step), 0..24)
}

fn play(device: &Device, hub: &dyn Backend, step: &Step) {
    device.env.pass(7);
    let folders: Vec<Id> =
        device.replica.list::<Folder>(&Find::new()).unwrap().iter().map(|it| it.id).collect();
    let folder = |pick: usize| folders.get(pick % folders.len().max(1)).copied();
    let text = |number: u8| Some(format!("/{number}"));
    // What is refused is refused here as everywhere: a key that is taken, a row that is gone.
    let _ = match step {
        Step::Folder(path) => {
            device.replica.create(&Folder { path: text(*path), ..Folder::default() }).map(drop)
        }
        Step::Here(it) => folder(*it).map_or(Ok(()), |id| {
            device.replica.update::<Folder>(id, |it| it.here = Some("/here".into()))
        }),
        Step::Rename(it, name) => folder(*it)
            .map_or(Ok(()), |id| device.replica.update::<Folder>(id, |it| it.name = text(*name))),
        Step::Move(it, path) => folder(*it)
            .map_or(Ok(()), |id| device.replica.update::<Folder>(id, |it| it.path = text(*path))),
        Step::SetDeleted(it, deleted) => {
            folder(*it).map_or(Ok(()), |id| device.replica.set_deleted("folders", id, *deleted))
        }
        Step::Line(it) => {
            let line = Line { folder: folder(*it), text: Some("said".into()) };
            device.replica.create(&line).map(drop)
        }
        Step::Import(it, path, completeness) => {
            // Equal stamps mean equal values.
            let stamp = completeness * 3 + u16::from(*path);
            device.import(imported(&it.to_string()), stamp, &[("path", &format!("/{path}"))]);
            Ok(())
        }
        Step::Future(number, known) => {
            from_the_future(hub, *number * 2 + u64::from(*known), *known);
            Ok(())
        }
        Step::Sync => device.sync(hub).map(drop),
    };
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_replica_comes_out_of_a_file_as_it_went_in(steps in steps(), with_hub: bool) {
        let (hub, a, b) = (hub(), Device::new(1), Device::new(2));
        for (on_a, step) in &steps {
            if with_hub || !matches!(step, Step::Sync) {
                play(if *on_a { &a } else { &b }, &hub, step);
            }
        }
        let file = export(&a);
        let new = Device::new(3);
        join(&new, &file);
        prop_assert_eq!(rows(&new), rows(&a));
        prop_assert_eq!(new.replica.digest().unwrap(), a.replica.digest().unwrap());
        prop_assert_eq!(shown(&new.replica), shown(&a.replica));
        prop_assert_eq!(export(&new), file.clone());

        // Another one has the join of both.
        let mut both = facts(&b);
        for (key, row) in facts(&a) {
            both.entry(key).or_default().join(row);
        }
        join(&b, &file);
        prop_assert_eq!(facts(&b), both);

        // Twice is once, wherever the first time was cut off.
        for device in [&new, &b] {
            let before = (rows(device), owed(device));
            let done = join(device, &file);
            prop_assert!(done.iter().all(|it| *it == Imported::Same), "{done:?}");
            prop_assert_eq!((rows(device), owed(device)), before);
        }

        // And all of it goes on with the hub.
        for device in [&a, &b, &new, &a, &b, &new, &a, &b] {
            device.sync(&hub).unwrap();
        }
        let digest = a.replica.digest().unwrap();
        for device in [&b, &new] {
            prop_assert_eq!(&device.replica.digest().unwrap(), &digest);
            prop_assert_eq!(shown(&device.replica), shown(&a.replica));
        }
    }
}

#[test]
fn a_row_of_a_file_is_one_with_that_of_the_same_name_here_and_at_once() {
    let (a, b) = (Device::new(1), Device::new(2));
    a.folder("/w");
    let mine = b.folder("/w");
    b.rename(mine, "Mine");
    join(&b, &export(&a));
    let folders = b.replica.list::<Folder>(&Find::new()).unwrap();
    assert_eq!(folders.len(), 1, "{folders:?}");
    assert_eq!(folders[0].value.name.as_deref(), Some("Mine"));
    // Two of one file that were two there stay two.
    let other = a.folder("/other");
    a.replica.update::<Folder>(other, |it| it.path = Some("/w".into())).unwrap();
    let new = Device::new(3);
    join(&new, &export(&a));
    assert_eq!(new.replica.list::<Folder>(&Find::new()).unwrap().len(), 2);
}

#[test]
fn an_edit_that_gives_way_to_a_file_is_a_conflict_and_told_once() {
    let (a, b) = (Device::new(1), Device::new(2));
    let id = a.folder("/w");
    join(&b, &export(&a));
    b.rename(id, "Mine");
    a.env.pass(MINUTE);
    a.rename(id, "Theirs");
    for _ in 0..2 {
        join(&b, &export(&a));
        assert_eq!(b.name(id).as_deref(), Some("Theirs"));
        let conflicts = b.replica.audit(Some(AuditKind::Conflict), 9).unwrap();
        assert_eq!(conflicts.len(), 1, "{conflicts:?}");
        assert_eq!(conflicts[0].lost, "Mine");
    }
    // What the person themselves wrote over is none.
    let before = export(&b);
    b.rename(id, "Mine again");
    join(&b, &before);
    assert_eq!(b.name(id).as_deref(), Some("Mine again"));
    assert_eq!(b.replica.audit(Some(AuditKind::Conflict), 9).unwrap().len(), 1);
}

#[test]
fn a_file_sets_no_clock_and_what_is_edited_after_it_stands() {
    let device = Device::new(1);
    let id = imported("x");
    let file = |millis: u64| {
        let row = Row::from_iter([("name", Stamp::person(millis, 0, 9), Value::from("Theirs"))]);
        Exported { entity: "folders".into(), id, row, local: BTreeMap::new(), acked: false }
    };
    let stamp = |id: Id| {
        let row = device.replica.get_values("folders", id).unwrap().unwrap().row;
        row.cells().map(|(_, it)| it.stamp).max().unwrap()
    };
    let line = |millis| vec![serde_json::to_string(&file(millis)).unwrap()];
    // A minute ahead is believed, and what is written next comes after it.
    join(&device, &line(START + MINUTE));
    assert!(stamp(device.folder("/a")).millis() >= START + MINUTE);
    // A year ahead is not, but an edit of that cell stands all the same.
    let year = START + 365 * 24 * 60 * MINUTE;
    join(&device, &line(year));
    assert!(stamp(device.folder("/b")).millis() < START + 2 * MINUTE);
    device.rename(id, "Mine");
    assert_eq!(device.name(id).as_deref(), Some("Mine"));
    assert!(stamp(device.folder("/c")).millis() < START + 2 * MINUTE);
}

#[test]
fn what_a_field_cannot_hold_is_left_out_and_named() {
    let device = Device::new(1);
    let (id, stamp) = (imported("x"), Stamp::person(START, 0, 9));
    let cells = [
        ("name", Value::from("Fine")),
        ("pinned", Value::from("yes")),
        ("here", Value::from("/of/theirs")),
        ("unheard_of", Value::from(2.0)),
    ];
    let row = cells.into_iter().map(|(field, value)| (field, stamp, value)).collect();
    let local = [("here", Value::from(7)), ("path", Value::from("/w")), ("new", Value::from("x"))];
    let local = local.into_iter().map(|(field, value)| (field.into(), value)).collect();
    let row = Exported { entity: "folders".into(), id, row, local, acked: true };
    let done = device.replica.write(|tx| tx.join(vec![row.clone()], false)).unwrap();
    assert_eq!(done[0].left_out, ["here", "pinned", "here", "path"]);
    let kept = &rows(&device)[&("folders".to_owned(), id)];
    let names: Vec<_> = kept.0.cells().map(|(field, _)| field.as_ref()).collect();
    assert_eq!(names, ["name", "unheard_of"]);
    assert_eq!(kept.0.value("unheard_of"), Some(&Value::from(2)), "in the one form");
    assert_eq!(kept.1.keys().collect::<Vec<_>>(), ["new"]);
}

#[test]
fn what_stays_on_this_device_is_not_replaced() {
    let (a, b) = (Device::new(1), Device::new(2));
    let id = a.folder("/w");
    let here = |device: &Device, path: &str| {
        let values = Values::from([("here".to_owned(), Value::from(path))]);
        device.replica.update_values("folders", id, &values).unwrap();
    };
    let read = |device: &Device| device.replica.get::<Folder>(id).unwrap().unwrap().value.here;
    here(&a, "/of/a");
    join(&b, &export(&a));
    assert_eq!(read(&b).as_deref(), Some("/of/a"), "where there was nothing");
    here(&b, "/of/b");
    join(&b, &export(&a));
    assert_eq!(read(&b).as_deref(), Some("/of/b"));
}

/// Some of the file's rows were purged here, some belong to what was.
#[test]
fn a_file_brings_nothing_back_that_was_purged() {
    let (a, b) = (Device::new(1), Device::new(2));
    let folder = a.folder("/src");
    a.replica.create(&Line { folder: Some(folder), text: Some("known".into()) }).unwrap();
    join(&b, &export(&a));
    a.replica.purge("folders", folder).unwrap();
    // A line that this device never had, of a folder that it purged.
    b.replica.create(&Line { folder: Some(folder), text: Some("new".into()) }).unwrap();
    assert_eq!(join(&a, &export(&b)), [Imported::Purged; 3]);
    assert_eq!(shown(&a.replica).iter().filter(|it| !it.1.is_purged()).count(), 0);
    let stored: Vec<bool> = rows(&a).values().map(|it| it.0.is_purged()).collect();
    assert_eq!(stored, [true; 2], "what was new is not even stored");
}

#[test]
fn the_marks_of_a_file_purge() {
    let (a, b) = (Device::new(1), Device::new(2));
    let folder = a.folder("/src");
    join(&b, &export(&a));
    b.replica.update::<Folder>(folder, |it| it.here = Some("/mnt/src".into())).unwrap();
    a.replica.purge("folders", folder).unwrap();
    join(&b, &export(&a));
    let kept = &rows(&b)[&("folders".to_owned(), folder)];
    assert!(kept.0.is_purged() && kept.1.is_empty(), "{kept:?}");
    assert_eq!(owed(&b).0.len(), 1, "the hub is told of the mark");
}
