//! Small scopes, checked exhaustively.
#![allow(clippy::print_stdout, reason = "figures")]

use driftline_model::{Mistake, Run, Scope};
use stateright::{Checker, Expectation, HasDiscoveries, Model};

#[derive(Default)]
struct Checked {
    broken: Vec<&'static str>,
    never: Vec<&'static str>,
    states: usize,
    depth: usize,
}

/// The promises that are broken in this scope, what never happened in it, and how much was
/// looked at.
fn check(scope: Scope, mistake: Option<Mistake>) -> Checked {
    let run = Run { scope, mistake };
    // A mistake is caught at the first promise that it breaks.
    let until = mistake.map_or(HasDiscoveries::All, |_| HasDiscoveries::AnyFailures);
    let checker = run.checker().threads(2).finish_when(until).spawn_bfs().join();
    let mut checked = Checked {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        ..Checked::default()
    };
    for property in run.properties() {
        match (&property.expectation, checker.discovery(property.name)) {
            (Expectation::Sometimes, None) => checked.never.push(property.name),
            (Expectation::Always, Some(_)) => checked.broken.push(property.name),
            _ => {}
        }
    }
    checked
}

#[test]
fn the_protocol_keeps_its_promises() {
    for &(name, scope) in Scope::SMALL {
        let Checked { broken, never, states, depth } = check(scope, None);
        println!("{name}: {states} states, {depth} steps deep");
        assert!(broken.is_empty(), "{name}: {broken:?} does not hold");
        assert!(never.is_empty(), "{name}: {never:?} never happened");
    }
}

#[test]
fn each_rule_is_needed() {
    let mut missed = Vec::new();
    for mistake in Mistake::ALL {
        let scopes = Scope::SMALL.iter().chain([&Scope::RARE]);
        let scope = scopes.into_iter().find(|(name, _)| *name == mistake.scope()).unwrap().1;
        let broken = check(scope, Some(mistake)).broken;
        println!("{mistake:?}: {broken:?}");
        if broken.is_empty() {
            missed.push(mistake);
        }
    }
    assert!(missed.is_empty(), "{missed:?} break nothing");
}
