//! What a person keeps on a device stays there, is told apart from what waits, and can be
//! let go later.

use crate::common::{Device, Folder, Line, hub, hub_of, imported};
use driftline_core::{
    Id, Schema,
    device::Exclusions,
    status::{State, Status},
    store::{Deleted, Find},
};
use driftline_derive::SyncEntity;
use driftline_memory::MemoryStore;

/// A pin on a folder, which goes its own ways.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
#[sync(name = "pins")]
struct Pin {
    /// Where it is.
    #[sync(refers = "folders")]
    folder: Option<Id>,
}

fn keep(device: &Device, folders: &[&str], rows: &[(&str, Id)]) {
    let rules = Exclusions {
        folders: folders.iter().map(|it| (*it).to_owned()).collect(),
        rows: rows.iter().map(|(entity, id)| ((*entity).to_owned(), *id)).collect(),
    };
    device.replica.exclude(&rules).unwrap();
}

fn line(device: &Device, folder: Id, text: &str) -> Id {
    device.env.pass(10);
    let line = Line { folder: Some(folder), text: Some(text.into()) };
    device.replica.create(&line).unwrap()
}

fn status(device: &Device) -> Status {
    device.replica.status(Some("hub")).unwrap()
}

fn sizes(device: &Device) -> (u64, u64, u64) {
    let it = status(device);
    (it.waiting, it.parked, it.excluded)
}

fn paths(device: &Device) -> Vec<String> {
    let find = Find::new().ascending("path");
    let folders = device.replica.list::<Folder>(&find).unwrap();
    folders.into_iter().filter_map(|it| it.value.path).collect()
}

#[test]
fn what_is_in_a_folder_stays_and_all_that_belongs_to_it() {
    let (one, two, hub) = (Device::new(1), Device::new(2), hub());
    let secret = one.folder("/home/me/secret");
    let inside = one.folder("/home/me/secret/deep");
    one.folder("/home/me/secrets");
    line(&one, secret, "kept");
    line(&one, inside, "kept, too");
    assert_eq!(sizes(&one), (5, 0, 0));
    keep(&one, &["/home/me/secret/"], &[]);
    assert_eq!(sizes(&one), (1, 0, 4));
    line(&one, secret, "written later");
    assert_eq!(sizes(&one), (1, 0, 5), "it is told at once");

    one.sync(&hub).unwrap();
    assert_eq!((status(&one).state, sizes(&one)), (State::Synced, (0, 0, 5)));
    two.sync(&hub).unwrap();
    assert_eq!(paths(&two), ["/home/me/secrets"]);
    assert!(two.replica.list::<Line>(&Find::new()).unwrap().is_empty());

    // Let go, all of it comes.
    keep(&one, &[], &[]);
    assert_eq!(sizes(&one), (5, 0, 0));
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    assert_eq!(paths(&two).len(), 3);
    assert_eq!(two.replica.list::<Line>(&Find::new()).unwrap().len(), 3);
}

#[test]
fn a_row_by_name_stays_and_its_twin_as_well() {
    let (one, two, hub) = (Device::new(1), Device::new(2), hub());
    let made = one.folder("/src/a");
    // An import that meets it counts as the same row.
    let record = imported("a");
    one.import(record, 1, &[("path", "/src/a"), ("name", "A")]);
    keep(&one, &[], &[("folders", made)]);
    assert_eq!(sizes(&one), (0, 0, 2));
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    assert!(paths(&two).is_empty());
    keep(&one, &[], &[]);
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    assert_eq!(paths(&two), ["/src/a"]);
}

#[test]
fn a_wiped_hub_is_not_given_what_is_kept() {
    let one = Device::new(1);
    let schema = Schema::registered().unwrap();
    let first = hub_of(MemoryStore::new(schema), "ana");
    one.folder("/src/open");
    one.sync(&first).unwrap();
    one.folder("/src/secret");
    keep(&one, &["/src/secret"], &[]);
    let second = hub_of(MemoryStore::new(schema), "ana");
    one.sync(&second).unwrap();
    assert_eq!((status(&one).state, sizes(&one)), (State::Synced, (0, 0, 1)));
    let two = Device::new(2);
    two.sync(&second).unwrap();
    assert_eq!(paths(&two), ["/src/open"]);
}

#[test]
fn what_a_hub_has_is_received_all_the_same_and_edits_stay() {
    let (one, two, hub) = (Device::new(1), Device::new(2), hub());
    let id = one.folder("/src/a");
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    keep(&one, &["/src"], &[]);
    one.rename(id, "mine");
    assert_eq!(sizes(&one), (0, 0, 1));
    two.replica.update::<Folder>(id, |it| it.pinned = true).unwrap();
    two.sync(&hub).unwrap();
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    let mine = one.replica.get::<Folder>(id).unwrap().unwrap().value;
    assert!(mine.pinned && mine.name.as_deref() == Some("mine"));
    assert_eq!(two.name(id), None);
}

