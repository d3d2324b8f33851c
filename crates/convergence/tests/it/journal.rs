//! The journal of changes, on every store: what a reader that follows it is told.

use std::sync::Arc;

use driftline_core::{
    Backend, BackendPlugin, Durability, Error, Hub, Id, Replica, Schema, Scratch, Simulated, Stamp,
    Store, Value, Values,
    store::{JOURNAL_LENGTH, Journal},
};
use driftline_entities as _;
use driftline_memory as _;
use driftline_sqlite as _;
use futures_executor::block_on;

const START: u64 = 1_790_000_000_000;

/// One empty place of every backend that keeps rows.
fn scratches() -> Vec<(&'static str, Box<dyn Scratch>)> {
    let plugins = driftline_core::inventory::iter::<BackendPlugin>.into_iter();
    let all: Vec<_> = plugins.filter_map(|it| Some((it.name, it.scratch?().unwrap()))).collect();
    assert!(all.len() >= 2, "memory and SQLite are linked");
    all
}

pub(crate) fn on_every_store(test: impl Fn(&'static str, Arc<dyn Store>)) {
    for (name, scratch) in scratches() {
        test(name, scratch.open(Schema::registered().unwrap()).unwrap());
    }
}

fn replica(store: Arc<dyn Store>, seed: u64) -> Replica {
    Replica::open(store, Arc::new(Simulated::new(seed, START))).unwrap()
}

fn journal(store: &dyn Store) -> Journal {
    store.view(|tx| tx.journal()).unwrap()
}

fn changed(store: &dyn Store, after: u64) -> Vec<(u64, String, Id)> {
    let noted = store.view(|tx| tx.changed_since(after, usize::MAX)).unwrap();
    noted.into_iter().map(|it| (it.revision, it.entity, it.id)).collect()
}

fn values(name: &str) -> Values {
    Values::from([("name".to_owned(), Value::from(name))])
}

#[test]
fn each_write_is_noted_in_order_and_no_other_call() {
    on_every_store(|name, store| {
        assert_eq!(journal(&*store), Journal { first: 1, last: 0 }, "{name}");
        let replica = replica(store.clone(), 1);
        let one = replica.create_values("sessions", &values("one")).unwrap();
        let other = replica.create_values("sessions", &values("other")).unwrap();
        replica.update_values("sessions", one, &values("first")).unwrap();
        replica.set_deleted("sessions", other, true).unwrap();
        let sessions = |revision, id| (revision, "sessions".to_owned(), id);
        let all = [sessions(1, one), sessions(2, other), sessions(3, one), sessions(4, other)];
        assert_eq!(changed(&*store, 0), all, "{name}");
        assert_eq!(changed(&*store, 2), all[2..], "{name}");
        assert_eq!(changed(&*store, u64::MAX), [], "{name}");
        assert_eq!(journal(&*store), Journal { first: 1, last: 4 }, "{name}");

        replica.set_deleted("sessions", other, true).unwrap();
        assert!(replica.create_values("sessions", &values("first")).is_err());
        assert_eq!(journal(&*store).last, 4, "{name}: nothing changed");
    });
}

#[test]
fn a_transaction_notes_a_row_once_and_a_failed_one_nothing() {
    on_every_store(|name, store| {
        let (one, other) = (Id::imported(1, &["a"]), Id::imported(2, &["b"]));
        let note_all = |tx: &mut dyn driftline_core::store::StoreTx| {
            for id in [one, other, one, one] {
                tx.note("sessions", id)?;
            }
            tx.note("messages", one)
        };
        store.transact(Durability::Normal, note_all).unwrap();
        let noted: Vec<_> = changed(&*store, 0).into_iter().map(|(_, it, id)| (it, id)).collect();
        let row = |entity: &str, id| (entity.to_owned(), id);
        let wanted = [row("sessions", one), row("sessions", other), row("messages", one)];
        assert_eq!(noted, wanted, "{name}");

        let failed = store.transact(Durability::Normal, |tx| {
            note_all(tx)?;
            Err::<(), _>(Error::bad_id("no"))
        });
        assert!(failed.is_err());
        store.transact(Durability::Normal, |tx| tx.set_meta("key", Some("value"))).unwrap();
        assert_eq!(journal(&*store).last, 3, "{name}");
    });
}

#[test]
fn an_import_is_noted_where_it_changed_something() {
    on_every_store(|name, store| {
        let replica = replica(store.clone(), 1);
        let entity = replica.schema().entity("messages").unwrap();
        let id = Id::imported(1, &["m"]);
        let import = |completeness, text: &str, position: i64| {
            let stamp = Stamp::machine(1, completeness, 1, 1);
            let row: driftline_core::Row =
                [("text", stamp, Value::from(text))].into_iter().collect();
            let local = vec![("position".into(), Value::from(position))];
            replica
                .write_with(Durability::Normal, |tx| {
                    tx.import(entity, id, row.into_cells().collect(), local.clone())
                })
                .unwrap();
            journal(&*store).last
        };
        assert_eq!(import(1, "a", 1), 1, "{name}: new");
        assert_eq!(import(1, "a", 1), 1, "{name}: the same");
        assert_eq!(import(2, "ab", 1), 2, "{name}: grown");
        assert_eq!(import(1, "a", 1), 2, "{name}: less than is here");
        assert_eq!(import(2, "ab", 2), 3, "{name}: what stays here");
    });
}

#[test]
fn what_a_sync_brings_is_noted_and_what_it_takes_away_is_not() {
    let schema = Schema::registered().unwrap();
    let places = scratches();
    let remote = places[0].1.open(schema).unwrap();
    let hub = Hub::open(remote, "ana", &Simulated::new(9, START)).unwrap();
    let hub: &dyn Backend = &hub;
    on_every_store(|name, store| {
        let mine = replica(store.clone(), 1);
        let place = places[1].1.copy().unwrap();
        let there = place.open(schema).unwrap();
        // Other ids on every store: they meet at one hub.
        let theirs = replica(there.clone(), 2 + u64::from(name == "sqlite"));
        block_on(mine.sync(hub)).unwrap();
        block_on(theirs.sync(hub)).unwrap();
        let start = journal(&*store).last;

        let id = theirs.create_values("sessions", &values(name)).unwrap();
        let told = journal(&*there).last;
        block_on(theirs.sync(hub)).unwrap();
        assert_eq!(journal(&*there).last, told, "{name}: sending is no change");
        block_on(mine.sync(hub)).unwrap();
        let brought: Vec<_> = changed(&*store, start).into_iter().map(|it| it.2).collect();
        assert_eq!(brought, [id], "{name}");
        block_on(mine.sync(hub)).unwrap();
        assert_eq!(journal(&*store).last, start + 1, "{name}");
    });
}

#[test]
fn rows_that_turn_out_to_be_one_are_noted() {
    on_every_store(|name, store| {
        let replica = replica(store.clone(), 1);
        let mut by_hand = values("Parser");
        by_hand.insert("cwd".into(), "/w".into());
        let made = replica.create_values("sessions", &by_hand).unwrap();
        let entity = replica.schema().entity("sessions").unwrap();
        let read = Id::imported(1, &["s"]);
        let stamp = Stamp::machine(1, 1, 1, 1);
        let row: driftline_core::Row =
            by_hand.iter().map(|(it, value)| (it.clone(), stamp, value.clone())).collect();
        replica
            .write_with(Durability::Normal, |tx| {
                tx.import(entity, read, row.into_cells().collect(), Vec::new())
            })
            .unwrap();
        let facts = changed(&*store, 0).into_iter().filter(|it| it.1 == "aliases").count();
        assert_eq!(facts, 1, "{name}: {made} and {read} are one");
    });
}

#[test]
fn the_journal_is_bounded_and_says_who_has_to_start_over() {
    on_every_store(|name, store| {
        let mut next = 0;
        let mut write = |count: u64| {
            let ids = next..next + count;
            next += count;
            store
                .transact(Durability::Normal, |tx| {
                    ids.clone().try_for_each(|it| tx.note("messages", Id::imported(it, &[])))
                })
                .unwrap();
        };
        write(JOURNAL_LENGTH);
        assert!(journal(&*store).reaches(0), "{name}");
        write(5_000);
        let found = journal(&*store);
        assert_eq!(found.last, JOURNAL_LENGTH + 5_000, "{name}");
        // A store may cut the beginning in steps.
        assert!((2..=5_001).contains(&found.first), "{name}: {found:?}");
        assert!(found.reaches(found.first - 1) && !found.reaches(found.first - 2), "{name}");
        assert!(found.reaches(found.last) && !found.reaches(found.last + 1), "{name}");
        let first = &store.view(|tx| tx.changed_since(0, 1)).unwrap()[0];
        let expected = (found.first, Id::imported(found.first - 1, &[]));
        assert_eq!((first.revision, first.id), expected, "{name}");
    });
}
