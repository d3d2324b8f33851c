//! A service whose hub says by itself when it moves.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::{Context, Waker},
};

use crate::common::{self, Device, MINUTE, START, hub};
use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Env, Error, Hear, Heard, Hub, Limits, Page, Pull, Push, Replica, Result,
    Schema, Simulated,
    service::{Event, Service},
    status::State,
};
use driftline_memory::MemoryStore;
use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::{mpsc, watch};

const SECOND: u64 = 1_000;

/// A hub whose calls are counted, and whose connection for listening can be cut.
struct Wire {
    hub: Hub,
    pulls: AtomicU32,
    pushes: AtomicU32,
    fails: AtomicBool,
    cut: watch::Sender<bool>,
    connections: AtomicU32,
}

impl Wire {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            hub: hub(),
            pulls: 0.into(),
            pushes: 0.into(),
            fails: false.into(),
            cut: watch::Sender::new(false),
            connections: 0.into(),
        })
    }

    /// Pulls and pushes since it was last asked.
    fn calls(&self) -> (u32, u32) {
        let take = |it: &AtomicU32| it.swap(0, Ordering::Relaxed);
        (take(&self.pulls), take(&self.pushes))
    }

    fn call(&self, count: &AtomicU32) -> Result<()> {
        count.fetch_add(1, Ordering::Relaxed);
        if self.fails.load(Ordering::Relaxed) {
            return Err(Error::Unavailable { remote: "w".into(), retry_after: None, source: None });
        }
        Ok(())
    }
}

#[async_trait]
impl Backend for Wire {
    fn name(&self) -> String {
        "wire".into()
    }

    fn limits(&self) -> Limits {
        self.hub.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.call(&self.pulls)?;
        self.hub.pull(request).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.call(&self.pushes)?;
        self.hub.push(request).await
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        Some(
            async move {
                self.connections.fetch_add(1, Ordering::Relaxed);
                let hear = Arc::new(Mutex::new(hear));
                let mut cut = self.cut.subscribe();
                loop {
                    let says = hear.clone();
                    let says: Hear<'_> = Box::new(move |it| says.lock().unwrap()(it));
                    let mut listening = self.hub.listen(env, says).unwrap();
                    futures_util::future::select(
                        &mut listening,
                        Box::pin(async { _ = cut.wait_for(|it| *it).await }),
                    )
                    .await;
                    drop(listening);
                    hear.lock().unwrap()(Heard::Lost);
                    _ = cut.wait_for(|it| !*it).await;
                }
            }
            .boxed(),
        )
    }
}

/// A device whose service runs as far as it can whenever it is told to.
struct Running {
    env: Arc<Simulated>,
    replica: Arc<Replica>,
    events: mpsc::UnboundedSender<Event>,
    service: Pin<Box<dyn Future<Output = ()>>>,
}

impl Running {
    fn new(seed: u64, wire: &Arc<Wire>) -> Self {
        let env = Arc::new(Simulated::new(seed, START).patient());
        let store = MemoryStore::new(Schema::registered().unwrap());
        let replica = Arc::new(Replica::open(Arc::new(store), env.clone()).unwrap());
        let (events, heard) = mpsc::unbounded_channel();
        let turn = Box::new(|| Ok(Some(Box::new(()) as Box<dyn std::any::Any + Send>)));
        let mut service = Service::new(replica.clone(), turn, heard);
        service.connect(Some(wire.clone()), 2 * SECOND, 5 * MINUTE);
        let service = Box::pin(async move { service.run().await });
        let mut new = Self { env, replica, events, service };
        new.goes_on();
        new
    }

    fn goes_on(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        // What was woken meanwhile needs another look, for nobody is told.
        for _ in 0..32 {
            assert!(self.service.as_mut().poll(&mut context).is_pending());
        }
    }

    fn pass(&mut self, length: u64) {
        for _ in 0..length.div_ceil(SECOND) {
            self.env.pass(SECOND);
            self.goes_on();
        }
    }

    fn state(&self) -> State {
        self.replica.status(Some("wire")).unwrap().state
    }
}

/// Two devices that are in step.
fn pair() -> (Arc<Wire>, Running, Running) {
    let wire = Wire::new();
    let (mut a, mut b) = (Running::new(1, &wire), Running::new(2, &wire));
    a.pass(2 * SECOND);
    b.pass(2 * SECOND);
    assert_eq!((a.state(), b.state()), (State::Synced, State::Synced));
    wire.calls();
    (wire, a, b)
}

fn write(device: &mut Running, path: &str) {
    let folder = common::Folder { path: Some(path.into()), ..common::Folder::default() };
    device.replica.create(&folder).unwrap();
    device.goes_on();
}

#[test]
fn a_change_costs_one_push_here_and_one_pull_there() {
    let (wire, mut a, mut b) = pair();
    write(&mut a, "/src");
    a.pass(4 * SECOND);
    assert_eq!((wire.calls(), a.state()), ((0, 1), State::Synced));
    b.pass(SECOND);
    assert_eq!((wire.calls(), b.state()), ((1, 0), State::Synced));
    assert_eq!(b.replica.count("folders", &driftline_core::store::Find::new()).unwrap(), 1);
    // Nobody is told of what they did themselves.
    a.pass(3 * SECOND);
    b.pass(3 * SECOND);
    assert_eq!(wire.calls(), (0, 0));
}

