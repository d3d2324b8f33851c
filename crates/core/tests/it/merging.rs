//! What happens when two devices have changed the same things.

use crate::common::{DAY, Device, Folder, Line, START, hub, imported, wire::Wire};
use driftline_core::{
    Answer, Backend, Change, Cursor, Error, Hub, Identity, Limits, PROTOCOL, Pull, Push, Refusal,
    Serial, Stamp, SyncEntity, Value, alias,
    status::State,
    store::{Deleted, Find},
};
use futures_executor::block_on;

#[test]
fn edits_of_different_fields_are_both_kept() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    a.rename(id, "Engine");
    b.replica.update::<Folder>(id, |it| it.pinned = true).unwrap();
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    for device in [&a, &b] {
        let folder = device.replica.get::<Folder>(id).unwrap().unwrap().value;
        assert_eq!((folder.name.as_deref(), folder.pinned), (Some("Engine"), true));
    }
    assert_eq!(a.replica.digest().unwrap(), b.replica.digest().unwrap());
}

#[test]
fn an_import_never_undoes_what_a_person_wrote() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = imported("one");
    a.import(id, 1, &[("path", "/src"), ("name", "src")]);
    a.rename(id, "Engine");
    a.sync(&hub).unwrap();
    b.import(id, 1, &[("path", "/src"), ("name", "src")]);
    b.sync(&hub).unwrap();
    assert_eq!(b.name(id).as_deref(), Some("Engine"));
    assert!(!b.import(id, 1, &[("path", "/src"), ("name", "src")]));
    b.import(id, 2, &[("path", "/src"), ("name", "more complete")]);
    b.sync(&hub).unwrap();
    a.sync(&hub).unwrap();
    assert_eq!(a.name(id).as_deref(), Some("Engine"));
}

/// Equal stamps are of equal records, so this is a mistake of a reader's: whichever comes first,
/// all devices agree.
#[test]
fn of_two_readings_with_one_stamp_the_greater_value_stands() {
    let id = imported("one");
    for names in [["a", "b"], ["b", "a"]] {
        let a = Device::new(1);
        for name in names {
            a.import(id, 1, &[("path", "/src"), ("name", name)]);
        }
        assert_eq!(a.name(id).as_deref(), Some("b"));
    }
}

#[test]
fn an_import_takes_nothing_that_does_not_fit() {
    let (a, id) = (Device::new(1), imported("one"));
    let values = [("path", "/src"), ("pinned", "yes"), ("here", "/mnt"), ("unknown", "x")];
    assert!(a.import(id, 1, &values));
    let row = a.replica.get_values("folders", id).unwrap().unwrap().row;
    let fields: Vec<_> = row.cells().map(|(field, _)| field.as_ref()).collect();
    assert_eq!(fields, ["path", "unknown"], "a field that nobody knows may hold anything");
}

/// Lists and searches are filled from the journal alone.
#[test]
fn an_import_is_in_the_journal() {
    let (a, id) = (Device::new(1), imported("one"));
    let noted = || {
        let all = a.replica.read(|tx| tx.changed_since(0, 99)).unwrap();
        all.into_iter().filter(|it| it.id == id).map(|it| it.revision).max()
    };
    assert!(a.import(id, 1, &[("path", "/src"), ("name", "src")]));
    let first = noted().unwrap();
    assert!(a.import(id, 2, &[("path", "/src"), ("name", "more complete")]));
    let second = noted().unwrap();
    assert!(second > first);
    assert!(!a.import(id, 2, &[("path", "/src"), ("name", "more complete")]));
    assert_eq!(noted(), Some(second));
}

