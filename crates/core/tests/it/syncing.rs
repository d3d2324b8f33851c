//! What a sync does when things go wrong, and what the status says meanwhile.

use std::sync::{Arc, atomic::Ordering};

use crate::common::{
    Device, Folder, MINUTE, hub, hub_of,
    wire::{Wire, busy, offline, signed_out},
};
use driftline_core::{
    Env, Error, Hub, Limits, Schema, SignInCause,
    service::{Event, Service},
    status::State,
};
use driftline_memory::MemoryStore;
use futures_executor::block_on;
use tokio::sync::mpsc;

#[test]
fn the_status_says_what_is_true() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    let state = || a.replica.status(Some("hub")).unwrap();
    let id = a.folder("/src");
    assert_eq!((state().state, state().last_contact_at), (State::Offline, None));
    a.sync(&wire).unwrap();
    assert_eq!((state().state, state().waiting), (State::Synced, 0));
    assert!(state().last_contact_at.is_some());
    a.rename(id, "Engine");
    assert_eq!((state().state, state().waiting), (State::Offline, 1));
    wire.fail(Some(offline));
    a.sync(&wire).unwrap_err();
    assert_eq!((state().state, state().error.unwrap().transient), (State::Offline, true));
    wire.fail(Some(signed_out));
    a.sync(&wire).unwrap_err();
    assert_eq!((state().state, state().waiting), (State::Error, 1));
    assert!(state().error.unwrap().message.contains("does not know who you are"));
    wire.fail(None);
    a.sync(&wire).unwrap();
    assert_eq!((state().state, state().error), (State::Synced, None));
}

#[test]
fn a_thousand_offline_edits_are_sent_as_one() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    let id = a.folder("/src");
    a.sync(&wire).unwrap();
    for n in 0..1_000 {
        a.rename(id, &format!("Name {n}"));
    }
    let report = a.sync(&wire).unwrap();
    assert_eq!((report.sent, report.received, report.calls), (1, 0, 2));
}

#[test]
fn nobody_downloads_what_they_just_uploaded() {
    let (a, b) = (Device::new(1), Device::new(2));
    let wire = Wire { limits: Limits { rows: 10, ..Hub::LIMITS }, ..Wire::new(hub()) };
    for n in 0..95 {
        a.folder(&format!("/{n}"));
    }
    let report = a.sync(&wire).unwrap();
    assert_eq!((report.sent, report.received, report.calls), (95, 0, 11));
    let report = b.sync(&wire).unwrap();
    assert_eq!((report.sent, report.received, report.calls), (0, 95, 10));
}

#[test]
fn a_row_that_fails_its_batch_is_found_and_the_rest_goes_on() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    for n in 0..40 {
        let id = a.folder(&format!("/{n}"));
        a.rename(id, if n == 17 { "bad" } else { "good" });
    }
    *wire.poison.lock().unwrap() = Some("bad");
    let report = a.sync(&wire).unwrap();
    assert_eq!((report.sent, report.failed, report.parked), (39, 1, 0));
    // Within the minute it is left alone; after it, it fails twice more and is parked.
    assert_eq!(a.sync(&wire).unwrap().calls, 1);
    a.env.pass(MINUTE);
    assert_eq!((a.sync(&wire).unwrap().failed, a.waiting()), (1, 1));
    a.env.pass(MINUTE);
    let report = a.sync(&wire).unwrap();
    assert_eq!((report.failed, report.parked, report.calls), (0, 1, 3));
    let status = a.replica.status(Some("hub")).unwrap();
    assert_eq!((status.state, status.waiting, status.parked), (State::Error, 0, 1));
    *wire.poison.lock().unwrap() = None;
    assert_eq!(a.replica.retry_parked().unwrap(), 1);
    a.sync(&wire).unwrap();
    assert_eq!(a.replica.status(Some("hub")).unwrap().state, State::Synced);
}

#[test]
fn a_row_that_waits_after_a_failure_does_not_hide_that_both_sides_differ() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    a.folder("/src");
    let id = a.folder("/bad");
    a.rename(id, "bad");
    *wire.poison.lock().unwrap() = Some("bad");
    assert_eq!(a.sync(&wire).unwrap().failed, 1);
    wire.lie.store(true, Ordering::Relaxed);
    let error = a.sync(&wire).unwrap_err();
    assert!(matches!(error, Error::NotEqual { .. }), "{error}");
}

#[test]
fn a_hub_that_takes_nothing_parks_nothing() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    a.sync(&wire).unwrap();
    for n in 0..40 {
        a.folder(&format!("/{n}"));
    }
    // As a disabled deployment fails: each push, and no reason.
    *wire.off.lock().unwrap() = true;
    for _ in 0..5 {
        a.env.pass(MINUTE);
        let error = a.sync(&wire).unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error}");
        let status = a.replica.status(Some("hub")).unwrap();
        assert_eq!((status.state, status.waiting, status.parked), (State::Offline, 40, 0));
    }
    *wire.off.lock().unwrap() = false;
    assert_eq!(a.sync(&wire).unwrap().sent, 40);
}

