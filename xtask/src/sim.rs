//! `cargo xtask sim`: the convergence suite, as many schedules as one has time for.

use std::{
    io::{IsTerminal, Write},
    str::FromStr,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result, bail};
use driftline_convergence::{Suite, seed_of_day};
use driftline_entities as _;
use driftline_memory as _;
use driftline_sqlite as _;
use todos as _;

/// What to play.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many schedules
    #[arg(long, default_value_t = 10_000)]
    schedules: u64,
    /// The seed of the first one; the others follow it. `day` is today's, which the tests
    /// play a part of. Without it, one is drawn
    #[arg(long)]
    seed: Option<Seed>,
    /// Steps in a schedule
    #[arg(long, default_value_t = 100)]
    steps: usize,
    /// Backends to pair with each other, local and remote
    #[arg(long, value_delimiter = ',', default_value = "memory")]
    backends: Vec<String>,
}

/// Where to begin.
#[derive(Clone, Copy)]
enum Seed {
    This(u64),
    OfDay,
}

impl FromStr for Seed {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "day" {
            return Ok(Self::OfDay);
        }
        let number = text.parse().map(Self::This);
        number.with_context(|| format!("`{text}` is neither a number nor `day`"))
    }
}

/// Fewer schedules than this may miss a kind of fault by chance.
const ENOUGH: u64 = 300;

pub(crate) fn run(options: &Options) -> Result<()> {
    let seed = match options.seed {
        Some(Seed::This(seed)) => seed,
        Some(Seed::OfDay) => seed_of_day(u64::try_from(since_1970()?.as_millis())?),
        None => u64::from(since_1970()?.subsec_nanos()),
    };
    let Options { schedules, steps, backends, .. } = options;
    let backends_named = backends.join(",");
    println!(
        "again: cargo xtask sim --schedules {schedules} --seed {seed} --steps {steps} \
         --backends {backends_named}"
    );
    // A panic inside a schedule is a failure with a seed like any other.
    std::panic::set_hook(Box::new(|_| ()));
    for local in &options.backends {
        for remote in &options.backends {
            pair(options, seed, local, remote)?;
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a seed that nobody chose")]
fn since_1970() -> Result<Duration> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.context("this machine's clock stands before 1970: set it, or give a --seed")
}

fn pair(options: &Options, seed: u64, local: &str, remote: &str) -> Result<()> {
    let suite = Suite::registered(local, remote)?;
    let terminal = std::io::stderr().is_terminal();
    #[expect(clippy::disallowed_methods, reason = "it says how fast it was")]
    let start = std::time::Instant::now();
    let tick = |played: u64| {
        if terminal && played.is_multiple_of(100) {
            let mut out = std::io::stderr().lock();
            let _gone = write!(out, "\r{local} with {remote}: {played}/{}", options.schedules);
        }
    };
    let mut outcome =
        driftline_convergence::run(&suite, options.schedules, options.steps, seed, &tick);
    if terminal {
        eprintln!();
    }
    let seconds = start.elapsed().as_secs_f64();
    if let Some(failure) = outcome.failure.take().map(|it| it.shrink(&suite)) {
        bail!("{local} with {remote}: {failure} --steps {} --backends {local}", options.steps);
    }
    for (what, count) in &outcome.counts {
        println!("{count:>12}  {what}");
    }
    let never = outcome.never();
    if outcome.schedules >= ENOUGH && !never.is_empty() {
        bail!("these never happened: {}", never.join(", "));
    }
    let schedules = outcome.schedules;
    let speed = schedules as f64 / seconds.max(0.001);
    println!(
        "{local} with {remote}: {schedules} schedules, no promise broken, {speed:.0} a second"
    );
    Ok(())
}
