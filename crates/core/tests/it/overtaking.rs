//! Two processes of one device that sync at the same time, as they may where the lock that
//! keeps a profile to one of them does not work.

use std::sync::{Arc, Mutex};

use crate::common::{Device, START, hub};
use async_trait::async_trait;
use driftline_core::{
    Answer, Answers, Backend, Hub, Limits, Page, Pull, Push, Replica, Result, Store, device,
    store::Durability,
};
use futures_executor::block_on;

/// What happens while a call is on the wire.
type Meanwhile = Box<dyn Fn(&Hub) + Send + Sync>;

/// A hub behind a slow wire: something happens before the first push arrives, and something
/// before its answer does.
struct Slow {
    hub: Hub,
    before: Mutex<Option<Meanwhile>>,
    after: Mutex<Option<Meanwhile>>,
    pushes: Mutex<Vec<Push>>,
}

impl Slow {
    fn new() -> Self {
        let (before, after, pushes) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { hub: hub(), before, after, pushes }
    }

    fn happens(&self, what: &Mutex<Option<Meanwhile>>) {
        if let Some(it) = what.lock().unwrap().take() {
            // An executor refuses to run inside another one of its thread.
            std::thread::scope(|scope| scope.spawn(|| it(&self.hub)).join().unwrap());
        }
    }
}

#[async_trait]
impl Backend for Slow {
    fn name(&self) -> String {
        "hub".into()
    }

    fn limits(&self) -> Limits {
        Hub::LIMITS
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.hub.pull(request).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.happens(&self.before);
        self.pushes.lock().unwrap().push(request.clone());
        let answers = self.hub.push(request).await?;
        self.happens(&self.after);
        Ok(answers)
    }
}

/// Another process of `device`.
fn process(device: &Device) -> Replica {
    Replica::open(Arc::new(device.store.clone()), device.env.clone()).unwrap()
}

#[test]
fn a_call_that_was_overtaken_is_not_sent_again_as_it_was() {
    let (a, slow) = (Device::new(1), Slow::new());
    let id = a.folder("/src");
    let other = process(&a);
    *slow.before.lock().unwrap() = Some(Box::new(move |hub| {
        block_on(other.sync(hub)).unwrap();
    }));
    let report = a.sync(&slow).unwrap();
    let pushes = slow.pushes.lock().unwrap();
    assert_eq!(pushes.len(), 1, "the other process has sent all of it: {:?}", pushes.last());
    assert_eq!((report.sent, a.waiting()), (0, 0));
    assert_eq!(a.name(id), None);
}

#[test]
fn a_birth_that_two_processes_send_is_one() {
    let (a, slow) = (Device::new(1), Slow::new());
    a.folder("/src");
    let (store, made) = (a.store.clone(), Arc::new(Mutex::new(None)));
    let late = made.clone();
    *slow.after.lock().unwrap() = Some(Box::new(move |_| {
        let store: &dyn Store = &store;
        let batch =
            store.transact(Durability::Normal, |tx| device::waiting(tx, &Hub::LIMITS, None, START));
        *late.lock().unwrap() = batch.unwrap().push();
    }));
    a.sync(&slow).unwrap();
    let call = made.lock().unwrap().take().unwrap();
    assert!(call.changes.iter().all(|it| it.birth), "nobody had told the device");
    let answers = block_on(slow.hub.push(call)).unwrap();
    assert_eq!((answers.recorded.len(), answers.head.0), (0, 1));
    let report = a.sync(&slow).unwrap();
    assert_eq!((report.sent, report.received, report.restarts), (0, 0, 0));
}

/// The model found this one: changes of a row are counted from 1 each time it is queued.
#[test]
fn an_edit_is_not_taken_for_the_one_that_an_older_call_carried() {
    let (a, hub) = (Device::new(1), hub());
    a.sync(&hub).unwrap();
    let id = a.folder("/src");
    for round in ["once", "and once more"] {
        let first = a.call(&hub);
        a.rename(id, round);
        let second = a.call(&hub);
        assert!(!a.settle(second).dropped);
        assert_eq!(a.waiting(), 0);
        a.rename(id, &format!("last, {round}"));
        assert!(a.settle(first).dropped);
        assert_eq!(a.waiting(), 1, "nobody has sent the last edit");
    }
}

#[test]
fn an_answer_that_took_nothing_leaves_other_calls_as_they_are() {
    let (a, hub) = (Device::new(1), hub());
    a.sync(&hub).unwrap();
    a.folder("/one");
    let first = a.batch(1);
    a.folder("/other");
    let second = a.call(&hub);
    let refused = Answer::Refused { reason: "there is no room for it".into() };
    let answers = Answers { answers: vec![refused], ..second.1.clone() };
    assert_eq!(a.settle((first, answers)).parked, 1);
    let settled = a.settle(second);
    assert_eq!((settled.dropped, settled.accepted), (false, 2));
}
