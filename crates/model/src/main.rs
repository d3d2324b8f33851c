//! Checks every scope, and prints how much that was.
#![allow(clippy::print_stdout, reason = "this is a program for a terminal")]

use std::process::ExitCode;

use driftline_model::{Run, Scope};
use stateright::{Checker, Model};

fn main() -> ExitCode {
    let is_large = std::env::args().nth(1).as_deref() == Some("large");
    let scopes = if is_large { Scope::LARGE } else { Scope::SMALL };
    let mut is_sound = true;
    for &(name, scope) in scopes {
        let run = Run { scope, mistake: None };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let checker = run.checker().threads(threads).spawn_bfs().join();
        let (states, depth) = (checker.unique_state_count(), checker.max_depth());
        println!("{name}: {states} states, {depth} steps deep, {scope:?}");
        for property in run.properties() {
            let found = checker.discovery(property.name);
            let is_kept =
                found.is_some() == (property.expectation == stateright::Expectation::Sometimes);
            is_sound &= is_kept;
            if !is_kept {
                println!("  broken: {}", property.name);
                if let Some(path) = found {
                    println!("{path}");
                }
            }
        }
    }
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