#[test]
fn what_gives_way_to_a_reading_that_withholds_something_is_kept_nowhere() {
    let whole = [("path", "/src"), ("name", "a secret")];
    let held = [("path", "/src"), ("name", "something")];
    let withholds = Stamp::WITHHOLDS;
    let logged = |it: &Device| it.replica.audit(None, 10).unwrap().len();
    // Here, from a remote, and in what comes from there to who withheld it before.
    let (a, b, c, hub) = (Device::new(1), Device::new(2), Device::new(3), hub());
    let id = imported("one");
    assert!(a.import(id, 7, &whole));
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    assert_eq!(b.name(id).as_deref(), Some("a secret"));
    assert!(c.import(id, withholds, &held));
    c.sync(&hub).unwrap();
    assert!(a.import(id, withholds, &held));
    for device in [&a, &b, &c] {
        device.sync(&hub).unwrap();
        assert_eq!(device.name(id).as_deref(), Some("something"));
        assert_eq!(logged(device), 0);
        assert!(!device.import(id, 0x8000 | 7, &whole), "the whole one never comes back");
    }
    // Other readings that give way are in the log, and a person's write always is.
    let other = imported("other");
    assert!(a.import(other, 1, &whole) && a.import(other, 2, &held));
    let log = a.replica.audit(None, 10).unwrap();
    assert_eq!(log.iter().map(|it| &it.lost).collect::<Vec<_>>(), ["a secret"]);
    a.rename(id, "Mine");
    assert!(!a.import(id, u16::MAX, &whole[1..]));
    assert_eq!((logged(&a), a.name(id).as_deref()), (2, Some("Mine")));
}

#[test]
fn importing_again_changes_nothing_and_sends_nothing() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = imported("one");
    let record = [("path", "/src"), ("name", "src")];
    assert!(a.import(id, 1, &record));
    assert!(!a.import(id, 1, &record));
    a.sync(&hub).unwrap();
    assert!(b.import(id, 1, &record));
    b.sync(&hub).unwrap();
    assert!(!b.import(id, 1, &record));
    assert_eq!((a.waiting(), b.waiting()), (0, 0));
    let report = b.sync(&hub).unwrap();
    assert_eq!((report.sent, report.received, report.calls), (0, 0, 1));
}

#[test]
fn two_births_of_one_key_become_one_row_and_references_follow() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let (one, other) = (a.folder("/src"), b.folder("/src/"));
    let line = |folder| Line { folder: Some(folder), text: Some("hello".into()) };
    a.replica.create(&line(one)).unwrap();
    b.replica.create(&line(other)).unwrap();
    b.rename(other, "Engine");
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    for device in [&a, &b] {
        let folders = device.replica.list::<Folder>(&Find::new()).unwrap();
        assert_eq!(folders.len(), 1);
        assert_eq!(folders[0].id, one.min(other));
        assert_eq!(folders[0].value.name.as_deref(), Some("Engine"));
        for id in [one, other] {
            assert_eq!(device.name(id).as_deref(), Some("Engine"), "both ids stand for it");
            let of = Find::new().refers("folder", id);
            assert_eq!(device.replica.list::<Line>(&of).unwrap().len(), 2);
            assert_eq!(device.replica.count("lines", &of).unwrap(), 2);
        }
    }
    a.replica.delete::<Folder>(one.max(other)).unwrap();
    assert_eq!(a.replica.count("folders", &Find::new()).unwrap(), 0);
}

#[test]
fn a_newcomer_meets_classes_as_they_are_with_the_facts_that_come_with_it() {
    let (hub, device) = (hub(), Device::new(1));
    let page = |cursor| {
        let pull = Pull { protocol: PROTOCOL, cursor, rows: 10, bytes: 1 << 20 };
        block_on(hub.pull(pull)).unwrap()
    };
    let stamp = Stamp::person(START, 0, 1);
    let folder = |id, birth, cells: &[(&'static str, Value)]| {
        let path = ("path", stamp, Value::from("/src"));
        let cells = cells.iter().map(|(field, value)| (*field, stamp, value.clone()));
        let row = std::iter::once(path).chain(cells).collect();
        Change { entity: "folders".into(), id, row, birth, whole: true }
    };
    let (live, gone, newcomer) = (imported("live"), imported("gone"), device.folder("/src"));
    let (id, row) = alias::fact("folders", live, gone);
    let fact = Change { entity: "aliases".into(), id, row, birth: false, whole: true };
    let deleted = [("deleted_at", Value::from(START))];
    for (serial, changes) in [
        (1, vec![folder(live, false, &[]), folder(gone, false, &deleted)]),
        (2, vec![folder(newcomer, true, &[]), fact]),
    ] {
        let Identity { account, epoch, .. } = page(Cursor::default()).identity;
        let device = "device".into();
        let push =
            Push { protocol: PROTOCOL, account, epoch, device, serial: Serial(serial), changes };
        let answers = block_on(hub.push(push)).unwrap();
        assert_eq!(answers.recorded, [], "what it would be folded with is deleted");
        let accepted = |it: &Answer| matches!(it, Answer::Accepted { .. });
        assert!(answers.answers.iter().all(accepted), "{:?}", answers.answers);
    }
}

#[test]
fn a_device_that_starts_over_sends_what_is_folded_before_the_rows() {
    let (a, b, first) = (Device::new(1), Device::new(2), hub());
    a.folder("/src");
    b.folder("/src");
    a.sync(&first).unwrap();
    b.sync(&first).unwrap();
    b.folder("/new");
    // Row by row, so that they come as they wait.
    let empty = Wire { limits: Limits { rows: 1, ..Hub::LIMITS }, ..Wire::new(hub()) };
    b.sync(&empty).unwrap();
    let pull = Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 10, bytes: 1 << 20 };
    let feed: Vec<_> = block_on(empty.hub.pull(pull)).unwrap().changes;
    let entities: Vec<&str> = feed.iter().map(|it| it.entity.as_str()).collect();
    assert_eq!(entities, ["aliases", "folders", "folders", "folders"]);
}

