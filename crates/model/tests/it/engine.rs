//! Small scopes of the engine, checked exhaustively.
#![allow(clippy::print_stdout, reason = "figures")]

use std::time::Instant;

use driftline_model::engine::{Mistake, Run, Scope};
use stateright::{Checker, Expectation, HasDiscoveries, Model};

#[derive(Default)]
struct Checked {
    broken: Vec<&'static str>,
    never: Vec<&'static str>,
    states: usize,
    depth: usize,
}

fn check(scope: Scope, mistake: Option<Mistake>) -> Checked {
    let run = Run { scope, mistake, by_arrival: false };
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
            (Expectation::Always, Some(path)) => {
                checked.broken.push(property.name);
                if mistake.is_none() {
                    println!("{}: {:?}", property.name, path.into_actions());
                }
            }
            _ => {}
        }
    }
    checked
}

#[test]
fn the_engine_keeps_its_promises() {
    for &(name, scope) in Scope::SMALL {
        let begun = Instant::now();
        let Checked { broken, never, states, depth } = check(scope, None);
        println!("{name}: {states} states, {depth} steps deep, {:?}", begun.elapsed());
        assert!(broken.is_empty(), "{name}: {broken:?} does not hold");
        assert!(never.is_empty(), "{name}: {never:?} never happened");
    }
}

#[test]
fn each_rule_of_the_engine_is_needed() {
    let mut missed = Vec::new();
    for mistake in Mistake::ALL {
        let begun = Instant::now();
        let (_, scope) = Scope::SMALL.iter().find(|(name, _)| *name == mistake.scope()).unwrap();
        let broken = check(*scope, Some(mistake)).broken;
        println!("{mistake:?}: {broken:?}, {:?}", begun.elapsed());
        if broken.is_empty() {
            missed.push(mistake);
        }
    }
    assert!(missed.is_empty(), "{missed:?} break nothing");
}
