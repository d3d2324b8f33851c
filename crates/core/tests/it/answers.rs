//! What a device makes of answers that it does not want.

use std::sync::atomic::Ordering;

use crate::common::{
    Device, Folder, hub,
    wire::{Wire, offline},
};
use async_trait::async_trait;
use driftline_core::{Answers, Backend, Error, Limits, Page, Pull, Push, Result, Stale};

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
