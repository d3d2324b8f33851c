//! How long somebody waits for an answer. Whoever works one out looks at it in every loop
//! whose length rows or people decide, and gives up when nobody waits any more.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use driftline_core::{Env, Millis};

use crate::{Error, Result};

/// How long somebody waits for an answer; by default, for as long as it takes.
#[derive(Clone, Default)]
pub struct Patience(Option<Limit>);

#[derive(Clone)]
struct Limit {
    env: Arc<dyn Env>,
    until: Millis,
    left: Arc<AtomicBool>,
}

impl Patience {
    /// Waits for `length` from now on, and not when `left` says that nobody is there.
    pub fn of(env: Arc<dyn Env>, length: Millis, left: Arc<AtomicBool>) -> Self {
        let until = env.monotonic().saturating_add(length);
        Self(Some(Limit { env, until, left }))
    }

    /// The same, but not for longer than `length` from now on, if it has an end at all.
    #[must_use]
    pub fn at_most(&self, length: Millis) -> Self {
        let shorter = self.0.as_ref().map(|it| {
            let until = it.until.min(it.env.monotonic().saturating_add(length));
            Limit { until, ..it.clone() }
        });
        Self(shorter)
    }

    /// Whether nobody waits any more.
    pub fn is_over(&self) -> bool {
        let over = |it: &Limit| it.left.load(Ordering::Relaxed) || it.env.monotonic() >= it.until;
        self.0.as_ref().is_some_and(over)
    }

    /// Goes on only while somebody waits.
    ///
    /// # Errors
    /// [`Error::TooLong`] when nobody does.
    pub fn check(&self) -> Result<()> {
        if self.is_over() { Err(Error::TooLong) } else { Ok(()) }
    }
}