#[test]
fn what_was_parked_without_a_name_goes_when_the_hub_is_back() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    let id = a.folder("/src");
    a.rename(id, "bad");
    *wire.poison.lock().unwrap() = Some("bad");
    for _ in 0..3 {
        a.env.pass(MINUTE);
        a.sync(&wire).unwrap();
    }
    let parked = || a.replica.status(Some("hub")).unwrap().parked;
    assert_eq!(parked(), 1);
    *wire.poison.lock().unwrap() = None;
    // Not before an hour, and then only if the hub was away.
    a.env.pass(61 * MINUTE);
    assert_eq!((a.sync(&wire).unwrap().sent, parked()), (0, 1));
    wire.fail(Some(offline));
    a.sync(&wire).unwrap_err();
    wire.fail(None);
    assert_eq!((a.sync(&wire).unwrap().sent, parked()), (1, 0));
}

#[test]
fn what_was_parked_without_a_name_is_tried_again_a_day_later() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    let id = a.folder("/src");
    a.rename(id, "bad");
    *wire.poison.lock().unwrap() = Some("bad");
    for _ in 0..3 {
        a.env.pass(MINUTE);
        a.sync(&wire).unwrap();
    }
    a.env.pass(24 * 60 * MINUTE);
    assert_eq!(a.sync(&wire).unwrap().parked, 1, "it fails once more and is parked at once");
    a.env.pass(24 * 60 * MINUTE);
    *wire.poison.lock().unwrap() = None;
    assert_eq!(a.sync(&wire).unwrap().sent, 1);
}

#[test]
fn a_hub_that_is_away_for_a_moment_does_not_end_a_sync() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    a.folder("/src");
    for moments in 1..=4 {
        wire.moments.store(moments, Ordering::Relaxed);
        a.folder(&format!("/{moments}"));
        a.sync(&wire).unwrap();
        assert_eq!(a.waiting(), 0);
    }
    wire.moments.store(5, Ordering::Relaxed);
    a.folder("/last");
    a.sync(&wire).unwrap_err();
    assert_eq!(a.waiting(), 1);
}

#[test]
fn a_hub_that_takes_few_rows_at_once_is_sent_few_for_the_rest_of_a_sync() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    for n in 0..500 {
        a.folder(&format!("/{n}"));
    }
    wire.most.store(30, Ordering::Relaxed);
    let wire = Wire { limits: Limits { rows: 100, ..Hub::LIMITS }, ..wire };
    let report = a.sync(&wire).unwrap();
    // 100 and 50 fail once, 25 do not; and there is one look whether the hub works.
    assert_eq!((report.sent, report.failed, report.parked), (500, 0, 0));
    assert!(report.calls <= 1 + 4 + 20 + 2, "{}", report.calls);
}

#[test]
fn a_row_beyond_the_limit_is_kept_here_and_an_edit_sends_it() {
    let a = Device::new(1);
    let wire = Wire { limits: Limits { row_bytes: 2_000, ..Hub::LIMITS }, ..Wire::new(hub()) };
    let id = a.folder("/src");
    a.rename(id, &"long ".repeat(1_000));
    a.folder("/other");
    let report = a.sync(&wire).unwrap();
    assert_eq!(report.sent, 1);
    assert_eq!(a.replica.status(Some("hub")).unwrap().parked, 1);
    a.rename(id, "short");
    a.sync(&wire).unwrap();
    assert_eq!(a.replica.status(Some("hub")).unwrap().state, State::Synced);
}

