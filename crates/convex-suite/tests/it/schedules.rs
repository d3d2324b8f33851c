//! Every entity, on memory and on SQLite, with a Convex deployment as the remote.

use driftline_convergence::{Fault, MakeRemote, Suite, run, scratch};
use driftline_core::{Schema, Simulated};
use driftline_entities as _;
use driftline_memory as _;
use driftline_sealing::Key;
use driftline_sqlite as _;

fn hold(local: &str, schedules: u64, seed: u64) {
    hold_with(driftline_convex_suite::remotes().unwrap(), local, schedules, seed);
}

fn hold_with(remotes: MakeRemote, local: &str, schedules: u64, seed: u64) {
    let suite = Suite::with_remote(Schema::registered().unwrap(), scratch(local).unwrap(), remotes);
    let suite = suite.unwrap();
    let outcome = run(&suite, schedules, 100, seed, &|_| ());
    let failure = outcome.failure.map(|it| it.shrink(&suite).to_string()).unwrap_or_default();
    assert!(failure.is_empty(), "{local} with convex: {failure}");
    for fault in Fault::ALL {
        assert!(outcome.counts.contains_key(&format!("{fault:?}")), "{fault:?} never happened");
    }
}

#[test]
fn memory_with_convex() {
    hold("memory", 24, 7_000_000);
}

#[test]
fn memory_with_sealed_rows() {
    let key = Key::draw(&Simulated::new(5, 0)).words();
    hold_with(driftline_convex_suite::sealed_remotes(key).unwrap(), "memory", 24, 9_200_000);
}

#[test]
fn sqlite_with_convex() {
    hold("sqlite", 16, 8_000_000);
}
