//! What a device makes of answers that it does not want.

use std::sync::atomic::Ordering;

use crate::common::{
    Device, Folder, hub, imported,
    wire::{Wire, offline},
};
use async_trait::async_trait;
use driftline_core::{
    Answer, Answers, Backend, Error, Limits, Page, Pull, Push, Result, Stale, alias,
};

#[test]
fn a_row_that_the_hub_refuses_is_set_aside_by_name_and_the_rest_goes_on() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    a.folder("/full");
    wire.refuses.store(true, Ordering::Relaxed);
    let report = a.sync(&wire).unwrap();
    assert_eq!((report.sent, report.parked), (0, 1));
    let status = a.replica.status(Some("hub")).unwrap();
    assert_eq!((status.waiting, status.parked), (0, 1));
    wire.refuses.store(false, Ordering::Relaxed);
    a.folder("/src");
    assert_eq!(a.sync(&wire).unwrap().sent, 1);
    assert_eq!(a.replica.retry_parked().unwrap(), 1);
    assert_eq!((a.sync(&wire).unwrap().sent, a.waiting()), (1, 0));
}

#[test]
fn fewer_answers_than_rows_are_no_answer() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    let ids = [a.folder("/one"), a.folder("/two")];
    wire.forgets.store(true, Ordering::Relaxed);
    let error = a.sync(&wire).unwrap_err();
    assert!(error.to_string().contains("1 answers to 2 rows"), "{error}");
    assert_eq!(a.waiting(), 2);
    wire.forgets.store(false, Ordering::Relaxed);
    a.sync(&wire).unwrap();
    let b = Device::new(2);
    b.sync(&wire).unwrap();
    assert!(ids.iter().all(|it| b.replica.get::<Folder>(*it).unwrap().is_some()));
    assert_eq!(a.waiting(), 0);
}

#[test]
fn a_hub_that_moves_at_every_call_is_left_to_the_next_sync() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    a.folder("/src");
    wire.moves.store(true, Ordering::Relaxed);
    let error = a.sync(&wire).unwrap_err();
    assert!(matches!(error, Error::Stale { why: Stale::Moved, .. }), "{error}");
    assert_eq!(a.waiting(), 1);
    wire.moves.store(false, Ordering::Relaxed);
    assert_eq!((a.sync(&wire).unwrap().sent, a.waiting()), (1, 0));
}

#[test]
fn sums_that_differ_in_an_answer_start_over_at_once() {
    let (a, hub) = (Device::new(1), hub());
    a.sync(&hub).unwrap();
    a.folder("/src");
    let (batch, mut answers) = a.call(&hub);
    answers.digests.values_mut().for_each(|it| *it ^= 1);
    assert!(a.settle((batch, answers)).restarted);
    assert_eq!(a.waiting(), 1);
}

#[test]
fn what_a_hub_asks_for_as_a_whole_may_be_known_elsewhere() {
    let (a, hub) = (Device::new(1), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    a.rename(id, "Engine");
    let (batch, answers) = a.call(&hub);
    a.settle((batch, Answers { answers: vec![Answer::NeedWhole], ..answers }));
    let fields = a.transact(|tx| tx.queued("folders", id)).unwrap().fields;
    assert_eq!(fields, [("name".into(), true), ("path".into(), true)].into());
}

/// Another device has deleted the row that this one takes for the same.
#[test]
fn what_was_assumed_ends_with_the_answer_whatever_changed_meanwhile() {
    for is_changed in [false, true] {
        let (a, b, hub) = (Device::new(1), Device::new(2), hub());
        let made = a.folder("/src");
        a.sync(&hub).unwrap();
        b.sync(&hub).unwrap();
        a.replica.delete::<Folder>(made).unwrap();
        a.sync(&hub).unwrap();
        let id = imported("one");
        assert!(b.import(id, 1, &[("path", "/src")]));
        let class = || b.transact(|tx| alias::class(&*tx, "folders", id));
        assert_eq!(class().len(), 2);
        let call = b.call(&hub);
        if is_changed {
            b.rename(id, "Engine");
        }
        assert_eq!(b.settle(call).accepted, 1);
        assert_eq!(class(), [id]);
    }
}

#[test]
fn what_a_hub_could_not_sweep_is_told() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    let id = a.folder("/src");
    a.sync(&wire).unwrap();
    a.replica.purge("folders", id).unwrap();
    a.sync(&Deaf(&wire)).map(|it| assert_eq!(it.unreached.len(), 1, "{it:?}")).unwrap();
    assert_eq!(a.sync(&wire).unwrap().unreached, [""; 0]);
}

/// A wire that fails when something is to be swept.
struct Deaf<'a>(&'a Wire);

#[async_trait]
impl Backend for Deaf<'_> {
    fn name(&self) -> String {
        self.0.name()
    }

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.0.pull(request).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.0.push(request).await
    }

    async fn sweep(&self, _is_own: bool) -> Result<Vec<String>> {
        Err(offline())
    }
}
