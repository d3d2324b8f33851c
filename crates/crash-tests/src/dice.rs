//! Choices that follow from a seed.

use driftline_core::{Env as _, Simulated};

/// Falls alike for the same seed.
pub(crate) struct Dice(Simulated);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Simulated::new(seed, 0))
    }

    /// A number below `end`, which is at least 1.
    pub(crate) fn below(&self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.0.random() % end).unwrap_or(0)
    }

    /// Whether `of` out of `all` times.
    pub(crate) fn chance(&self, of: usize, all: usize) -> bool {
        self.below(all) < of
    }

    /// One of `all`; none if there is none.
    pub(crate) fn one<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    /// From 0 up to 1.
    pub(crate) fn part(&self) -> f64 {
        self.below(1_000_000) as f64 / 1_000_000.0
    }
}
