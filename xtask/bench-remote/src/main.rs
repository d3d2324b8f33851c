//! What remotes that people own cost, beside the least that the same rows can cost there:
//! PostgreSQL beside its COPY, a bucket beside one object with everything in it. Both sides are
//! measured in turns in one run, each in a process of its own, as `xtask-bench` does it.
//!
//! A crate of its own, because a client of PostgreSQL and one of buckets take long to optimise.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for a terminal")]

mod bucket;
mod device;
mod part;
mod postgres;
mod rows;
mod scenario;
mod secrets;
mod stage;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use driftline_entities as _;
use xtask_bench::{
    reading::{Reading, medians},
    report::{self, Measured, Named},
};

use crate::{
    part::{Part, Player, Side},
    scenario::{Remote, Scenario},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Below that there is nothing to measure.
const FEWEST: u64 = 100;

/// What remotes that people own cost beside their bare limits
#[derive(Parser)]
#[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Which remote
    #[arg(required = true)]
    remote: Option<Remote>,
    /// How many messages, of about two kilobytes each
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    rows: u64,
    /// How often to measure everything; medians are shown
    #[arg(long, default_value_t = 3, value_name = "N")]
    runs: usize,
    /// Play this scenario and no other
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Write JSON, one object in a line
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

fn main() -> Result<()> {
    let mut arguments = Arguments::parse();
    match arguments.part.take() {
        Some(part) => part.run(),
        None => run(&arguments),
    }
}

/// Measures, and prints a table or JSON, line by line as it is known.
fn run(arguments: &Arguments) -> Result<()> {
    let Arguments { rows, runs, json, .. } = *arguments;
    ensure!(runs > 0, "a bench needs at least one run: `--runs 1`");
    ensure!(rows >= FEWEST, "a bench needs at least {FEWEST} rows: `--rows {FEWEST}`");
    let remote = arguments.remote.context("which remote? `postgres` or `bucket`")?;
    let chosen = chosen(remote, arguments.only.as_deref())?;
    let folder = tempfile::tempdir()?;
    let server = remote.start()?;
    let player = Player::new(remote, folder.path(), rows, server.as_ref());
    if !json {
        println!("{}", report::head(rows, remote.bare()));
    }
    for scenario in &chosen {
        let measured = measure(&player, scenario, rows, runs)?;
        if json {
            println!("{}", measured.json());
        } else {
            println!("{}", measured.line());
        }
    }
    if !json {
        let named: Vec<Named> = chosen.iter().map(|it| it.named).collect();
        print!("\n{}", report::legend(&named, remote.bare(), runs));
    }
    Ok(())
}

fn chosen(remote: Remote, only: Option<&str>) -> Result<Vec<&'static Scenario>> {
    let all = remote.scenarios();
    let Some(name) = only else { return Ok(all.iter().collect()) };
    let found = all.iter().find(|it| it.named.name == name);
    let names: Vec<_> = all.iter().map(|it| it.named.name).collect();
    let unknown = || format!("no scenario is called {name}. There are {}", names.join(", "));
    Ok(vec![found.with_context(unknown)?])
}

/// Plays both sides of `scenario` in turns, and takes the median of each.
fn measure(player: &Player, scenario: &Scenario, rows: u64, runs: usize) -> Result<Measured> {
    for prepared in scenario.needs {
        player.prepare(*prepared)?;
    }
    let (mut ours, mut bare): (Vec<Reading>, Vec<Reading>) = (Vec::new(), Vec::new());
    for run in 0..runs {
        eprintln!("{rows} rows: {}, run {} of {runs}", scenario.named.name, run + 1);
        // Whoever comes second finds a warmer machine, so they take turns.
        let order = if run % 2 == 0 { [Side::Ours, Side::Bare] } else { [Side::Bare, Side::Ours] };
        for side in order {
            let reading = player.play(scenario, side, run)?;
            match side {
                Side::Ours => ours.push(reading),
                Side::Bare => bare.push(reading),
            }
        }
    }
    let (ours, bare) = (medians(&ours), medians(&bare));
    Ok(Measured { rows, runs, scenario: scenario.named, ours, bare })
}