#[test]
fn a_page_is_no_larger_than_what_was_asked_for() {
    let (a, hub) = (Device::new(1), hub());
    for number in 0..6 {
        a.folder(&format!("/{number}"));
    }
    a.sync(&hub).unwrap();
    let sizes = |bytes| {
        let (mut cursor, mut sizes) = (Cursor::default(), Vec::new());
        loop {
            let pull = Pull { protocol: PROTOCOL, cursor, rows: 10, bytes };
            let page = block_on(hub.pull(pull)).unwrap();
            sizes.push(page.changes.len());
            cursor = page.next;
            if page.next == page.head {
                return (page.changes[0].row.weight(), sizes);
            }
        }
    };
    let (row, all) = sizes(1 << 20);
    assert_eq!(all, [6]);
    assert_eq!(sizes(2 * row).1, [2, 2, 2]);
    assert_eq!(sizes(1).1, [1; 6], "one row, however large it is");
}

#[test]
fn rows_that_are_renamed_to_one_key_stay_two() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let (one, other) = (a.folder("/one"), a.folder("/other"));
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    let path = |it: &mut Folder| it.path = Some("/same".into());
    a.replica.update::<Folder>(one, path).unwrap();
    b.replica.update::<Folder>(other, path).unwrap();
    for device in [&a, &b, &a] {
        device.sync(&hub).unwrap();
    }
    assert_eq!(a.replica.list::<Folder>(&Find::new()).unwrap().len(), 2);
}

#[test]
fn a_taken_key_names_the_row_that_has_it() {
    let a = Device::new(1);
    let id = a.folder("/caf\u{e9}");
    let again = Folder { path: Some("/cafe\u{301}/".into()), ..Folder::default() };
    match a.replica.create(&again) {
        Err(Error::Refused { id: taken, why: Refusal::KeyTaken { .. }, .. }) => {
            assert_eq!(taken, id);
        }
        other => panic!("{other:?}"),
    }
    a.replica.delete::<Folder>(id).unwrap();
    a.replica.create(&again).unwrap();
}

#[test]
fn an_import_uses_a_row_made_by_hand_also_without_a_remote() {
    let a = Device::new(1);
    let id = a.folder("/src");
    a.rename(id, "Engine");
    a.import(imported("one"), 1, &[("path", "/src"), ("name", "src")]);
    let folders = a.replica.list::<Folder>(&Find::new()).unwrap();
    assert_eq!(folders.len(), 1);
    assert_eq!(folders[0].value.name.as_deref(), Some("Engine"));

    let (b, hub) = (Device::new(2), hub());
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    assert_eq!(b.replica.list::<Folder>(&Find::new()).unwrap(), folders);
}

