//! Time for what runs beside a test, such as a server or a socket: dice that fall alike in
//! every run, as those of [`Simulated`], whose own sleepers never wait.

use std::{
    future::pending,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use driftline_core::{Env, Millis, Simulated};
use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::time::{Instant, sleep};

/// What time does to whatever looks at it or sleeps.
enum Way {
    /// It passes when a test says so, and whoever sleeps never wakes.
    Still,
    /// It passes when a test says so, and whoever sleeps waits in real time.
    Set,
    /// It passes, from then on, as tokio's does: as fast as ever it can if that is paused.
    Runs(Instant),
}

/// A clock.
pub struct Clock {
    simulated: Simulated,
    way: Way,
    /// How much time passes with every look.
    step: AtomicU64,
}

impl Clock {
    /// One that stands still until a test lets time pass. Whatever sleeps never wakes: what
    /// has to come by itself comes, and nothing is cut off by a clock.
    pub fn still(seed: u64, wall: Millis) -> Self {
        Self::of(seed, wall, Way::Still)
    }

    /// One that a test sets, and that really waits when something sleeps.
    pub fn set(seed: u64, wall: Millis) -> Self {
        Self::of(seed, wall, Way::Set)
    }

    /// One that runs from `wall` on as tokio's does.
    pub fn running(seed: u64, wall: Millis) -> Self {
        Self::of(seed, wall, Way::Runs(Instant::now()))
    }

    fn of(seed: u64, wall: Millis, way: Way) -> Self {
        Self { simulated: Simulated::new(seed, wall), way, step: AtomicU64::new(0) }
    }

    /// Lets time pass.
    pub fn pass(&self, length: Millis) {
        self.simulated.pass(length);
    }

    /// From now on time passes with every look at the clock, by so much.
    pub fn pass_with_each_look(&self, length: Millis) {
        self.step.store(length, Ordering::Relaxed);
    }

    fn ran(&self) -> Millis {
        match &self.way {
            Way::Runs(since) => Millis::try_from(since.elapsed().as_millis()).unwrap(),
            Way::Still | Way::Set => 0,
        }
    }
}

impl Env for Clock {
    fn wall(&self) -> Millis {
        self.simulated.wall() + self.ran()
    }

    fn monotonic(&self) -> Millis {
        self.simulated.pass(self.step.load(Ordering::Relaxed));
        self.simulated.monotonic() + self.ran()
    }

    fn random(&self) -> u64 {
        self.simulated.random()
    }

    fn sleep(&self, length: Millis) -> BoxFuture<'static, ()> {
        match self.way {
            Way::Still => pending().boxed(),
            Way::Set | Way::Runs(_) => sleep(Duration::from_millis(length)).boxed(),
        }
    }
}
