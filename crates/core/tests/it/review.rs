//! What a first sync would do is foretold, and then it does that; and what was read for it
//! is not read again.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::common::{Device, Folder, MINUTE, hub, hub_of, imported};
use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Durability, Hub, Limits, PROTOCOL, Page, Pull, Push, Result, Schema,
    device::{self, Exclusions},
    mirror::Mirror,
    review::{Counts, Review, review},
    status::State,
    store::{AuditKind, Find},
};
use driftline_memory::MemoryStore;
use futures_executor::block_on;

/// A hub that counts the rows it gives and takes.
struct Counted {
    hub: Hub,
    given: AtomicU64,
    taken: AtomicU64,
    rows: usize,
}

impl Counted {
    fn new(hub: Hub, rows: usize) -> Arc<Self> {
        Arc::new(Self { hub, given: AtomicU64::new(0), taken: AtomicU64::new(0), rows })
    }

    fn given(&self) -> u64 {
        self.given.swap(0, Ordering::Relaxed)
    }
}

#[async_trait]
impl Backend for Counted {
    fn name(&self) -> String {
        self.hub.name()
    }

    fn limits(&self) -> Limits {
        Limits { rows: self.rows, ..Hub::LIMITS }
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        let page = self.hub.pull(request).await?;
        self.given.fetch_add(page.changes.len() as u64, Ordering::Relaxed);
        Ok(page)
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.taken.fetch_add(request.changes.len() as u64, Ordering::Relaxed);
        self.hub.push(request).await
    }
}

fn mirror() -> Mirror {
    Mirror::new(Arc::new(MemoryStore::new(Schema::registered().unwrap())))
}

fn follow(mirror: &Mirror, hub: &dyn Backend) -> u64 {
    block_on(mirror.follow(hub, &|_, _| ())).unwrap().received
}

fn foretell(device: &Device, mirror: &Mirror) -> Review {
    device.replica.read(|here| mirror.read(|there| review(here, there))).unwrap()
}

/// A cloud with five folders, and a device that shares some of them in every way.
fn world() -> (Arc<Counted>, Device, Device) {
    let hub = Counted::new(hub(), 2);
    let (cloud, here) = (Device::new(1), Device::new(2));
    for device in [&cloud, &here] {
        device.import(imported("same"), 1, &[("path", "/same"), ("name", "Same")]);
    }
    cloud.folder("/only/there");
    let twin = cloud.folder("/twin");
    cloud.rename(twin, "Their name");
    cloud.import(imported("grown"), 2, &[("path", "/grown"), ("name", "More complete")]);
    cloud.folder("/plain/twin");
    cloud.sync(&*hub).unwrap();

    // Written later than what is there.
    here.env.pass(MINUTE);
    here.folder("/only/here");
    let twin = here.folder("/twin");
    here.rename(twin, "My name");
    here.import(imported("grown"), 1, &[("path", "/grown"), ("name", "Less")]);
    here.folder("/plain/twin");
    here.folder("/kept/here");
    let rules = Exclusions { folders: vec!["/kept".into()], rows: Vec::new() };
    here.replica.exclude(&rules).unwrap();
    (hub, cloud, here)
}

#[test]
fn every_row_is_foretold_and_then_it_comes_to_that() {
    let (hub, cloud, here) = world();
    let mirror = mirror();
    hub.given();
    assert_eq!(follow(&mirror, &*hub), 5);
    assert_eq!(hub.given(), 5);
    let told = foretell(&here, &mirror);
    let counts =
        Counts { only_here: 1, only_there: 1, same: 2, merge: 1, conflict: 1, excluded: 1 };
    assert_eq!(told.entities["folders"], counts);
    let clash = &told.clashes[0];
    assert_eq!((clash.field.as_str(), told.clashes.len()), ("name", 1));
    assert_eq!((clash.here_value.as_str(), clash.here_stands), (Some("My name"), true));
    assert_eq!(hub.taken.load(Ordering::Relaxed), 5, "nothing was sent for it");
    assert!(here.replica.read(|tx| device::link(tx)).unwrap().identity.is_none());

    // What is read by then is not read again.
    assert_eq!(follow(&mirror, &*hub), 0);
    let first = mirror.before(hub.clone());
    here.sync(&first).unwrap();
    let again = hub.given();
    assert!(again <= 2, "only the facts about twins are new: {again}");
    cloud.sync(&*hub).unwrap();
    here.sync(&*hub).unwrap();
    cloud.sync(&*hub).unwrap();
    assert_eq!(here.replica.status(Some("hub")).unwrap().state, State::Synced);
    let names = |it: &Device| {
        let all = it.replica.list::<Folder>(&Find::new().ascending("path")).unwrap();
        all.into_iter().map(|it| (it.value.path, it.value.name)).collect::<Vec<_>>()
    };
    let mut mine = names(&here);
    mine.retain(|(path, _)| path.as_deref() != Some("/kept/here"));
    assert_eq!(mine, names(&cloud));
    assert_eq!(mine.len(), 6);
    assert!(mine.contains(&(Some("/grown".into()), Some("More complete".into()))));
    assert!(mine.contains(&(Some("/twin".into()), Some("My name".into()))));
    // Nothing is foretold any more.
    let fresh = self::mirror();
    follow(&fresh, &*hub);
    let told = foretell(&here, &fresh);
    let counts = Counts { same: 6, excluded: 1, ..Counts::default() };
    assert_eq!((&told.entities["folders"], told.clashes.len()), (&counts, 0));
}

