//! Checks without signing in.

use std::sync::Arc;

use async_trait::async_trait;
use driftline_client::{
    Kind,
    doctor::{Check, Found, check},
    runtime,
};
use driftline_core::{BackendPlugin, Error as CoreError, Examine, Examined, inventory};
use driftline_testing::{START, closed_port};

use crate::world::World;

fn checked(world: &World) -> Vec<Check> {
    runtime().unwrap().block_on(check(&world.client("a")))
}

fn names(all: &[Check]) -> Vec<&str> {
    all.iter().map(|it| it.what).collect()
}

/// A remote that says what a test wants of it.
struct Told;

inventory::submit! {
    BackendPlugin {
        name: "told",
        doc: "A remote whose backend looks it over by itself",
        settings: &[],
        examine: Some(|_| Ok(Arc::new(Told))),
        remote: Some(|_| Err(CoreError::damaged("a remote", "it is not opened"))),
        ..BackendPlugin::NONE
    }
}

#[async_trait]
impl Examine for Told {
    async fn examine(&self) -> Examined {
        let mut all = Examined::default();
        all.add_at("log", Ok(()), |()| ("as it was".into(), Some(7)));
        all.add("space", Err::<(), _>(CoreError::damaged("a space", "it is gone")), |()| "".into());
        all.times = Some((START, START + 3_600_000));
        all.round_trip = Some(12);
        all
    }
}

#[test]
fn without_a_remote_nothing_is_wrong() {
    let all = checked(&World::new());
    assert_eq!(names(&all), ["config", "rows", "remote"]);
    assert!(all.iter().all(|it| it.found.as_ref().unwrap().is_fine()), "{all:?}");
    assert_eq!(*all[2].found.as_ref().unwrap(), Found::NoRemote);
}

#[test]
fn what_a_backend_finds_is_told_and_a_clock_that_is_wrong_is_noticed() {
    let world = World::new();
    world.set("a", &[("remote.backend", "told")]);
    let all = checked(&world);
    assert_eq!(names(&all), ["config", "rows", "log", "space", "round trip", "clock"]);
    let found = |what: &str| all.iter().find(|it| it.what == what).unwrap();
    assert_eq!(*found("log").found.as_ref().unwrap(), Found::Fine("as it was".into()));
    assert_eq!(found("log").at, Some(7));
    assert!(found("space").found.as_ref().unwrap_err().told().contains("it is gone"));
    assert_eq!(*found("round trip").found.as_ref().unwrap(), Found::Fine("12 ms".into()));
    let clock = found("clock").found.as_ref().unwrap_err().told();
    assert!(
        clock.contains("is 60 min ahead of that of told") && clock.contains("set it"),
        "{clock}"
    );
}

#[test]
fn any_remote_is_asked_whether_it_answers() {
    let world = World::new();
    world.set("a", &[("remote.backend", "memory")]);
    let all = checked(&world);
    let names = names(&all);
    assert_eq!(names, ["config", "rows", "remote", "changes", "account", "round trip"]);
    assert!(all.iter().all(|it| it.found.as_ref().unwrap().is_fine()), "{all:?}");
}

#[test]
fn a_config_that_is_wrong_is_the_reason_for_the_rest() {
    let world = World::new();
    world.write_config("a", "[lokal]\n");
    let all = checked(&world);
    assert_eq!(names(&all), ["config", "rows"]);
    for check in &all {
        let error = check.found.as_ref().unwrap_err();
        assert!(error.told().contains("lokal"), "{check:?}");
    }
}

#[test]
fn a_deployment_that_is_not_there_is_named_and_the_machine_is_checked() {
    let world = World::new();
    let url = format!("http://127.0.0.1:{}", closed_port());
    world.set("a", &[("remote.backend", "convex"), ("remote.url", &url)]);
    let all = checked(&world);
    let found = |what: &str| &all.iter().find(|it| it.what == what).unwrap().found;
    let error = found("deployment").as_ref().unwrap_err();
    assert_eq!(error.kind(), Kind::Transient, "{error}");
    assert!(error.told().contains("cannot be reached"), "{}", error.told());
    assert_eq!(*found("sign-in").as_ref().unwrap(), Found::SignedOut);
    for what in ["config", "rows", "listener", "tokens"] {
        assert!(found(what).as_ref().unwrap().is_fine(), "{what}: {all:?}");
    }
}