#[test]
fn who_listens_asks_for_nothing() {
    let (wire, mut a, _b) = pair();
    a.pass(24 * 60 * MINUTE);
    assert_eq!((wire.calls(), a.state()), ((0, 0), State::Synced));
    // A person who asks means a whole sync.
    a.events.send(Event::Asked).unwrap();
    a.goes_on();
    assert_eq!(wire.calls(), (1, 0));
}

#[test]
fn who_hears_nothing_asks_now_and_then() {
    let (wire, mut a, mut b) = pair();
    wire.cut.send_replace(true);
    a.goes_on();
    write(&mut b, "/src");
    b.pass(3 * SECOND);
    // Not knowing where the hub is, a device reads before it sends.
    assert_eq!(wire.calls(), (1, 1));
    a.pass(4 * MINUTE);
    assert_eq!(wire.calls(), (0, 0));
    a.pass(MINUTE);
    assert_eq!(wire.calls(), (1, 0));
    assert_eq!(a.replica.count("folders", &driftline_core::store::Find::new()).unwrap(), 1);
    wire.cut.send_replace(false);
    a.pass(60 * MINUTE);
    assert_eq!(wire.calls(), (0, 0));
}

#[test]
fn a_hub_that_is_heard_again_is_synced_with_at_once() {
    let (wire, mut a, _b) = pair();
    wire.fails.store(true, Ordering::Relaxed);
    wire.cut.send_replace(true);
    write(&mut a, "/src");
    a.pass(60 * MINUTE);
    assert_eq!(a.state(), State::Offline);
    wire.fails.store(false, Ordering::Relaxed);
    wire.calls();
    wire.cut.send_replace(false);
    a.goes_on();
    assert_eq!((wire.calls(), a.state()), ((0, 1), State::Synced));
}

#[test]
fn a_new_network_and_a_sync_that_succeeds_make_a_new_connection() {
    let (wire, mut a, _b) = pair();
    let connections = || wire.connections.swap(0, Ordering::Relaxed);
    connections();
    a.events.send(Event::Online).unwrap();
    a.pass(3 * SECOND);
    assert_eq!((connections(), wire.calls()), (1, (1, 0)));
    wire.cut.send_replace(true);
    a.goes_on();
    assert_eq!(connections(), 0);
    a.events.send(Event::Asked).unwrap();
    a.goes_on();
    assert_eq!((connections(), wire.calls()), (1, (1, 0)));
}

#[test]
fn two_devices_that_write_at_once_end_equal() {
    let (wire, mut a, mut b) = pair();
    for round in 0..20 {
        write(&mut a, &format!("/a{round}"));
        write(&mut b, &format!("/b{round}"));
        if round % 3 == 0 {
            write(&mut a, &format!("/both{round}"));
            write(&mut b, &format!("/both{round}"));
        }
        a.pass(1 + round * 500);
        b.pass(1 + (20 - round) * 500);
    }
    a.pass(10 * SECOND);
    b.pass(10 * SECOND);
    a.pass(2 * SECOND);
    assert_eq!((a.state(), b.state()), (State::Synced, State::Synced));
    assert_eq!(a.replica.digest().unwrap(), b.replica.digest().unwrap());
    let _counted = wire.calls();
}

#[test]
fn what_is_sent_first_meets_a_hub_that_moved_was_wiped_or_went_back() {
    let device = |seed| Device::new(seed);
    let (a, b, hub) = (device(1), device(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    b.sync(&hub).unwrap();
    // It moved: what was missed is read by the same sync.
    b.rename(id, "B");
    b.sync(&hub).unwrap();
    let other = a.folder("/other");
    let report = futures_executor::block_on(a.replica.send(&hub)).unwrap();
    // Its own row lies behind what it missed, so it comes along.
    assert_eq!((report.sent, report.received, a.name(id).as_deref()), (1, 2, Some("B")));
    // It was wiped: everything is offered again.
    let wiped = common::hub();
    a.rename(other, "A");
    let report = futures_executor::block_on(a.replica.send(&wiped)).unwrap();
    assert_eq!((report.sent, report.restarts), (2, 1));
    b.sync(&wiped).unwrap();
    assert_eq!(a.replica.digest().unwrap(), b.replica.digest().unwrap());
}

#[test]
fn what_is_sent_first_to_a_hub_that_went_back_heals_it() {
    let (a, store) = (Device::new(1), MemoryStore::new(Schema::registered().unwrap()));
    let id = a.folder("/src");
    let hub = Hub::open(Arc::new(store.clone()), "ana", &*a.env).unwrap();
    a.sync(&hub).unwrap();
    let scratch: &dyn driftline_core::Scratch = &store;
    let backup = scratch.copy().unwrap().open(Schema::registered().unwrap()).unwrap();
    for name in ["1", "2", "3"] {
        a.rename(id, name);
        a.folder(&format!("/{name}"));
        a.sync(&hub).unwrap();
    }
    let hub = Hub::open(backup, "ana", &*a.env).unwrap();
    a.rename(id, "4");
    let report = futures_executor::block_on(a.replica.send(&hub)).unwrap();
    assert_eq!(report.restarts, 1);
    assert_eq!(a.replica.status(Some("hub")).unwrap().state, State::Synced);
    let b = Device::new(2);
    b.sync(&hub).unwrap();
    assert_eq!(a.replica.digest().unwrap(), b.replica.digest().unwrap());
}
