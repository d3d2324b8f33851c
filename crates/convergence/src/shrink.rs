//! Finding the few steps that matter in a schedule that fails: leaving out ever smaller
//! stretches for as long as it still fails.

use crate::{
    Suite,
    plan::Plan,
    run::{Failure, play},
};

/// How many schedules may be played to shrink one.
const TRIES: usize = 2_000;

pub(crate) fn shrink(suite: &Suite, plan: Plan) -> Failure {
    let Plan { seed, world, mut steps } = plan;
    let attempt = |steps: &[_], world: &crate::plan::World| {
        play(suite, &Plan { seed, world: world.clone(), steps: steps.to_vec() }).1
    };
    let mut broken = attempt(&steps, &world);
    let mut tries = 0;
    let mut stretch = steps.len() / 2;
    while stretch > 0 && tries < TRIES && broken.is_some() {
        let (mut place, mut left_out) = (0, false);
        while place < steps.len() && tries < TRIES {
            let end = (place + stretch).min(steps.len());
            let fewer = [&steps[..place], &steps[end..]].concat();
            tries += 1;
            match attempt(&fewer, &world) {
                Some(reason) => (broken, steps, left_out) = (Some(reason), fewer, true),
                None => place = end,
            }
        }
        if !left_out || stretch > 1 {
            stretch /= 2;
        }
    }
    let broken = broken.unwrap_or_else(|| "it fails only sometimes: something is random".into());
    Failure { seed, broken, world, steps }
}
