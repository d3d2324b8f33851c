//! Playing many schedules, on as many threads as there are cores.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use driftline_core::Millis;

use crate::{
    fleet::Fleet,
    outcome::{Counts, Failure, Outcome},
    plan::Plan,
    promise::{chain, lock},
    suite::Suite,
};

/// The seed of the day at `wall` (UTC): the days since 1970 and six zeros, so that a
/// million schedules follow it before the next one's. What plays it finds what nobody has
/// played before, and whoever reads of it later can play it again.
pub fn seed_of_day(wall: Millis) -> u64 {
    const DAY: Millis = 24 * 60 * 60 * 1_000;
    (wall / DAY).saturating_mul(1_000_000)
}

/// Plays `schedules` schedules of `steps` steps, from `seed` on, and stops at the first
/// failure. `tick` is called now and then with how many were played.
pub fn run(
    suite: &Suite,
    schedules: u64,
    steps: usize,
    seed: u64,
    tick: &(dyn Fn(u64) + Sync),
) -> Outcome {
    let next = AtomicU64::new(0);
    let played = AtomicU64::new(0);
    let outcome = Mutex::new(Outcome::default());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= schedules || lock(&outcome).failure.is_some() {
                        return;
                    }
                    let plan = Plan::new(seed.wrapping_add(place), steps);
                    let (counts, broken) = play(suite, &plan);
                    let mut total = lock(&outcome);
                    total.schedules += 1;
                    for (what, count) in counts {
                        *total.counts.entry(what).or_default() += count;
                    }
                    if let (Some(broken), None) = (broken, &total.failure) {
                        let Plan { seed, world, steps } = plan;
                        total.failure = Some(Failure { seed, broken, world, steps });
                    }
                    drop(total);
                    tick(played.fetch_add(1, Ordering::Relaxed) + 1);
                }
            });
        }
    });
    outcome.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Plays one schedule, such as one that once failed: what happened, and which promise it
/// broke.
pub fn play(suite: &Suite, plan: &Plan) -> (Counts, Option<String>) {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut fleet = match Fleet::new(suite, plan) {
            Ok(fleet) => fleet,
            Err(error) => return (Counts::new(), Some(chain(&error))),
        };
        let done = fleet.play().and_then(|()| fleet.verify());
        (fleet.take_counts(), done.err().map(|error| chain(&error)))
    }));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()));
        (Counts::new(), Some(format!("panic: {}", text.unwrap_or_default())))
    })
}
