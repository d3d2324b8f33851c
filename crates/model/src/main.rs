//! Checks the scopes of both models, and prints how much that was.
#![allow(clippy::print_stdout, reason = "this is a program for a terminal")]
#![expect(clippy::disallowed_methods, reason = "nothing is decided by the time that it shows")]

use std::{fmt::Debug, hash::Hash, process::ExitCode, thread, time::Instant};

use driftline_model::{Run, Scope, engine};
use stateright::{Checker, Expectation, Model};

/// Steps of a random walk.
const STEPS: usize = 80;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, default| {
        arguments.get(place).and_then(|it| it.parse().ok()).unwrap_or(default)
    };
    let named = arguments.get(1).map_or("", String::as_str);
    let is_sound = match arguments.first().map(String::as_str) {
        Some("walks") => walks(number(1, 10_000), number(2, 1)),
        Some("large") => check_all(Scope::LARGE, engine::Scope::LARGE, named),
        _ => check_all(Scope::SMALL, engine::Scope::SMALL, ""),
    };
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Searches the scopes with this in their name.
fn check_all(
    log: &[(&'static str, Scope)],
    engine: &[(&'static str, engine::Scope)],
    named: &str,
) -> bool {
    let mut is_sound = true;
    for (name, scope) in log.iter().filter(|(it, _)| it.contains(named)) {
        let run = Run { scope: *scope, mistake: None };
        is_sound &= check(&format!("log, {name}"), &run);
    }
    for (name, scope) in engine.iter().filter(|(it, _)| it.contains(named)) {
        let run = engine::Run { scope: *scope, ..engine::Run::default() };
        is_sound &= check(&format!("engine, {name}"), &run);
    }
    is_sound
}

/// Searches a whole scope. Returns whether every promise is kept in it, and means something.
fn check<M>(name: &str, run: &M) -> bool
where
    M: Model + Clone + Send + Sync + 'static,
    M::State: Debug + Hash + Send + Sync + Clone + PartialEq,
    M::Action: Debug + Send + Sync + Clone + PartialEq,
{
    let begun = Instant::now();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let checker = run.clone().checker().threads(threads).spawn_bfs().join();
    let (states, depth) = (checker.unique_state_count(), checker.max_depth());
    println!("{name}: {states} states, {depth} steps deep, {:.1?}", begun.elapsed());
    let mut is_sound = true;
    for property in run.properties() {
        let found = checker.discovery(property.name);
        let is_kept = found.is_some() == (property.expectation == Expectation::Sometimes);
        is_sound &= is_kept;
        if !is_kept {
            println!("  broken: {}", property.name);
            if let Some(path) = found {
                println!("  after {:?}", path.into_actions());
            }
        }
    }
    is_sound
}

/// Takes random walks through the engine's greatest scope, half of them with a hub that loses
/// what it held.
fn walks(count: u64, first: u64) -> bool {
    let begun = Instant::now();
    let mut is_sound = true;
    for seed in first..first.saturating_add(count) {
        let mut scope = engine::Scope::ENDLESS;
        if seed % 2 == 0 {
            (scope.wipes, scope.restores) = (0, 0);
        }
        let run = engine::Run { scope, ..engine::Run::default() };
        if let Err((promise, path)) = engine::walk::walk(&run, seed, STEPS) {
            println!("seed {seed} breaks: {promise}\n  after {path:?}");
            is_sound = false;
        }
    }
    println!("{count} walks of up to {STEPS} steps, {:.1?}", begun.elapsed());
    is_sound
}
