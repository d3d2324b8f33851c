//! The entities of this program keep every promise of the engine, whatever happens on
//! several devices that sync.

use driftline_convergence::{Suite, run};
use driftline_memory as _;
use notes as _;

#[test]
fn every_promise_is_kept() {
    let suite = Suite::registered("memory", "memory").unwrap();
    let outcome = run(&suite, 200, 100, 1, &|_| ());
    let failure = outcome.failure.map(|it| it.shrink(&suite).to_string());
    assert_eq!(failure, None);
}
