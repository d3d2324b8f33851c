//! Profiles that share a remote.

use driftline_client::{Error, Kind, profile::Turn, runtime, sync};
use driftline_core::{Id, status::State, store::AuditKind};
use driftline_testing::line;
use futures_util::FutureExt as _;
use serde_json::Value;

use crate::world::{Listener, Side, World};

fn both(world: &World) -> (Side, Side) {
    (world.shared("a"), world.shared("b"))
}

#[test]
fn two_profiles_end_equal_and_nothing_is_doubled() {
    let world = World::new();
    world.transcripts(5, 40);
    let (a, b) = both(&world);
    a.import(&world);
    let rows = a.device.replica.list_values("sessions", &driftline_core::store::Find::new());
    let ids: Vec<Id> = rows.unwrap().iter().map(|it| it.id).collect();
    let (renamed, other) = (ids[0], ids[1]);
    a.edit("sessions", renamed, "name", "Renamed on A");
    a.edit("sessions", renamed, "note", "from A");
    b.import(&world);
    // Edits on both, with nobody told.
    a.edit("sessions", other, "pinned", true);
    b.edit("sessions", other, "note", "from B");
    b.add("comments", &[("session", &other.to_string()), ("body", "Why?")]);
    for side in [&a, &b, &a] {
        side.sync();
    }
    assert_eq!(a.digest(), b.digest());
    for side in [&a, &b] {
        let counts =
            ["comments", "inbox", "messages", "sessions", "workspaces"].map(|it| side.count(it));
        assert_eq!(counts, [1, 0, 200, 5, 1]);
        assert_eq!(side.value("sessions", renamed, "name"), "Renamed on A");
        assert_eq!(side.value("sessions", renamed, "note"), "from A");
        assert_eq!(side.value("sessions", other, "pinned"), true);
        assert_eq!(side.value("sessions", other, "note"), "from B");
    }
    assert_eq!(a.app().code().unwrap(), b.app().code().unwrap());
    assert_eq!(a.app().code().unwrap().unwrap().len(), 9);
    // Importing again, on either side, makes no traffic.
    let digest = a.digest();
    for side in [&a, &b] {
        side.import(&world);
        let report = side.sync();
        assert_eq!((report.sent, report.received), (0, 0));
        assert_eq!(side.digest(), digest);
    }
}

#[test]
fn the_later_edit_stands_and_the_other_can_be_brought_back() {
    let world = World::new();
    let (a, b) = both(&world);
    let id = a.add("inbox", &[("title", "first")]);
    a.sync();
    b.sync();
    a.edit("inbox", id, "title", "older");
    // Both clocks stand still; the second edit here is the later one.
    b.edit("inbox", id, "title", "unseen");
    b.edit("inbox", id, "title", "newer");
    for side in [&b, &a, &b] {
        side.sync();
    }
    let conflicts = a.device.replica.audit(Some(AuditKind::Conflict), 10).unwrap();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!((&conflicts[0].winner, &conflicts[0].lost), (&"newer".into(), &"older".into()));
    a.device.replica.bring_back(&conflicts[0]).unwrap();
    for side in [&a, &b] {
        side.sync();
        assert_eq!(side.value("inbox", id, "title"), "older");
    }
}

#[test]
fn a_profile_stays_with_the_remote_that_it_met() {
    let world = World::new();
    let a = world.shared("a");
    a.add("inbox", &[("title", "a")]);
    a.sync();
    drop(a);
    world.set("a", &[("remote.path", &world.text("other.db"))]);
    let a = world.open("a");
    a.add("inbox", &[("title", "b")]);
    let error = a.try_sync().unwrap_err();
    assert_eq!(error.kind(), Kind::SignIn, "{error}");
    let status = a.status();
    assert_eq!((status.state, status.waiting), (State::Error, 1));
    assert_eq!(status.error.unwrap().code, "wrong_account");
    drop(a);
    world.set("a", &[("remote.path", &world.text("shared.db"))]);
    let a = world.open("a");
    a.sync();
    assert_eq!(a.status().state, State::Synced);
}

#[test]
fn a_session_that_one_device_deleted_stays_deleted_when_another_imports_it() {
    let world = World::new();
    world.transcript("a.jsonl", &[line(0, 0), line(0, 1)].concat());
    let (a, b) = both(&world);
    a.import(&world);
    let id = a.only("sessions");
    a.device.replica.set_deleted("sessions", id, true).unwrap();
    a.sync();
    b.import(&world);
    b.sync();
    assert_eq!((b.count("sessions"), b.count("messages")), (0, 0));
    b.device.replica.set_deleted("sessions", id, false).unwrap();
    assert_eq!((b.count("sessions"), b.count("messages")), (1, 2));
}

#[test]
fn without_a_remote_there_is_nothing_to_sync_with() {
    let world = World::new();
    let error = world.open("a").try_sync().unwrap_err();
    assert!(matches!(error, Error::NoRemote) && error.kind() == Kind::Invalid, "{error}");
}

#[test]
fn one_syncs_at_a_time_and_whoever_waits_is_told() {
    let world = World::new();
    let a = world.shared("a");
    a.add("inbox", &[("title", "a")]);
    let listener = Listener::new();
    let mut turn = Some(Turn::take_if_free(&a.client.profile).unwrap().unwrap());
    let sent = runtime().unwrap().block_on(async {
        let mut sync = Box::pin(sync::once(&a.client, &a.device, &listener));
        // As far as it comes by itself: it has said that it waits.
        assert!((&mut sync).now_or_never().is_none());
        assert_eq!(listener.heard(), ["waiting"]);
        turn.take();
        sync.await.unwrap().sent
    });
    assert_eq!(sent, 1);
    assert_eq!(listener.heard(), ["waiting"]);
    assert_eq!(a.value("inbox", a.only("inbox"), "title"), Value::from("a"));
}
