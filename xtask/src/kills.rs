//! `cargo xtask kills`: the real program is killed at random moments. The tests play a few.

use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use driftline_crash_tests::{Remote, kills};

use crate::{browser, postgres};

/// What to play.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many kills
    #[arg(long, default_value_t = 200)]
    count: u64,
    /// The seed of the first folder of profiles; the others follow it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What the profiles sync with: `sqlite`, `bucket` for one in a folder, `postgres`, or
    /// `convex` for a local deployment
    #[arg(long, default_value = "sqlite")]
    remote: Remote,
    /// The program to kill, instead of the one that the sources make
    #[arg(long)]
    program: Option<PathBuf>,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let program = program(root, options.program.as_deref())?;
    let Options { count, seed, remote, .. } = *options;
    if remote == Remote::Postgres {
        postgres::ready()?;
    }
    println!("again: cargo xtask kills --count {count} --seed {seed} --remote {}", remote.name());
    let terminal = std::io::stderr().is_terminal();
    let played = kills::run(&program, kills::Options { count, seed, remote }, |played| {
        let (done, seconds) = (played.count(), played.took.as_secs_f64());
        if terminal || played.lives.is_multiple_of(50) {
            let end = if terminal { '\r' } else { '\n' };
            let rate = done as f64 / seconds.max(0.001);
            let mut out = std::io::stderr().lock();
            let _gone = write!(out, "{done}/{count} kills, {rate:.1} a second{end}");
        }
    })?;
    for (kind, count) in &played.kills {
        println!("{count:>8}  {kind}");
    }
    let (count, lives, seconds) = (played.count(), played.lives, played.took.as_secs());
    println!("{count} kills in {lives} folders of profiles, {seconds} s; nothing was lost");
    Ok(())
}

/// The program that is `given`, otherwise one built from the sources as they are.
pub(crate) fn program(root: &Path, given: Option<&Path>) -> Result<PathBuf> {
    if let Some(given) = given {
        return given.canonicalize().with_context(|| format!("{}", given.display()));
    }
    // Asked for first: cargo puts a new file in the place of this one.
    let this = std::env::current_exe().context("cannot tell where this program is")?;
    browser::build(root)?;
    let program = this.with_file_name("driftline");
    ensure!(program.is_file(), "{} is not there", program.display());
    Ok(program)
}
