//! Checks without signing in.

use driftline_client::{
    Error, Kind,
    doctor::{Check, Found, check},
    runtime,
};
use driftline_testing::closed_port;

use crate::world::World;

fn checked(world: &World) -> Vec<Check> {
    runtime().unwrap().block_on(check(&world.client("a")))
}

fn names(all: &[Check]) -> Vec<&str> {
    all.iter().map(|it| it.what).collect()
}

#[test]
fn where_there_is_no_deployment_all_else_is_in_order() {
    let all = checked(&World::new());
    assert_eq!(names(&all), ["config", "rows", "remote"]);
    assert!(all[..2].iter().all(|it| it.found.as_ref().unwrap().is_fine()), "{all:?}");
    assert!(matches!(all[2].found, Err(Error::NoDeployment)), "{all:?}");
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
