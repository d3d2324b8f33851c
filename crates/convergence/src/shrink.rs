//! Finding the few steps that matter in a schedule that fails: leaving out ever smaller
//! stretches for as long as it still fails.

use crate::{
    outcome::Failure,
    plan::{Plan, World},
    run::play,
    suite::Suite,
};

/// How many schedules may be played to shrink one.
const TRIES: usize = 2_000;

impl Failure {
    /// The same failure with only the steps that it needs.
    #[must_use]
    pub fn shrink(self, suite: &Suite) -> Self {
        let Self { seed, world, mut steps, .. } = self;
        let attempt = |steps: &[_], world: &World| {
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
        let broken =
            broken.unwrap_or_else(|| "it fails only sometimes: something is random".into());
        Self { seed, broken, world, steps }
    }
}
