//! What things cost beside what the same costs a program that keeps rows in SQLite and never
//! syncs. Both sides are measured in turns in one run, because seconds differ from machine to
//! machine and from minute to minute; a ratio tells whether the engine became slower.
//!
//! A scenario measures one thing on both sides, on files that the stage holds ready.
//! Each side of each run is a process of its own, which says how much memory it
//! took at most. A crate of its own, so that the engine is optimised for it without the rest.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for a terminal")]

pub mod bare;
pub mod data;
mod device;
pub mod memory;
mod options;
mod part;
pub mod program;
pub mod reading;
pub mod report;
mod scenario;
mod scenarios;
mod stage;
mod transcripts;
mod words;

use anyhow::{Result, ensure};
use driftline_entities as _;

pub use self::{options::Options, part::Part};
use self::{
    part::{Player, Side},
    reading::Reading,
    report::{Measured, Named},
    scenario::Scenario,
};

/// What driftline is compared with.
const BARE: &str = "bare SQLite";

/// Measures, and prints a table or JSON, line by line as it is known.
///
/// # Errors
/// When there is too little to measure, or when the engine or the disk fails.
pub fn run(options: &Options) -> Result<()> {
    ensure!(options.runs > 0, "a bench needs at least one run: `--runs 1`");
    let chosen = options.scenarios()?;
    let sizes = options.sizes()?;
    let program = if options.program { Some(program::build()?) } else { None };
    for rows in sizes {
        let folder = tempfile::tempdir()?;
        let player = Player::new(folder.path(), rows, program.clone());
        if !options.json {
            println!("{}", report::head(rows, BARE));
        }
        for scenario in &chosen {
            let measured = measure(&player, scenario, options.runs)?;
            if options.json {
                println!("{}", measured.json());
            } else {
                println!("{}", measured.line());
            }
        }
        if !options.json {
            println!();
        }
    }
    if !options.json {
        let named: Vec<Named> = chosen.iter().map(|it| it.named()).collect();
        print!("{}", report::legend(&named, BARE, options.runs));
    }
    Ok(())
}

/// Plays both sides of `scenario` in turns, and takes the median of each.
fn measure(player: &Player, scenario: &'static Scenario, runs: usize) -> Result<Measured> {
    for prepared in scenario.needs {
        player.prepare(*prepared)?;
    }
    let (mut ours, mut bare): (Vec<Reading>, Vec<Reading>) = (Vec::new(), Vec::new());
    for run in 0..runs {
        eprintln!("{} rows: {}, run {} of {runs}", player.rows(), scenario.name, run + 1);
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
    let (ours, bare) = (reading::medians(&ours), reading::medians(&bare));
    Ok(Measured { rows: player.rows(), runs, scenario: scenario.named(), ours, bare })
}

/// The middle one.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
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
