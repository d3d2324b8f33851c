//! `kill -9` at random moments of whatever the program does, one to four processes at once.
//!
//! A **life** is one folder with two profiles and a remote, more of them as it goes on. Its
//! rounds run, kill, start again and compare with what was acknowledged; in the end all
//! profiles sync and must be equal. How far a run had come when it was killed depends on the
//! machine; which runs there are, and at which part of their usual time each is killed, follows
//! from the seed.

mod ledger;
mod life;
mod work;

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{Context as _, Result};

use crate::{
    remote::{Remote, Service},
    run::now,
};
use life::Life;

/// What to play.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many kills there are at least.
    pub count: u64,
    /// The seed of the first life; the others follow it.
    pub seed: u64,
    /// What the profiles sync with.
    pub remote: Remote,
}

/// What was played so far.
#[derive(Debug, Default)]
pub struct Played {
    /// Lives.
    pub lives: u64,
    /// Kills, by what was killed.
    pub kills: BTreeMap<&'static str, u64>,
    /// How long it took.
    pub took: Duration,
}

impl Played {
    /// All kills.
    pub fn count(&self) -> u64 {
        self.kills.values().sum()
    }
}

/// Plays lives until there were enough kills; `tell` hears what was played after each.
///
/// # Errors
/// When the program breaks a promise. It names the seed.
pub fn run(program: &Path, options: Options, mut tell: impl FnMut(&Played)) -> Result<Played> {
    let start = now();
    let mut played = Played::default();
    let mut times = Times::default();
    let service = Service::start(options.remote)?;
    while played.count() < options.count {
        let seed = options.seed + played.lives;
        let remote = options.remote.name();
        let mut life = Life::new(program, seed, &service, &mut times, &mut played.kills);
        let outcome = life.play();
        outcome.with_context(|| {
            let (log, place) = (life.told(), life.keep());
            format!(
                "a promise broke; again: cargo xtask kills --count 1 --seed {seed} --remote \
                 {remote}\n{log}what is left of it is in {place}"
            )
        })?;
        played.lives += 1;
        played.took = start.elapsed();
        tell(&played);
    }
    Ok(played)
}

/// How long each kind of work takes on this machine when nobody kills it.
#[derive(Default)]
struct Times(BTreeMap<&'static str, Duration>);

impl Times {
    /// A first guess, until one was seen.
    const GUESS: Duration = Duration::from_millis(60);

    fn of(&self, kind: &'static str) -> Duration {
        self.0.get(kind).copied().unwrap_or(Self::GUESS)
    }

    fn learn(&mut self, kind: &'static str, took: Duration) {
        let known = self.0.entry(kind).or_insert(took);
        *known = (*known * 3 + took) / 4;
    }
}
