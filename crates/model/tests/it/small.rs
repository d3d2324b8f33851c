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
    judge(&run, &run.checker().threads(2).finish_when(until).spawn_bfs().join())
}

/// The same, of a mistake that shows late.
fn check_deep(scope: Scope, mistake: Mistake) -> Checked {
    let run = Run { scope, mistake: Some(mistake) };
    let until = HasDiscoveries::AnyFailures;
    judge(&run, &run.checker().threads(2).finish_when(until).spawn_bfs().join())
}

fn judge(run: &Run, checker: &impl Checker<Run>) -> Checked {
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
        let caught = Scope::SMALL.iter().rev().find_map(|(name, scope)| {
            let broken = check(*scope, Some(mistake)).broken;
            (!broken.is_empty()).then_some((*name, broken))
        });
        let caught = caught.or_else(|| {
            let (name, scope) = Scope::RARE;
            let broken = check_deep(scope, mistake).broken;
            (!broken.is_empty()).then_some((name, broken))
        });
        println!("{mistake:?}: {caught:?}");
        if caught.is_none() {
            missed.push(mistake);
        }
    }
    assert!(missed.is_empty(), "{missed:?} break nothing");
}
