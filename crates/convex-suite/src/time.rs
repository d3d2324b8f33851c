//! The time of this machine, for what is called over a real network.
#![expect(clippy::disallowed_methods, reason = "this is where time enters")]

use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use driftline_core::{Env, Millis, Simulated};
use futures_util::future::{BoxFuture, FutureExt};

/// The clocks of this machine, and dice that fall otherwise each time. It must be used on
/// a tokio runtime with timers.
pub struct MachineTime {
    start: Instant,
    dice: Simulated,
}

impl MachineTime {
    /// From now on.
    #[must_use]
    pub fn start() -> Self {
        let seed = RandomState::new().hash_one(());
        Self { start: Instant::now(), dice: Simulated::new(seed, 0) }
    }
}

impl Env for MachineTime {
    fn wall(&self) -> Millis {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis)
    }

    fn monotonic(&self) -> Millis {
        millis(self.start.elapsed())
    }

    fn random(&self) -> u64 {
        self.dice.random()
    }

    fn sleep(&self, length: Millis) -> BoxFuture<'static, ()> {
        tokio::time::sleep(Duration::from_millis(length)).boxed()
    }
}

fn millis(length: Duration) -> Millis {
    Millis::try_from(length.as_millis()).unwrap_or(Millis::MAX)
}
