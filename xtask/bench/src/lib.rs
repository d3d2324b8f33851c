//! What things cost, as a multiple of what the same thing costs a program that keeps rows in
//! SQLite and never syncs. Both sides are measured in turn in one run, because seconds differ
//! from machine to machine and from minute to minute; a ratio tells whether the engine became
//! slower. A crate of its own, so that the engine is optimised for it without the rest.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for a terminal")]

mod bare;
pub mod data;
mod device;
mod report;
mod round;

use anyhow::{Result, ensure};
use driftline_entities as _;

pub use self::report::median;

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// How many messages, of about a kilobyte each
    #[arg(long, default_value_t = 100_000)]
    pub rows: u64,
    /// How often to measure everything; medians are shown
    #[arg(long, default_value_t = 3)]
    pub runs: usize,
    /// Write JSON: times in seconds
    #[arg(long)]
    pub json: bool,
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

/// Measures, and prints a table or JSON.
///
/// # Errors
/// When there is too little to measure, or when the engine or the disk fails.
pub fn run(options: &Options) -> Result<()> {
    ensure!(options.rows >= 1_000, "a bench needs at least 1000 rows: `--rows 1000`");
    ensure!(options.runs > 0, "a bench needs at least one run: `--runs 1`");
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
///
/// # Errors
/// Those of `job`.
pub fn seconds(job: impl FnOnce() -> Result<()>) -> Result<f64> {
    #[expect(clippy::disallowed_methods, reason = "it measures")]
    let start = std::time::Instant::now();
    job()?;
    Ok(start.elapsed().as_secs_f64())
}
