//! Every entity on every pair of backends keeps every promise, whatever happens.

use driftline_convergence::{Suite, run};
use driftline_entities as _;
use driftline_memory as _;
use driftline_sqlite as _;
use todos as _;

/// A schedule is mostly small allocations; with the system's allocator it takes half as
/// long again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STEPS: usize = 100;

/// Plays schedules and insists that every kind of fault was seen to happen.
fn hold(local: &str, remote: &str, schedules: u64, seed: u64) -> driftline_core::Result<()> {
    let suite = Suite::registered(local, remote)?;
    let mut outcome = run(&suite, schedules, STEPS, seed, &|_| ());
    let failure =
        outcome.failure.take().map(|it| it.shrink(&suite).to_string()).unwrap_or_default();
    assert!(failure.is_empty(), "{local} with {remote}: {failure}");
    let never = outcome.never();
    assert!(never.is_empty(), "{local} with {remote}: these never happened: {never:?}");
    Ok(())
}

#[test]
fn memory_with_memory() {
    hold("memory", "memory", 10_000, 1).unwrap();
}

#[test]
fn sqlite_with_sqlite() {
    hold("sqlite", "sqlite", 1_000, 1_000_000).unwrap();
}

#[test]
fn sqlite_with_memory() {
    hold("sqlite", "memory", 500, 2_000_000).unwrap();
}

#[test]
fn memory_with_sqlite() {
    hold("memory", "sqlite", 500, 3_000_000).unwrap();
}

#[test]
fn the_same_seed_plays_the_same_schedule() {
    let suite = Suite::registered("memory", "memory").unwrap();
    let one = run(&suite, 50, STEPS, 7, &|_| ());
    let other = run(&suite, 50, STEPS, 7, &|_| ());
    assert_eq!(one.counts, other.counts);
}

#[test]
fn every_linked_entity_is_in_the_suite() {
    let schema = driftline_core::Schema::registered().unwrap();
    let names: Vec<_> = schema.entities().iter().map(|it| it.name).collect();
    for name in ["comments", "inbox", "messages", "sessions", "todos", "workspaces"] {
        assert!(names.contains(&name), "{name} is not linked");
    }
}