#[test]
fn rows_that_left_their_numbers_are_not_read_twice() {
    let (hub, cloud) = (Counted::new(hub(), 2), Device::new(1));
    let folders = ["/a", "/b", "/c"].map(|it| cloud.folder(it));
    for name in ["one", "other"] {
        folders.iter().for_each(|it| cloud.rename(*it, name));
        cloud.sync(&*hub).unwrap();
    }
    // Six numbers were given out, of which three are left.
    let mirror = mirror();
    assert_eq!(follow(&mirror, &*hub), 3);
    assert_eq!(follow(&mirror, &*hub), 0);
    cloud.rename(folders[1], "a third one");
    cloud.sync(&*hub).unwrap();
    assert_eq!(follow(&mirror, &*hub), 1);
    let names = mirror.read(|tx| {
        let found = tx.find("folders", &Find::new().ascending("path"))?;
        Ok(found.iter().map(|it| it.row.value("name").cloned()).collect::<Vec<_>>())
    });
    let names = names.unwrap().into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(names, ["other", "a third one", "other"]);
}

#[test]
fn a_cloud_that_moves_on_is_read_further_and_one_that_was_wiped_anew() {
    let (hub, cloud, here) = world();
    let mirror = mirror();
    follow(&mirror, &*hub);
    cloud.folder("/new/there");
    cloud.rename(cloud.folder("/newer"), "changed while it was looked at");
    cloud.sync(&*hub).unwrap();
    assert_eq!(follow(&mirror, &*hub), 2);
    assert_eq!(foretell(&here, &mirror).entities["folders"].only_there, 3);

    let schema = Schema::registered().unwrap();
    let wiped = Counted::new(hub_of(MemoryStore::new(schema), "ana"), 2);
    cloud.sync(&*wiped).unwrap();
    assert_eq!(follow(&mirror, &*wiped), 7);
    assert_eq!(foretell(&here, &mirror).entities["folders"].only_there, 3);
}

#[test]
fn a_hub_that_was_wiped_after_the_review_is_met_as_it_is() {
    let (hub, cloud, here) = world();
    let mirror = mirror();
    follow(&mirror, &*hub);
    let schema = Schema::registered().unwrap();
    let wiped = Counted::new(hub_of(MemoryStore::new(schema), "ana"), 2);
    let first = mirror.before(wiped.clone());
    here.sync(&first).unwrap();
    assert_eq!(here.replica.status(Some("hub")).unwrap().state, State::Synced);
    cloud.sync(&*wiped).unwrap();
    here.sync(&*wiped).unwrap();
    assert_eq!(here.replica.count("folders", &Find::new()).unwrap(), 7);
}

#[test]
fn a_merge_that_is_stopped_half_way_goes_on_without_the_mirror() {
    let (hub, cloud, here) = world();
    let mirror = mirror();
    follow(&mirror, &*hub);
    let first = mirror.before(hub.clone());
    // Two pages, and then the program dies.
    for _ in 0..2 {
        let position = here.replica.read(|tx| device::position(tx)).unwrap();
        let pull = Pull { protocol: PROTOCOL, cursor: position.cursor, rows: 2, bytes: 1 << 20 };
        let page = block_on(first.pull(pull)).unwrap();
        assert!(page.next < page.head, "the hub itself has the last word");
        let moment = here.replica.moment();
        let store: &dyn driftline_core::Store = &here.store;
        let adopt = |tx: &mut dyn driftline_core::store::StoreTx| {
            device::adopt(tx, &moment, &position, page.clone())
        };
        store.transact(Durability::Normal, adopt).unwrap();
    }
    here.sync(&*hub).unwrap();
    cloud.sync(&*hub).unwrap();
    here.sync(&*hub).unwrap();
    assert_eq!(here.replica.status(Some("hub")).unwrap().state, State::Synced);
    assert_eq!(here.replica.count("folders", &Find::new()).unwrap(), 7);
    let conflicts = here.replica.audit(Some(AuditKind::Conflict), 9).unwrap();
    assert!(conflicts.len() <= 1, "{conflicts:?}");
}
