//! What `cargo xtask mistakes` builds again for every mistake: the suite over memory and
//! nothing else, because most of the time goes into building.

use anyhow::{Context, Result, bail};
use driftline_convergence::Suite;
use driftline_entities as _;
use driftline_memory as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STEPS: usize = 100;

fn main() -> Result<()> {
    // A panic inside a schedule is a failure with a seed like any other.
    std::panic::set_hook(Box::new(|_| ()));
    let mut numbers = std::env::args().skip(1).map(|it| it.parse::<u64>());
    let mut number = || numbers.next().context("usage: xtask-player SCHEDULES SEED");
    let (schedules, seed) = (number()??, number()??);
    let suite = Suite::registered("memory", "memory")?;
    let outcome = driftline_convergence::run(&suite, schedules, STEPS, seed, &|_| ());
    match outcome.failure {
        // To shrink it would take longer than to find it.
        Some(failure) => bail!("{failure}"),
        None => Ok(()),
    }
}
