//! What a service does when people and other programs interfere, and what it tells.

use std::{
    any::Any,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use crate::common::{Device, MINUTE, hub};
use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Env, Error, Hub, Limits, Page, Pull, Push, Result,
    service::{Event, News, Service},
};
use futures_executor::block_on;
use tokio::sync::{broadcast, mpsc};

/// A hub that nobody is signed in to, or that does not answer, as told.
struct Gate {
    hub: Hub,
    signed_in: AtomicBool,
    stands_still: AtomicBool,
    calls: AtomicU32,
}

#[async_trait]
impl Backend for Gate {
    fn name(&self) -> String {
        "gate".into()
    }

    fn limits(&self) -> Limits {
        self.hub.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if !self.signed_in.load(Ordering::Relaxed) {
            return Err(Error::signed_out(self.name()));
        }
        if self.stands_still.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.hub.pull(request).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.hub.push(request).await
    }
}

struct World {
    a: Device,
    gate: Arc<Gate>,
    service: Service,
    events: mpsc::UnboundedSender<Event>,
    news: broadcast::Receiver<News>,
    turn: Arc<Mutex<bool>>,
}

impl World {
    fn new() -> Self {
        let a = Device::new(1);
        let gate = Arc::new(Gate {
            hub: hub(),
            signed_in: true.into(),
            stands_still: false.into(),
            calls: 0.into(),
        });
        let (events, heard) = mpsc::unbounded_channel();
        let turn = Arc::new(Mutex::new(true));
        let is_free = turn.clone();
        let take = Box::new(move || {
            Ok(is_free.lock().unwrap().then(|| Box::new(()) as Box<dyn Any + Send>))
        });
        let mut service = Service::new(a.replica.clone(), take, heard);
        let news = service.subscribe();
        service.connect(Some(gate.clone()), 2_000, 10 * MINUTE);
        let mut new = Self { a, gate, service, events, news, turn };
        assert_eq!(new.news(), [News::Connected(Some("gate".into()))]);
        new
    }

    fn steps(&mut self, count: usize) {
        for _ in 0..count {
            assert!(block_on(self.service.step()));
        }
    }

    /// A step that a person's order ends, for nothing else would.
    fn hear(&mut self, event: Event) {
        self.events.send(event).unwrap();
        self.steps(1);
    }

    fn news(&mut self) -> Vec<News> {
        std::iter::from_fn(|| self.news.try_recv().ok()).collect()
    }

    fn calls(&self) -> u32 {
        self.gate.calls.swap(0, Ordering::Relaxed)
    }
}

fn is_synced(news: &News) -> bool {
    matches!(news, News::Synced(_))
}

#[test]
fn a_pause_holds_until_a_person_ends_it() {
    let mut world = World::new();
    world.steps(1);
    let news = world.news();
    assert!(news[0] == News::Begun && is_synced(&news[1]), "{news:?}");
    world.hear(Event::Paused);
    assert_eq!(world.news(), [News::Paused]);
    world.calls();
    world.a.folder("/src");
    for event in [Event::Online, Event::Unblocked, Event::Paused] {
        world.hear(event);
    }
    // The write is heard, too, and nothing comes of it.
    world.steps(1);
    assert_eq!((world.calls(), world.a.waiting()), (0, 1));
    assert_eq!(world.news(), []);
    world.hear(Event::Resumed);
    world.steps(1);
    assert_eq!(world.a.waiting(), 0);
    let news = world.news();
    assert!(news[0] == News::Resumed && is_synced(&news[2]), "{news:?}");
}

#[test]
fn during_a_pause_one_sync_can_be_asked_for() {
    let mut world = World::new();
    world.steps(1);
    world.a.folder("/src");
    world.hear(Event::Paused);
    world.hear(Event::Asked);
    world.steps(1);
    assert_eq!(world.a.waiting(), 0);
    world.a.folder("/other");
    world.calls();
    world.hear(Event::Online);
    world.steps(2);
    assert_eq!((world.calls(), world.a.waiting()), (0, 1));
}

#[test]
fn a_pause_and_an_end_break_off_a_sync_that_stands_still() {
    let mut world = World::new();
    world.gate.stands_still.store(true, Ordering::Relaxed);
    // What else is said meanwhile is not forgotten.
    world.events.send(Event::Asked).unwrap();
    world.hear(Event::Paused);
    assert_eq!(world.news(), [News::Begun, News::Paused]);
    assert_eq!(world.calls(), 1);

    world.events.send(Event::Resumed).unwrap();
    world.steps(1);
    drop(world.events);
    assert!(!block_on(world.service.step()));
    assert_eq!(world.a.replica.status(Some("gate")).unwrap().state.word(), "offline");
}

#[test]
fn a_sign_in_elsewhere_is_enough() {
    let mut world = World::new();
    world.gate.signed_in.store(false, Ordering::Relaxed);
    world.steps(1);
    let news = world.news();
    let [_, News::Failed { failure, again_in: None }] = &news[..] else { panic!("{news:?}") };
    assert_eq!(failure.code, "signed_out");
    world.gate.signed_in.store(true, Ordering::Relaxed);
    world.hear(Event::Unblocked);
    world.steps(1);
    assert!(is_synced(&world.news()[1]));
    // Where nothing was in the way, nothing has gone out of it.
    world.calls();
    let before = world.a.env.monotonic();
    world.hear(Event::Unblocked);
    world.steps(1);
    assert!(world.calls() == 0 && world.a.env.monotonic() - before >= 10 * MINUTE);
}

#[test]
fn another_process_has_its_turn_first() {
    let mut world = World::new();
    *world.turn.lock().unwrap() = false;
    world.steps(1);
    assert_eq!((world.news(), world.calls()), (vec![News::Elsewhere], 0));
    *world.turn.lock().unwrap() = true;
    world.steps(2);
    assert!(is_synced(&world.news()[1]));
    assert!((2_000..3_000).contains(&world.a.env.monotonic()));
}

#[test]
fn with_another_remote_it_begins_anew_and_with_none_it_rests() {
    let mut world = World::new();
    world.steps(1);
    world.service.connect(None, 0, 0);
    assert_eq!(world.news().pop(), Some(News::Connected(None)));
    world.calls();
    world.hear(Event::Asked);
    world.hear(Event::Online);
    assert_eq!(world.calls(), 0);
    let other = Arc::new(hub());
    world.service.connect(Some(other), 2_000, MINUTE);
    world.steps(1);
    let news = world.news();
    let [News::Connected(Some(name)), News::Begun, News::Synced(report)] = &news[..] else {
        panic!("{news:?}")
    };
    assert_eq!((name.as_str(), report.restarts), ("ana", 1));
}