#[test]
fn what_moves_out_goes_and_what_moves_in_stays() {
    let (one, two, hub) = (Device::new(1), Device::new(2), hub());
    keep(&one, &["/secret"], &[]);
    let out = one.folder("/secret/a");
    line(&one, out, "moves out with it");
    let goes_in = one.folder("/open/b");
    line(&one, goes_in, "moves in with it");
    assert_eq!(sizes(&one), (2, 0, 2));
    for (id, path) in [(out, "/open/a"), (goes_in, "/secret/b")] {
        let name = Some("and renamed at once".into());
        let move_it = |it: &mut Folder| (it.path, it.name) = (Some(path.into()), name);
        one.replica.update::<Folder>(id, move_it).unwrap();
    }
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    assert_eq!(paths(&two), ["/open/a"]);
    let lines = two.replica.list::<Line>(&Find::new()).unwrap();
    let texts: Vec<_> = lines.into_iter().filter_map(|it| it.value.text).collect();
    assert_eq!(texts, ["moves out with it"]);
    assert_eq!(sizes(&one), (0, 0, 2));
}

#[test]
fn what_others_move_out_goes_with_what_belongs_to_it() {
    let (one, two, hub) = (Device::new(1), Device::new(2), hub());
    let folder = one.folder("/kept/src");
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    keep(&one, &["/kept"], &[]);
    line(&one, folder, "hello");
    assert_eq!(sizes(&one), (0, 0, 1));
    two.env.pass(100);
    // Of what else others write nothing follows.
    two.rename(folder, "Engine");
    for (path, excluded) in [("/kept/src", 1), ("/src", 0)] {
        two.replica.update::<Folder>(folder, |it| it.path = Some(path.into())).unwrap();
        two.sync(&hub).unwrap();
        one.sync(&hub).unwrap();
        assert_eq!(sizes(&one), (0, 0, excluded));
    }
    two.sync(&hub).unwrap();
    assert_eq!(two.replica.list::<Line>(&Find::new()).unwrap().len(), 1);
}

#[test]
fn what_an_import_moves_out_goes_with_what_belongs_to_it() {
    let (one, two, hub) = (Device::new(1), Device::new(2), hub());
    keep(&one, &["/kept"], &[]);
    let folder = imported("folder");
    assert!(one.import(folder, 1, &[("path", "/kept/src")]));
    line(&one, folder, "hello");
    assert_eq!(sizes(&one), (0, 0, 2));
    assert!(one.import(folder, 2, &[("path", "/src"), ("name", "Engine")]));
    one.sync(&hub).unwrap();
    assert_eq!(sizes(&one), (0, 0, 0));
    two.sync(&hub).unwrap();
    assert_eq!(two.replica.list::<Line>(&Find::new()).unwrap().len(), 1);
}

#[test]
fn what_is_kept_here_and_purged_is_told_to_nobody() {
    let (a, hub) = (Device::new(1), hub());
    let id = a.folder("/home/me/secret");
    keep(&a, &["/home/me/secret"], &[]);
    a.replica.purge("folders", id).unwrap();
    assert_eq!(sizes(&a), (0, 0, 0));
    assert_eq!(a.sync(&hub).unwrap().sent, 0);
    assert!(paths(&a).is_empty());
}

#[test]
fn every_row_that_belongs_to_what_is_kept_is_found_in_the_queue() {
    let (a, hub) = (Device::new(1), hub());
    let (secret, open) = (a.folder("/home/me/secret"), a.folder("/home/me/open"));
    for text in ["one", "two", "three"] {
        line(&a, secret, text);
        line(&a, open, text);
    }
    keep(&a, &["/home/me/secret"], &[]);
    assert_eq!(sizes(&a), (4, 0, 4));
    assert_eq!(a.sync(&hub).unwrap().sent, 4);
}

#[test]
fn what_a_hub_has_and_is_kept_by_name_is_purged_there_too() {
    let (one, two, hub) = (Device::new(1), Device::new(2), hub());
    let id = one.folder("/src/a");
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    keep(&one, &[], &[("folders", id)]);
    one.rename(id, "stays here");
    assert_eq!(sizes(&one), (0, 0, 1));
    one.replica.purge("folders", id).unwrap();
    assert_eq!(sizes(&one), (1, 0, 0));
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    assert!(two.replica.is_purged("folders", id).unwrap());
}

#[test]
fn what_refers_to_a_purged_row_in_a_folder_that_is_kept_stays() {
    let (one, hub) = (Device::new(1), hub());
    let (secret, open) = (one.folder("/home/me/secret"), one.folder("/home/me/open"));
    let pin = |folder| one.replica.create(&Pin { folder: Some(folder) }).unwrap();
    let (mine, other) = (pin(secret), pin(open));
    keep(&one, &["/home/me/secret"], &[]);
    one.replica.purge("folders", secret).unwrap();
    one.replica.purge("folders", open).unwrap();
    one.replica.set_deleted("pins", mine, true).unwrap();
    // It is judged anew, by the purged row.
    keep(&one, &["/home/me/secret", "/elsewhere"], &[]);
    one.sync(&hub).unwrap();
    assert_eq!(sizes(&one), (0, 0, 1));
    let two = Device::new(2);
    two.sync(&hub).unwrap();
    assert_eq!(two.replica.list::<Pin>(&Find::new()).unwrap()[0].id, other);
    keep(&one, &[], &[]);
    one.sync(&hub).unwrap();
    two.sync(&hub).unwrap();
    let find = Find::new().deleted(Deleted::Only);
    assert_eq!(two.replica.list::<Pin>(&find).unwrap()[0].id, mine);
}
