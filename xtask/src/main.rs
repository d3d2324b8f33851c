//! Tasks of this repository: `cargo xtask`. Each has its own file; this one only
//! hands over to them.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task tells the person who runs it what it did"
)]

mod agents;
mod bench;
mod browser;
mod cargo;
mod ceph;
mod codegen;
mod convex_check;
mod convex_local;
mod coverage;
mod damage;
mod debian;
mod elsewhere;
mod faults;
mod kills;
mod mistakes;
mod new_entity;
mod new_project;
mod npm;
mod postgres;
mod sim;
mod test;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// A simulation is mostly small allocations; with the system's allocator it takes half
/// as long again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Tasks of this repository")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Add an entity: a crate of one short file, linked into the app
    NewEntity {
        /// The table's name: a plural in lower-case letters, such as `notes`
        name: String,
    },
    /// Write a program outside this repository, with an entity that is held to the suite
    NewProject {
        /// Its folder, which is made; the last part of it is the program's name
        folder: PathBuf,
    },
    /// Write the files that follow from the entities and the rules of merging
    Codegen(codegen::Options),
    /// Play schedules of faults over every entity, and compare with the model
    Sim(sim::Options),
    /// Try importing and resuming with the real agents, as npm has them today
    Agents(agents::Options),
    /// Try the app in this machine's Chromium, as a person would
    Browser(browser::Options),
    /// Run the tests of cargo, and those of pages that depend on the day or the zone, a year ahead in
    /// three zones
    Elsewhere,
    /// Run the tests of the deployment's functions and of everything in a browser
    Pages,
    /// Run all tests, and add up their results
    Test(test::Options),
    /// Compare what things cost with what they cost without syncing
    Bench(bench::Options),
    /// Say which lines of the engine the model's paths and the suite reach
    Coverage(coverage::Options),
    /// Damage files of the program, and see what it says and how it goes on
    Damage(damage::Options),
    /// Let each system call of the program fail once, and compare with what it said
    Faults(faults::Options),
    /// Kill the program at random moments, and compare with what it acknowledged
    Kills(kills::Options),
    /// Make mistakes in a copy of the engine, and see that the suite catches each
    Mistakes(mistakes::Options),
    /// Run a Convex deployment on this machine, with stand-ins for GitHub and Google
    ConvexLocal(convex_local::Options),
    /// Hold a Convex deployment to what Driftline needs of it, with two throw-away accounts
    ConvexCheck(convex_check::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.parent().context("xtask is not inside the repository")?;
    match task {
        Task::NewEntity { name } => new_entity::run(root, &name),
        Task::NewProject { folder } => new_project::run(root, &folder),
        Task::Codegen(options) => codegen::run(root, &options),
        Task::Sim(options) => sim::run(&options),
        Task::Agents(options) => agents::run(root, &options),
        Task::Browser(options) => browser::run(root, &options),
        Task::Elsewhere => elsewhere::run(root),
        Task::Pages => test::pages(root),
        Task::Test(options) => test::run(root, &options),
        Task::Bench(options) => bench::run(root, &options),
        Task::Coverage(options) => coverage::run(root, &options),
        Task::Damage(options) => damage::run(root, &options),
        Task::Faults(options) => faults::run(root, &options),
        Task::Kills(options) => kills::run(root, &options),
        Task::Mistakes(options) => mistakes::run(root, &options),
        Task::ConvexLocal(options) => convex_local::run(root, &options),
        Task::ConvexCheck(options) => convex_check::run(&options),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn no_task_contradicts_itself() {
        Arguments::command().debug_assert();
    }
}
