//! Devices that listen to a real deployment's functions over its real protocol, with real
//! sessions. Time passes only when the test says so, on both sides.

use std::{any::Any, collections::BTreeMap, sync::Arc};

use driftline_auth::{Calls, FileGate, FileVault, Http, Origin, Session, Tokens};
use driftline_convex::Convex;
use driftline_core::{
    Changed, Millis, Replica, Schema, Simulated, Values,
    service::{Event, News, Service},
    status::State,
};
use driftline_deployment::{Account, Deployment, Options, Stats};
use driftline_entities as _;
use driftline_memory::MemoryStore;
use tempfile::TempDir;
use tokio::sync::{broadcast, mpsc};

const SECOND: Millis = 1_000;
const HOUR: Millis = 3_600 * SECOND;
const START: Millis = 1_790_000_000_000;

/// A deployment and devices, all on clocks that the test moves.
struct World {
    deployment: Deployment,
    now: Millis,
    devices: Vec<Device>,
}

struct Device {
    env: Arc<Simulated>,
    replica: Arc<Replica>,
    news: broadcast::Receiver<News>,
    changes: broadcast::Receiver<Changed>,
    // The service ends with it.
    _events: mpsc::UnboundedSender<Event>,
    _profile: TempDir,
}

impl World {
    /// Two devices of one person that are in step and listen.
    async fn new() -> Self {
        let inside = Some(env!("CARGO_MANIFEST_DIR").into());
        let options = Options { inside, ..Options::default() };
        let deployment = Deployment::start(options).await.unwrap();
        let mut world = Self { deployment, now: START, devices: Vec::new() };
        world.pass(0).await;
        for seed in [1, 2] {
            let device = world.device(seed).await;
            world.devices.push(device);
        }
        let mut all = std::mem::take(&mut world.devices);
        for device in &mut all {
            device.is_synced().await;
        }
        world.devices = all;
        // Everybody has connected, and was told where the hub is.
        while world.stats().await.connections < 2 || world.calls("sync:head").await < 2 {}
        world.settle().await;
        world
    }

    async fn device(&self, seed: u64) -> Device {
        let env = Arc::new(Simulated::new(seed, self.now).patient());
        let profile = tempfile::tempdir().unwrap();
        let tokens = self.deployment.token(&Account::github(7)).await.unwrap();
        let origin = Origin::of_deployment(self.deployment.url()).unwrap();
        let session = Arc::new(Session::new(
            Calls::new(origin.clone(), Arc::new(Http::new(env.clone()).unwrap())),
            Arc::new(FileVault::new(profile.path())),
            Arc::new(FileGate::new(profile.path())),
            env.clone(),
        ));
        session.keep(Tokens::new(tokens.token, tokens.refresh_token).unwrap()).await.unwrap();
        let remote = Convex::new(origin, env.clone(), Some(session)).unwrap();

        let store = MemoryStore::new(Schema::registered().unwrap());
        let replica = Arc::new(Replica::open(Arc::new(store), env.clone()).unwrap());
        let (events, heard) = mpsc::unbounded_channel();
        let turn = Box::new(|| Ok(Some(Box::new(()) as Box<dyn Any + Send>)));
        let mut service = Service::new(replica.clone(), turn, heard);
        let (news, changes) = (service.subscribe(), replica.subscribe());
        service.connect(Some(Arc::new(remote)), 2 * SECOND, 300 * SECOND);
        tokio::spawn(async move { service.run().await });
        Device { env, replica, news, changes, _events: events, _profile: profile }
    }

    /// Lets time pass for everybody, in steps that no sign of life is late for.
    async fn pass(&mut self, length: Millis) {
        let end = self.now + length;
        loop {
            let step = (15 * SECOND).min(end - self.now);
            self.now += step;
            let now = i64::try_from(self.now).unwrap();
            self.deployment.set_clock(Some(now)).await.unwrap();
            for device in &self.devices {
                device.env.pass(step);
            }
            // A call that came of it takes no time.
            let mut quiet = 0;
            while quiet < 2 {
                quiet = if self.stats().await.open == 0 { quiet + 1 } else { 0 };
            }
            if self.now == end {
                return;
            }
        }
    }

    /// Waits until what was begun is done: as long as anything is called, there is more.
    async fn settle(&self) {
        let mut before = self.counts().await;
        let mut quiet = 0;
        while quiet < 20 {
            let now = self.counts().await;
            quiet = if now == before { quiet + 1 } else { 0 };
            before = now;
        }
    }