#[test]
fn somebody_elses_hub_is_refused_and_nothing_is_sent() {
    let (a, b) = (Device::new(1), Device::new(2));
    let other = hub_of(MemoryStore::new(Schema::registered().unwrap()), "bob");
    a.folder("/src");
    a.sync(&hub()).unwrap();
    a.folder("/secret");
    let refused = a.sync(&other).unwrap_err();
    assert!(
        matches!(refused, Error::SignIn { why: SignInCause::WrongAccount { .. }, .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("bob"), "{refused}");
    assert_eq!(b.sync(&other).unwrap().received, 0);
}

#[test]
fn a_wiped_hub_is_filled_again() {
    let (a, b) = (Device::new(1), Device::new(2));
    let id = a.folder("/src");
    a.sync(&hub()).unwrap();
    let empty = hub_of(MemoryStore::new(Schema::registered().unwrap()), "ana");
    assert_eq!(a.sync(&empty).unwrap().sent, 1);
    b.sync(&empty).unwrap();
    assert!(b.replica.get::<Folder>(id).unwrap().is_some());
}

#[test]
fn both_sides_that_go_on_differing_are_an_error_and_not_a_loop() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    a.folder("/src");
    a.sync(&wire).unwrap();
    wire.lie.store(true, Ordering::Relaxed);
    let error = a.sync(&wire).unwrap_err();
    assert!(matches!(error, Error::NotEqual { .. }), "{error}");
    assert_eq!(a.replica.status(Some("hub")).unwrap().state, State::Error);
    wire.lie.store(false, Ordering::Relaxed);
    a.sync(&wire).unwrap();
    assert_eq!(a.replica.status(Some("hub")).unwrap().state, State::Synced);
}

#[test]
fn an_answer_that_contradicts_itself_changes_nothing() {
    let (a, wire) = (Device::new(1), Wire::new(hub()));
    let id = a.folder("/src");
    a.sync(&wire).unwrap();
    a.rename(id, "Engine");
    wire.shift.store(1, Ordering::Relaxed);
    assert!(matches!(a.sync(&wire).unwrap_err(), Error::BadAnswer { .. }));
    assert_eq!(a.waiting(), 1);
}

/// A service over a device and a wire, and the other end of its events.
fn service(a: &Device, wire: &Arc<Wire>) -> (Service, mpsc::UnboundedSender<Event>) {
    let (send, events) = mpsc::unbounded_channel();
    let turn = Box::new(|| Ok(Some(Box::new(()) as Box<dyn std::any::Any + Send>)));
    let mut service = Service::new(a.replica.clone(), turn, events);
    service.connect(Some(wire.clone()), 2_000, 10 * MINUTE);
    (service, send)
}

fn steps(service: &mut Service, count: usize) {
    for _ in 0..count {
        assert!(block_on(service.step()));
    }
}

#[test]
fn a_failed_upload_is_retried_without_a_click_a_write_or_a_restart() {
    let (a, wire) = (Device::new(1), Arc::new(Wire::new(hub())));
    a.folder("/src");
    wire.fail(Some(offline));
    let (mut service, _events) = service(&a, &wire);
    steps(&mut service, 40);
    // Each try is a call and four more.
    let failures = wire.calls.load(Ordering::Relaxed) / 5;
    assert!((10..=20).contains(&failures), "{failures} tries in 20 waits");
    let waited = a.env.monotonic();
    assert!((MINUTE..400 * MINUTE).contains(&waited), "{waited} ms for {failures} tries");
    wire.fail(None);
    steps(&mut service, 3);
    assert_eq!(a.replica.status(Some("hub")).unwrap().state, State::Synced);
}

#[test]
fn a_hub_that_asks_for_patience_gets_it() {
    let (a, wire) = (Device::new(1), Arc::new(Wire::new(hub())));
    wire.fail(Some(busy));
    let (mut service, _events) = service(&a, &wire);
    steps(&mut service, 2);
    assert!(a.env.monotonic() >= 7 * MINUTE);
    assert_eq!(wire.calls.load(Ordering::Relaxed), 1);
}

#[test]
fn an_ended_sign_in_pauses_and_keeps_everything_until_somebody_signs_in() {
    let (a, wire) = (Device::new(1), Arc::new(Wire::new(hub())));
    let id = a.folder("/src");
    wire.fail(Some(signed_out));
    let (mut service, events) = service(&a, &wire);
    steps(&mut service, 1);
    a.rename(id, "Engine");
    events.send(Event::Online).unwrap();
    steps(&mut service, 2);
    assert_eq!(wire.calls.load(Ordering::Relaxed), 1, "no retries, no attempts spent");
    assert_eq!(a.waiting(), 1);
    wire.fail(None);
    events.send(Event::Asked).unwrap();
    steps(&mut service, 2);
    assert_eq!(a.waiting(), 0);
}

#[test]
fn a_change_is_sent_two_seconds_later_and_a_burst_once() {
    let (a, wire) = (Device::new(1), Arc::new(Wire::new(hub())));
    let (mut service, events) = service(&a, &wire);
    steps(&mut service, 1);
    let before = wire.calls.load(Ordering::Relaxed);
    let start = a.env.monotonic();
    for n in 0..5 {
        a.folder(&format!("/{n}"));
    }
    steps(&mut service, 5 + 2);
    assert_eq!(wire.calls.load(Ordering::Relaxed) - before, 2, "one pull and one push");
    assert!((2_000..4_000).contains(&(a.env.monotonic() - start)));
    assert_eq!(a.waiting(), 0);
    drop(events);
    assert!(!block_on(service.step()));
}

#[test]
fn what_a_sync_brings_is_announced() {
    let (a, b, hub) = (Device::new(1), Device::new(2), hub());
    let id = a.folder("/src");
    a.sync(&hub).unwrap();
    let mut changes = b.replica.subscribe();
    b.sync(&hub).unwrap();
    let changed = changes.try_recv().unwrap();
    assert_eq!((changed.entity.as_str(), changed.id, changed.here), ("folders", id, false));
    b.rename(id, "Engine");
    assert!(changes.try_recv().unwrap().here);
}
