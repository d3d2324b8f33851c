//! Databases in step through a hub, once and by themselves.

use driftline::{Id, SqliteHub, core::service::News, status::State};

use crate::common::{Folder, Note, note};

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

#[test]
fn a_sync_may_be_asked_for_inside_a_runtime() {
    let folder = Folder::new();
    let (db, hub) = (folder.open("a.db"), hub(&folder));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { db.sync(&hub) }).unwrap();
}

/// Waits until `db` has heard of the row.
fn wait_for(db: &driftline::Db, id: Id<Note>) {
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
