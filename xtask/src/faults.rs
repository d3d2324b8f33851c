//! `cargo xtask faults`: each system call of the real program fails once. The tests play a few.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use driftline_crash_tests::faults;

use crate::{debian, kills::program};

/// What to play.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Workloads to play (all of them if left out)
    workloads: Vec<String>,
    /// Let every call fail, instead of a sample
    #[arg(long)]
    every: bool,
    /// How many calls of each kind fail in a workload, with each error
    #[arg(long, default_value_t = 3)]
    most: usize,
    /// What draws them
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Play one fault again: WORKLOAD,CALL,EFFECT,NUMBER
    #[arg(long, value_delimiter = ',')]
    again: Vec<String>,
    /// The program to play with, instead of the one that the sources make
    #[arg(long)]
    program: Option<PathBuf>,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    ready()?;
    let known = faults::names();
    if let Some(name) = options.workloads.iter().find(|it| !known.contains(&it.as_str())) {
        bail!("no workload is called `{name}`; choose among {}", known.join(", "));
    }
    let program = program(root, options.program.as_deref())?;
    if let [workload, call, effect, moment] = &options.again[..] {
        let moment = moment.parse().context("the number of the call")?;
        faults::again(&program, workload, call, effect, moment)?;
        println!("it went well");
        return Ok(());
    }
    let most = if options.every { usize::MAX } else { options.most };
    let given = faults::Options { most, seed: options.seed };
    let played = faults::run(&program, &options.workloads, given, |name, played| {
        let (done, seconds) = (played.count(), played.took.as_secs_f64());
        let rate = done as f64 / seconds.max(0.001);
        println!("{done:>6} faults, {rate:.1} a second, after `{name}`");
    })?;
    for it in &played.broken {
        eprintln!("broken: {it}");
    }
    for (call, count) in &played.faults {
        println!("{count:>8}  {call}");
    }
    let (count, seconds) = (played.count(), played.took.as_secs());
    let broken = played.broken.len();
    ensure!(broken == 0, "{broken} of {count} faults broke a promise; see above");
    println!(
        "{count} faults, {} of them without harm, {seconds} s; nothing was lost",
        played.unharmed
    );
    Ok(())
}

/// The program that lets calls fail, installed first if need be.
pub(crate) fn ready() -> Result<PathBuf> {
    debian::find_or_install(|| Ok(strace()), &["strace"], ADVICE)
}

const ADVICE: &str = "The tests let system calls fail through `strace`. On Debian or Ubuntu:\n  \
    sudo apt-get update && sudo apt-get install --no-install-recommends strace";

fn strace() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|it| it.join("strace")).find(|it| it.is_file())
}
