//! The command line of Driftline as a library: a program that links it and some crates
//! of its own has their entities, backends and transcript readers, too.
//!
//! ```no_run
//! // use my_entities as _;
//! fn main() -> std::process::ExitCode {
//!     driftline_cli::run()
//! }
//! ```
//!
//! What there is comes from the registries alone: nothing here names an entity.

// Named so that they are linked: what is not linked does not register itself.
use driftline_bucket as _;
use driftline_convex as _;
use driftline_entities as _;
use driftline_memory as _;
use driftline_postgres as _;
use driftline_sqlite as _;

mod browser;
mod call;
mod cli;
mod commands;
mod context;
mod dispatch;
mod env;
mod error;
mod hints;
mod output;
mod rows;
mod serve;
mod stop;
mod terminal;
mod time;

use std::{ffi::OsString, process::ExitCode};

use driftline_client::profile::Profile;

use crate::{call::Call, cli::Arguments, context::Context, output::Output};

/// Runs the command that the program was called with, and says how it ended.
///
/// 0: done. 1: failed. 2: wrong usage or config. 3: not found. 4: a sign-in is needed,
/// or another account's. 5: not now, it was not reached. An interrupt ends the process
/// by its signal (a shell says 130); everything can be repeated.
pub fn run() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let (arguments, json) = match Arguments::read(&words) {
        Ok(arguments) => {
            let json = arguments.json;
            (Ok(arguments), json)
        }
        Err(error) => (Err(error), words.iter().any(|it| it == "--json")),
    };
    let output = Output::new(json);
    let call = Call::new(arguments.as_ref().ok().and_then(|it| it.profile.as_ref()));
    let outcome = arguments.and_then(|it| {
        let Arguments { profile, config, command, .. } = it;
        let profile = Profile::choose(profile)?;
        let context = Context::new(&output, call.clone(), profile, config)?;
        dispatch::run(&context, command.unwrap_or_default())
    });
    let outcome = outcome.and_then(|()| output.flush());
    ExitCode::from(error::report(&output, &call, outcome))
}
