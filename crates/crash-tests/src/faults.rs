//! Each system call fails once. A **workload** is one run of the program on profiles that are
//! prepared; `strace` first counts the calls that it makes, then lets the first of a kind fail,
//! then the second, and so on.
//!
//! Whatever fails: the program ends by itself and without a panic; where it says that all went
//! well, all is there; where it says that it failed, nothing is half there; the same run without
//! a fault then does its work, and nothing that was there before is lost.

mod judge;
mod strace;
mod workloads;

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{Context as _, Result};

use crate::{dice::Dice, run::now};
use judge::Judge;
use strace::{Fault, moments};
use workloads::WORKLOADS;

/// What to play.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many moments of each kind of call of a workload fail, drawn by the seed where there
    /// are more.
    pub most: usize,
    /// The seed.
    pub seed: u64,
}

/// What was played so far.
#[derive(Debug, Default)]
pub struct Played {
    /// Runs with a fault, by the call that failed.
    pub faults: BTreeMap<&'static str, u64>,
    /// How many of them said that all went well.
    pub unharmed: u64,
    /// What was broken, with the fault.
    pub broken: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Played {
    /// All runs with a fault.
    pub fn count(&self) -> u64 {
        self.faults.values().sum()
    }
}

/// The names of all workloads.
pub fn names() -> Vec<&'static str> {
    WORKLOADS.iter().map(|it| it.name).collect()
}

/// Plays the workloads whose names `wanted` has, all if it is empty; `tell` hears what was
/// played after each of them, and its name.
///
/// # Errors
/// When the program does not do its work without a fault, or there is no `strace`.
pub fn run(
    program: &Path,
    wanted: &[String],
    options: Options,
    mut tell: impl FnMut(&str, &Played),
) -> Result<Played> {
    let start = now();
    let dice = Dice::new(options.seed);
    let mut played = Played::default();
    for workload in &WORKLOADS {
        if !wanted.is_empty() && !wanted.iter().any(|it| it == workload.name) {
            continue;
        }
        let judge = Judge::new(program, workload)?;
        let calls = judge.count()?;
        for (fault, moments) in moments(&calls, options.most, &dice) {
            for moment in moments {
                *played.faults.entry(fault.call).or_default() += 1;
                match judge.play(fault, moment) {
                    Ok(is_unharmed) => played.unharmed += u64::from(is_unharmed),
                    Err(error) => {
                        let fault = describe(workload.name, fault, moment);
                        played.broken.push(format!("{fault}: {error:#}"));
                    }
                }
            }
        }
        played.took = start.elapsed();
        tell(workload.name, &played);
    }
    Ok(played)
}

/// Plays one fault again.
///
/// # Errors
/// When the program breaks a promise.
pub fn again(
    program: &Path,
    workload: &str,
    call: &str,
    effect: &str,
    moment: usize,
) -> Result<()> {
    let known = WORKLOADS.iter().find(|it| it.name == workload);
    let known = known.with_context(|| format!("no workload is called `{workload}`"))?;
    let fault = Fault::find(call, effect)
        .with_context(|| format!("`{call}` with `{effect}` is not among the faults"))?;
    let outcome = Judge::new(program, known)?.play(fault, moment);
    outcome.map(drop).with_context(|| describe(workload, fault, moment))
}

fn describe(workload: &str, fault: Fault, moment: usize) -> String {
    let Fault { call, effect } = fault;
    format!(
        "`{workload}` with {effect} at call {moment} of {call}; again: cargo xtask faults \
         --again {workload},{call},{effect},{moment}"
    )
}
