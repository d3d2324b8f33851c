//! Every entity on every pair of backends keeps every promise, whatever happens.

use std::{io::Write, time::SystemTime};

use driftline_convergence::{Outcome, Suite, run, seed_of_day};
use driftline_core::Millis;
use driftline_entities as _;
use driftline_memory as _;
use driftline_sqlite as _;
use todos as _;

/// A schedule is mostly small allocations; with the system's allocator it takes half as
/// long again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STEPS: usize = 100;

/// Plays schedules, half of them from `seed` and half from the seed of the day, which nobody
/// chose, and insists that every kind of fault was seen to happen.
fn hold(local: &str, remote: &str, schedules: u64, seed: u64) -> driftline_core::Result<()> {
    let suite = Suite::registered(local, remote)?;
    let mut all = Outcome::default();
    for seed in [seed, seed_of_day(wall()) + seed] {
        let again = format!(
            "cargo xtask sim --schedules {} --seed {seed} --backends {}",
            schedules / 2,
            if local == remote { local.to_owned() } else { format!("{local},{remote}") },
        );
        // Not captured: what a night plays is seen in its output also when it is clean.
        let _gone = writeln!(std::io::stderr().lock(), "{local} with {remote}: {again}");
        let mut outcome = run(&suite, schedules / 2, STEPS, seed, &|_| ());
        let failure =
            outcome.failure.take().map(|it| it.shrink(&suite).to_string()).unwrap_or_default();
        assert!(failure.is_empty(), "{local} with {remote}: {failure}\nall of them: {again}");
        for (what, count) in outcome.counts {
            *all.counts.entry(what).or_default() += count;
        }
    }
    let never = all.never();
    assert!(never.is_empty(), "{local} with {remote}: these never happened: {never:?}");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "which day it is")]
fn wall() -> Millis {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap()
}

#[test]
fn memory_with_memory() {
    hold("memory", "memory", 1_200, 0).unwrap();
}

#[test]
fn sqlite_with_sqlite() {
    hold("sqlite", "sqlite", 80, 100_000).unwrap();
}

#[test]
fn sqlite_with_memory() {
    hold("sqlite", "memory", 80, 200_000).unwrap();
}

#[test]
fn memory_with_sqlite() {
    hold("memory", "sqlite", 80, 300_000).unwrap();
}

#[test]
fn every_day_has_a_seed_of_its_own() {
    let day = 24 * 60 * 60 * 1_000;
    assert_eq!(seed_of_day(0), 0);
    assert_eq!(seed_of_day(20_785 * day), 20_785_000_000);
    assert_eq!(seed_of_day(20_786 * day - 1), 20_785_000_000);
    assert_eq!(seed_of_day(20_786 * day), 20_786_000_000);
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
