//! Small scopes of the engine, checked exhaustively.
#![allow(clippy::print_stdout, reason = "figures")]

use std::sync::OnceLock;

use driftline_model::engine::{Mistake, Run, Scope, paths::Path};
use stateright::{Checker, Expectation, HasDiscoveries, Model};

#[derive(Default)]
struct Checked {
    /// The promises that are broken, each with a shortest way there.
    broken: Vec<(&'static str, Path)>,
    never: Vec<&'static str>,
    states: usize,
    depth: usize,
}

fn check(scope: Scope, mistake: Option<Mistake>) -> Checked {
    let run = Run { scope, mistake, by_arrival: false };
    let until = mistake.map_or(HasDiscoveries::All, |_| HasDiscoveries::AnyFailures);
    let checker = run.checker().finish_when(until).spawn_bfs().join();
    let mut checked = Checked {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        ..Checked::default()
    };
    for property in run.properties() {
        match (&property.expectation, checker.discovery(property.name)) {
            (Expectation::Sometimes, None) => checked.never.push(property.name),
            (Expectation::Always, Some(path)) => {
                checked.broken.push((property.name, path.into_actions()));
            }
            _ => {}
        }
    }
    checked
}

/// A mistake, its scope, and the promises that are broken there with the ways to that.
pub(crate) type Seen = (Mistake, Scope, Vec<(&'static str, Path)>);

/// Each mistake as it is seen.
pub(crate) fn seen() -> &'static [Seen] {
    static SEEN: OnceLock<Vec<Seen>> = OnceLock::new();
    SEEN.get_or_init(|| {
        let of = |mistake: Mistake| {
            let named = Scope::SMALL.iter().find(|(name, _)| *name == mistake.scope());
            let scope = named.unwrap().1;
            (mistake, scope, check(scope, Some(mistake)).broken)
        };
        Mistake::ALL.into_iter().map(of).collect()
    })
}

#[test]
fn the_engine_keeps_its_promises() {
    for &(name, scope) in Scope::SMALL {
        let Checked { broken, never, states, depth } = check(scope, None);
        println!("{name}: {states} states, {depth} steps deep");
        assert!(broken.is_empty(), "{name}: {broken:?} does not hold");
        assert!(never.is_empty(), "{name}: {never:?} never happened");
    }
}

#[test]
fn each_rule_of_the_engine_is_needed() {
    let mut missed = Vec::new();
    for (mistake, _, broken) in seen() {
        let names: Vec<_> = broken.iter().map(|it| it.0).collect();
        println!("{mistake:?}: {names:?}");
        if names.is_empty() {
            missed.push(mistake);
        }
    }
    assert!(missed.is_empty(), "{missed:?} break nothing");
}