    async fn stats(&self) -> Stats {
        self.deployment.stats().await.unwrap()
    }

    async fn counts(&self) -> BTreeMap<String, u64> {
        self.stats().await.functions.into_iter().map(|(name, it)| (name, it.calls)).collect()
    }

    async fn calls(&self, function: &str) -> u64 {
        self.counts().await.get(function).copied().unwrap_or(0)
    }
}

impl Device {
    async fn is_synced(&mut self) {
        loop {
            while !matches!(self.news.recv().await.unwrap(), News::Synced(_)) {}
            // The next one may have begun by now; it tells when it is done, too.
            match self.replica.status(Some("c")).unwrap().state {
                State::Syncing => (),
                state => return assert_eq!(state, State::Synced),
            }
        }
    }

    fn write(&self, title: &str) {
        let values = Values::from([("title".into(), title.into())]);
        self.replica.create_values("inbox", &values).unwrap();
    }
}

/// What was called in between.
fn between(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let more = after.iter().map(|(name, it)| (name.clone(), it - before.get(name).unwrap_or(&0)));
    more.filter(|(_, it)| *it > 0).collect()
}

#[tokio::test]
async fn a_change_is_elsewhere_at_once_and_costs_one_push_and_one_pull() {
    let mut world = World::new().await;
    for round in 0..5 {
        let before = world.counts().await;
        world.devices[0].write(&format!("note {round}"));
        world.settle().await;
        world.pass(2 * SECOND).await;
        // No time passes from here on: it comes without anybody asking now and then.
        world.devices[0].is_synced().await;
        let changed = world.devices[1].changes.recv().await.unwrap();
        assert_eq!((changed.entity.as_str(), changed.here), ("inbox", false));
        world.devices[1].is_synced().await;
        world.settle().await;
        let mut calls = between(&before, &world.counts().await);
        assert!(calls.remove("sync:head").is_some(), "the subscriptions");
        let page = if round == 0 { "sync:getFullState" } else { "sync:getChangesSince" };
        let expected = [("sync:pushChanges".into(), 1), (page.into(), 1)];
        assert_eq!(calls, BTreeMap::from(expected));
    }
}

#[tokio::test]
async fn who_listens_costs_one_token_an_hour_and_nothing_else() {
    let mut world = World::new().await;
    let (before, connections) = (world.counts().await, world.stats().await.connections);
    world.pass(3 * HOUR).await;
    world.settle().await;
    let mut calls = between(&before, &world.counts().await);
    // A real deployment runs the subscribed query again only for the device whose token
    // is a new one; the local one has no read sets.
    calls.remove("sync:head");
    assert_eq!(calls, BTreeMap::from([("auth:signIn".into(), 2 * 3)]));
    assert_eq!(world.stats().await.connections, connections);
    // And it still hears.
    world.devices[0].write("after three hours");
    world.settle().await;
    world.pass(2 * SECOND).await;
    assert_eq!(world.devices[1].changes.recv().await.unwrap().entity, "inbox");
}

#[tokio::test]
async fn a_deployment_that_was_wiped_is_filled_again_by_whoever_listens() {
    let mut world = World::new().await;
    world.devices[0].write("kept");
    world.settle().await;
    world.pass(2 * SECOND).await;
    world.devices[0].is_synced().await;
    world.devices[1].is_synced().await;
    let empty = world.deployment.snapshot().await.unwrap();
    world.devices[1].write("lost there");
    world.settle().await;
    world.pass(2 * SECOND).await;
    world.devices[1].is_synced().await;
    world.devices[0].is_synced().await;
    // It goes back to a backup. Nobody writes, and no time passes.
    world.deployment.restore(&empty).await.unwrap();
    world.devices[0].is_synced().await;
    world.devices[1].is_synced().await;
    world.settle().await;
    let digests: Vec<_> = world.devices.iter().map(|it| it.replica.digest().unwrap()).collect();
    assert_eq!(digests[0], digests[1]);
    let count = |it: &Device| it.replica.count("inbox", &driftline_core::store::Find::new());
    assert_eq!(count(&world.devices[0]).unwrap(), 2);
    let statuses = world.devices.iter().map(|it| it.replica.status(Some("c")).unwrap().state);
    assert_eq!(statuses.collect::<Vec<_>>(), [State::Synced; 2]);
}
