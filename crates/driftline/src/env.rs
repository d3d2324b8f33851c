//! Time and randomness of this machine, as the engine asks for them.
#![expect(clippy::disallowed_methods, reason = "this is where time enters")]

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use driftline_core::{Env, Error, Millis, Result};
use futures_util::future::{BoxFuture, FutureExt};
use rand::{Rng, SeedableRng, rngs::StdRng, rngs::SysRng};

/// The clocks of this machine, and random bits that its operating system seeded. What sleeps
/// needs a runtime of tokio around it.
pub struct SystemEnv {
    start: Instant,
    random: Mutex<StdRng>,
}

impl SystemEnv {
    /// The clocks as they are, and a fresh seed.
    ///
    /// # Errors
    /// When the operating system gives no random numbers.
    pub fn new() -> Result<Self> {
        let random = StdRng::try_from_rng(&mut SysRng).map_err(|error| Error::Store {
            what: "the operating system gives no random numbers".into(),
            help: "try again".into(),
            source: Some(Box::new(error)),
        })?;
        Ok(Self { start: Instant::now(), random: Mutex::new(random) })
    }
}

impl Env for SystemEnv {
    fn wall(&self) -> Millis {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis)
    }

    fn monotonic(&self) -> Millis {
        millis(self.start.elapsed())
    }

    fn random(&self) -> u64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }

    fn sleep(&self, length: Millis) -> BoxFuture<'static, ()> {
        tokio::time::sleep(Duration::from_millis(length)).boxed()
    }
}

fn millis(length: Duration) -> Millis {
    Millis::try_from(length.as_millis()).unwrap_or(Millis::MAX)
}
