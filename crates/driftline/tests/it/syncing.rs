//! Databases in step through a hub, once and by themselves.

use std::sync::Arc;

use driftline::{
    Db, Id, SqliteHub,
    core::{
        device::{Decision, Guard},
        service::News,
    },
    status::State,
};
use tokio::sync::broadcast::error::TryRecvError;

use crate::common::{Folder, Note, Tag, note, tag};

fn hub(folder: &Folder) -> SqliteHub {
    SqliteHub::open(folder.0.path().join("shared.db")).unwrap()
}

#[test]
fn two_databases_of_one_hub_hold_the_same() {
    let folder = Folder::new();
    let (a, b, hub) = (folder.open("a.db"), folder.open("b.db"), hub(&folder));
    assert_eq!(a.status().unwrap().state, State::Local);
    let id = a.insert(note("Buy milk")).unwrap();
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    a.update(id, |it| it.text = "Buy bread".into()).unwrap();
    b.update(id, |it| it.pinned = true).unwrap();
    for db in [&b, &a, &b] {
        db.sync(&hub).unwrap();
    }
    for db in [&a, &b] {
        let it = db.get(id).unwrap().unwrap();
        assert_eq!((it.text.as_str(), it.pinned), ("Buy bread", true));
        assert_eq!(db.status().unwrap().state, State::Synced);
    }
}

struct NoKeys;

impl Guard for NoKeys {
    fn rule(&self, _entity: &str, _field: &str, text: &str) -> Option<String> {
        text.contains("key-").then(|| "key".to_owned())
    }
}

#[test]
fn what_a_guard_names_is_sent_once_somebody_agrees() {
    let folder = Folder::new();
    let (b, hub) = (folder.open("b.db"), hub(&folder));
    let a = Db::open_guarded(folder.0.path().join("a.db"), Arc::new(NoKeys)).unwrap();
    let id = a.insert(note("key-123")).unwrap();
    a.insert(note("Buy milk")).unwrap();
    assert_eq!(a.sync(&hub).unwrap().sent, 1);
    assert_eq!((a.status().unwrap().held, a.status().unwrap().state), (1, State::Synced));
    let held = &a.replica().held().unwrap()[0];
    assert!(a.replica().decide(&held.entity, held.id, Decision::Send).unwrap());
    assert_eq!(a.sync(&hub).unwrap().sent, 1);
    b.sync(&hub).unwrap();
    assert_eq!(b.get(id).unwrap().unwrap().text, "key-123");
}

#[test]
fn a_sync_may_be_asked_for_inside_a_runtime() {
    let folder = Folder::new();
    let (db, hub) = (folder.open("a.db"), hub(&folder));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { db.sync(&hub) }).unwrap();
}

/// Waits until `db` has heard of the row.
fn wait_for(db: &Db, id: Id<Note>) {
    let mut changes = db.subscribe();
    while db.get(id).unwrap().is_none() {
        changes.blocking_recv().unwrap();
    }
}

#[test]
fn in_the_background_they_stay_in_step_until_it_is_dropped() {
    let folder = Folder::new();
    let (a, b) = (folder.open("a.db"), folder.open("b.db"));
    let of_a = a.sync_in_background(hub(&folder)).unwrap();
    let of_b = b.sync_in_background(hub(&folder)).unwrap();
    let id = a.insert(note("Buy milk")).unwrap();
    wait_for(&b, id);
    let back = b.insert(note("Bought")).unwrap();
    wait_for(&a, back);

    // Another process, or another handle, waits for its turn.
    let mut news = of_a.news();
    of_a.pause();
    while news.blocking_recv().unwrap() != News::Paused {}
    of_a.resume();
    of_a.sync_now();
    while !matches!(news.blocking_recv().unwrap(), News::Synced(_)) {}
    drop((of_a, of_b));
    let late = a.insert(note("Too late")).unwrap();
    assert_eq!(b.get(late).unwrap(), None);
    a.sync(&hub(&folder)).unwrap();
    b.sync(&hub(&folder)).unwrap();
    assert!(b.get(late).unwrap().is_some());
}

#[test]
fn a_new_database_takes_everything_at_once_and_goes_on_from_there() {
    let folder = Folder::new();
    let (a, hub) = (folder.open("a.db"), hub(&folder));
    let first = a.insert(note("first")).unwrap();
    let gone = a.insert(note("gone")).unwrap();
    for it in 0..700 {
        a.insert(tag(&format!("word {it}"), Some(first))).unwrap();
    }
    a.delete(gone).unwrap();
    a.sync(&hub).unwrap();

    let b = folder.open("b.db");
    let mut changes = b.subscribe();
    let report = b.sync(&hub).unwrap();
    assert_eq!((report.received, report.calls), (702, 1), "one call finds nothing left to do");
    assert!(matches!(changes.try_recv(), Err(TryRecvError::Lagged(_))), "all of it is new");
    assert_eq!(b.status().unwrap().state, State::Synced);
    assert_eq!(b.query::<Tag>().filter(Tag::NOTE.eq(first)).count().unwrap(), 700);
    assert!(b.get(gone).unwrap().is_none());

    // Edits on both sides, and a word that both write, meet as they always do.
    b.update(first, |it| it.text = "second".into()).unwrap();
    let twins = [&a, &b].map(|it| it.insert(tag("twin", Some(first))).unwrap());
    for db in [&b, &a, &b] {
        db.sync(&hub).unwrap();
    }
    for db in [&a, &b] {
        assert_eq!(db.get(first).unwrap().unwrap().text, "second");
        assert_eq!(db.query::<Tag>().filter(Tag::WORD.eq("twin")).count().unwrap(), 1);
        assert!(twins.iter().all(|it| db.get(*it).unwrap().is_some()));
    }
}

#[test]
fn a_database_with_rows_of_its_own_takes_page_by_page() {
    let folder = Folder::new();
    let (a, b, hub) = (folder.open("a.db"), folder.open("b.db"), hub(&folder));
    a.insert(tag("twin", None)).unwrap();
    a.sync(&hub).unwrap();
    b.insert(tag("twin", None)).unwrap();
    let report = b.sync(&hub).unwrap();
    assert_eq!((report.received, report.sent), (1, 1));
    a.sync(&hub).unwrap();
    for db in [&a, &b] {
        assert_eq!(db.query::<Tag>().filter(Tag::WORD.eq("twin")).count().unwrap(), 1);
    }
}
