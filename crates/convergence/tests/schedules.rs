//! Schedules over every entity and every pair of backends.

use driftline_convergence::{Suite, run};
use driftline_entities as _;
use driftline_memory as _;
use todos as _;

#[test]
fn memory_converges() {
    let suite = Suite::registered("memory", "memory").unwrap();
    let outcome = run(&suite, 10_000, 100, 1, &|_| ());
    if let Some(failure) = outcome.failure {
        panic!("{failure}");
    }
    eprintln!("{:#?}", outcome.counts);
}