#[test]
fn what_belongs_to_a_deleted_owner_is_hidden_and_comes_back_with_it() {
    let a = Device::new(1);
    let folder = a.folder("/src");
    let text = Some("hello".to_owned());
    let line = a.replica.create(&Line { folder: Some(folder), text }).unwrap();
    a.replica.delete::<Folder>(folder).unwrap();
    assert!(a.replica.get::<Line>(line).unwrap().is_none());
    assert!(a.replica.list::<Line>(&Find::new().limit(1)).unwrap().is_empty());
    assert_eq!(a.replica.count("lines", &Find::new()).unwrap(), 0);
    assert_eq!(a.replica.count("lines", &Find::new().deleted(Deleted::Only)).unwrap(), 0);
    a.replica.restore::<Folder>(folder).unwrap();
    assert!(a.replica.get::<Line>(line).unwrap().is_some());
}

#[test]
fn append_only_rows_cannot_be_edited_but_deleted_and_restored() {
    let a = Device::new(1);
    let id = a.replica.create(&Line { folder: None, text: Some("hello".into()) }).unwrap();
    let edit = a.replica.update::<Line>(id, |it| it.text = Some("bye".into()));
    assert!(matches!(edit, Err(Error::Refused { why: Refusal::AppendOnly, .. })), "{edit:?}");
    a.replica.delete::<Line>(id).unwrap();
    a.replica.restore::<Line>(id).unwrap();
    let line = a.replica.get::<Line>(id).unwrap().unwrap().value;
    assert_eq!(line.text.as_deref(), Some("hello"));
}

#[test]
fn creating_writes_only_what_was_given_and_updating_only_what_changed() {
    let a = Device::new(1);
    let id = a.folder("/src");
    let fields = |it: &driftline_core::view::View| -> Vec<String> {
        it.row.cells().map(|(field, _)| field.to_string()).collect()
    };
    let shown = a.replica.get_values(Folder::NAME, id).unwrap().unwrap();
    assert_eq!(fields(&shown), ["path"]);
    a.replica.update::<Folder>(id, |it| it.here = Some("/mnt/src".into())).unwrap();
    assert_eq!(a.waiting(), 1);
    a.replica.update::<Folder>(id, |it| it.pinned = true).unwrap();
    let shown = a.replica.get_values(Folder::NAME, id).unwrap().unwrap();
    assert_eq!(fields(&shown), ["path", "pinned"]);
    assert_eq!(shown.value("here"), Some(&Value::from("/mnt/src")));
}

#[test]
fn what_is_local_never_leaves_the_device() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.replica.update::<Folder>(id, |it| it.here = Some("/mnt/src".into())).unwrap();
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    assert_eq!(b.replica.get::<Folder>(id).unwrap().unwrap().value.here, None);
}

#[test]
fn values_that_do_not_fit_are_refused_in_words() {
    let a = Device::new(1);
    let values = |field: &str, value| [(field.to_owned(), value)].into();
    let bad = a.replica.create_values("folders", &values("pinned", Value::from("yes")));
    assert_eq!(bad.unwrap_err().to_string(), "folders: `pinned` takes true or false");
    let bad = a.replica.create_values("folders", &values("colour", Value::from("red")));
    assert!(bad.unwrap_err().to_string().contains("it has: path, name, pinned, here"));
    let bad = a.replica.create_values("folder", &values("path", Value::from("/")));
    let told = bad.unwrap_err().to_string();
    let known = told.split_once("there are: ").unwrap().1;
    assert!(["folders", "labels", "lines"].iter().all(|it| known.contains(it)), "{told}");
    assert!(a.replica.create_values("folders", &values("here", Value::from("/x"))).is_err());
}

#[test]
fn the_audit_log_outlives_one_jump_of_the_clock() {
    let a = Device::new(1);
    let id = a.folder("/src");
    a.rename(id, "One");
    a.rename(id, "Two");
    let reopen =
        || driftline_core::Replica::open(std::sync::Arc::new(a.store.clone()), a.env.clone());
    reopen().unwrap();
    a.env.jump(i64::try_from(400 * DAY).unwrap());
    reopen().unwrap();
    reopen().unwrap();
    assert_eq!(a.replica.audit(None, 10).unwrap().len(), 1, "one jump prunes nothing");
    a.env.pass(2 * DAY);
    reopen().unwrap();
    assert!(a.replica.audit(None, 10).unwrap().is_empty(), "two sightings agree");
}

#[test]
fn without_a_remote_everything_is_local() {
    let a = Device::new(1);
    a.folder("/src");
    assert_eq!(a.replica.status(None).unwrap().state, State::Local);
}
