//! `cargo xtask damage`: files of the real program are damaged. The tests damage a few.

use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};
use driftline_crash_tests::damage;

use crate::kills::program;

/// What to play.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many files
    #[arg(long, default_value_t = 500)]
    count: u64,
    /// The seed of the first one; the others follow it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The program to play with, instead of the one that the sources make
    #[arg(long)]
    program: Option<PathBuf>,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let program = program(root, options.program.as_deref())?;
    let (count, terminal) = (options.count, std::io::stderr().is_terminal());
    let played = damage::run(&program, count, options.seed, |done| {
        if terminal {
            let mut out = std::io::stderr().lock();
            let _gone = write!(out, "\r{done}/{count} files");
        }
    })?;
    for it in &played.broken {
        eprintln!("broken: {it}");
    }
    for ((target, outcome), count) in &played.outcomes {
        println!("{count:>8}  {target}: {outcome:?}");
    }
    let broken = played.broken.len();
    ensure!(broken == 0, "{broken} of {count} damaged files broke a promise; see above");
    println!("{count} damaged files, {} s; no promise broken", played.took.as_secs());
    Ok(())
}
