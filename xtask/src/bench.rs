//! `cargo xtask bench`: what things cost, as a multiple of what the same thing costs a
//! program that keeps rows in SQLite and never syncs. Both sides are measured in turn in
//! one run, because seconds differ from machine to machine and from minute to minute; a
//! ratio tells whether the engine became slower.

mod app;
mod bare;
mod convex;
mod data;
mod device;
mod report;
mod round;

use std::path::Path;

use anyhow::{Result, ensure};
use driftline_entities as _;

/// What to measure. The usual profile is optimised; with `cargo run --release -p xtask
/// -- bench` it is the very code that ships.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many messages, of about a kilobyte each
    #[arg(long, default_value_t = 100_000)]
    rows: u64,
    /// How often to measure everything; medians are shown
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Measure the app instead: its pages, its searches, what it uses while it is idle
    #[arg(long)]
    app: bool,
    /// Write JSON: times in seconds
    #[arg(long)]
    json: bool,
    /// Measure syncing through a Convex deployment on this machine instead
    #[arg(long, conflicts_with_all = ["json", "runs"])]
    convex: bool,
}

/// One thing that was measured, once.
struct Sample {
    /// What was done.
    what: &'static str,
    /// What it is compared with.
    against: &'static str,
    /// What it is counted in, or nothing if each takes so long that its time says more.
    unit: Option<&'static str>,
    /// Seconds for one.
    ours: f64,
    /// Seconds for one of what it is compared with.
    base: f64,
    /// Calls that a sync made.
    calls: Option<u32>,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    ensure!(options.rows >= 1_000, "a bench needs at least 1000 rows: `--rows 1000`");
    if options.convex {
        return convex::run(root, options.rows);
    }
    ensure!(options.runs > 0, "a bench needs at least one run: `--runs 1`");
    if options.app {
        return app::run(options.rows, options.json);
    }
    let mut rounds = Vec::new();
    for number in 0..options.runs {
        if !options.json {
            eprintln!("run {} of {}", number + 1, options.runs);
        }
        // Whoever comes second finds a warmer machine, so they take turns.
        rounds.push(round::run(options.rows, number % 2 == 0)?);
    }
    let medians = report::medians(&rounds);
    if options.json {
        println!("{}", report::json(&medians));
    } else {
        print!("{}", report::table(&medians, options));
    }
    Ok(())
}

/// How long `job` takes, in seconds.
fn seconds(job: impl FnOnce() -> Result<()>) -> Result<f64> {
    #[expect(clippy::disallowed_methods, reason = "it measures")]
    let start = std::time::Instant::now();
    job()?;
    Ok(start.elapsed().as_secs_f64())
}
