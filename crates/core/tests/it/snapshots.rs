//! A device without rows takes in everything that a hub has at once.

use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Error, Hub, Limits, Page, Pull, Push, Result, Schema, Snapshot, Stamp, Store,
    TakeSnapshot, Value,
    device::Imported,
    hub::load,
    status::State,
    store::{Durability, Stored},
};
use driftline_memory::MemoryStore;

use crate::common::{Device, calls::page, hub, hub_of, imported, wire::offline};

/// A hub that gives all its rows at once, as one in a file does.
struct Giving {
    store: MemoryStore,
    hub: Hub,
    /// It can be asked for pages, too.
    answers: bool,
}

impl Giving {
    fn new() -> Self {
        let store = MemoryStore::new(Schema::registered().unwrap());
        Self { hub: hub_of(store.clone(), "ana"), store, answers: true }
    }
}

#[async_trait]
impl Backend for Giving {
    fn name(&self) -> String {
        self.hub.name()
    }

    fn limits(&self) -> Limits {
        self.hub.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        if self.answers { self.hub.pull(request).await } else { Err(offline()) }
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.hub.push(request).await
    }

    async fn snapshot(&self, into: &dyn Store, take: TakeSnapshot<'_>) -> Result<Option<u64>> {
        let (store, mut rows): (&dyn Store, _) = (&self.store, Vec::new());
        let state = store.view(|tx| {
            tx.each_row(|entity, it| {
                rows.push((entity.to_owned(), Stored { seq: Default::default(), ..it }));
                Ok(())
            })?;
            load(tx)
        })?;
        let state = state.unwrap();
        let snapshot = Snapshot {
            has_purged: rows.iter().any(|(_, it)| it.row.is_purged()),
            page: page(&self.hub, state.head.into(), 1),
            latest: state.latest(),
        };
        let count = rows.len() as u64;
        into.transact(Durability::Normal, |tx| {
            rows.iter().try_for_each(|(entity, it)| tx.insert(entity, it))?;
            take(tx, snapshot)
        })?;
        Ok(Some(count))
    }
}

#[test]
fn a_new_device_takes_everything_at_once_and_nothing_twice() {
    let (a, b, hub) = (Device::new(1), Device::new(2), Giving::new());
    let id = a.folder("/src");
    a.env.pass(1_000);
    a.rename(id, "Engine");
    a.folder("/other");
    a.sync(&hub).unwrap();
    let report = b.sync(&hub).unwrap();
    assert_eq!((report.received, report.sent, report.restarts), (2, 0, 0));
    assert_eq!(b.replica.digest().unwrap(), a.replica.digest().unwrap());
    assert_eq!(b.replica.status(Some("hub")).unwrap().state, State::Synced);
    // What is written here comes after all of it.
    let stamp = |device: &Device, id, field| {
        device.transact(|tx| tx.get("folders", id)).unwrap().row.cell(field).unwrap().stamp
    };
    b.rename(id, "Motor");
    assert!(!b.batch(1).sent[0].change.birth, "the hub has had it");
    let new = b.folder("/new");
    assert!(stamp(&b, new, "path") > stamp(&a, id, "name"));
    assert_eq!(b.sync(&hub).unwrap().sent, 2);
}

#[test]
fn who_took_everything_belongs_to_that_hub() {
    let (a, b, giving) = (Device::new(1), Device::new(2), Giving::new());
    a.folder("/src");
    a.sync(&giving).unwrap();
    let hub_alone = Giving { answers: false, ..giving };
    b.sync(&hub_alone).unwrap_err();
    let others = hub_of(MemoryStore::new(Schema::registered().unwrap()), "bob");
    let error = b.sync(&others).unwrap_err();
    assert!(matches!(error, Error::SignIn { .. }), "{error}");
    // Of the same person without the rows.
    assert_eq!(b.sync(&hub()).unwrap().sent, 1);
}

#[test]
fn marks_among_what_was_taken_count() {
    let (a, b, giving) = (Device::new(1), Device::new(2), Giving::new());
    let folder = a.folder("/src");
    a.sync(&giving).unwrap();
    a.replica.purge("folders", folder).unwrap();
    a.sync(&giving).unwrap();
    b.sync(&giving).unwrap();
    let entity = b.replica.schema().entity("lines").unwrap();
    let of = ("folder".into(), Value::from(folder.to_string()), Stamp::machine(1, 1, 1, 1));
    let done = b.replica.write(|tx| tx.import(entity, imported("line"), vec![of], Vec::new()));
    assert_eq!(done.unwrap(), Imported::Purged);
}
