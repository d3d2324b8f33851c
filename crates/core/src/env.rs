//! The one door for each side effect that the engine needs besides its store and
//! its backend: time, randomness and sleeping. A fleet of devices that are handed a
//! seeded one runs in one thread, the same way every time.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::Notify;

/// Milliseconds: since 1970 for a moment, or a length of time.
pub type Millis = u64;

/// Time, randomness and sleep.
pub trait Env: Send + Sync {
    /// What the wall clock shows, in milliseconds since 1970. It may jump.
    fn wall(&self) -> Millis;

    /// A clock that never jumps, in milliseconds since some moment of this process.
    fn monotonic(&self) -> Millis;

    /// 64 random bits.
    fn random(&self) -> u64;

    /// Waits.
    fn sleep(&self, length: Millis) -> BoxFuture<'static, ()>;
}

/// An [`Env`] that runs from a seed: its time passes only when it is told to or when
/// something sleeps, and its wall clock can be set like a real one.
pub struct Simulated {
    monotonic: Arc<AtomicU64>,
    /// Told whenever time passes; none if whatever sleeps makes it pass.
    passed: Option<Arc<Notify>>,
    offset: Mutex<i64>,
    random: AtomicU64,
}

impl Simulated {
    /// Starts at `wall` milliseconds since 1970.
    pub fn new(seed: u64, wall: Millis) -> Self {
        let offset = Mutex::new(i64::try_from(wall).unwrap_or(i64::MAX));
        Self { monotonic: Arc::default(), passed: None, offset, random: AtomicU64::new(seed) }
    }

    /// The same, but whatever sleeps waits until it is told that so much time passed: for
    /// several things that run side by side, such as a connection and its deadlines.
    #[must_use]
    pub fn patient(self) -> Self {
        Self { passed: Some(Arc::default()), ..self }
    }

    /// How far a counter goes on from one random number to the next.
    pub const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

    /// The random number of a counter: SplitMix64.
    pub const fn mix(counter: u64) -> u64 {
        let bits = (counter ^ (counter >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Lets time pass.
    pub fn pass(&self, length: Millis) {
        self.monotonic.fetch_add(length, Ordering::Relaxed);
        if let Some(passed) = &self.passed {
            passed.notify_waiters();
        }
    }

    /// Sets the wall clock forward or back, as a person or a time server would.
    pub fn jump(&self, by: i64) {
        let mut offset = self.offset();
        *offset = offset.saturating_add(by);
    }

    fn offset(&self) -> MutexGuard<'_, i64> {
        self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Env for Simulated {
    fn wall(&self) -> Millis {
        self.monotonic().saturating_add_signed(*self.offset())
    }

    fn monotonic(&self) -> Millis {
        self.monotonic.load(Ordering::Relaxed)
    }

    fn random(&self) -> u64 {
        Self::mix(self.random.fetch_add(Self::STEP, Ordering::Relaxed).wrapping_add(Self::STEP))
    }

    fn sleep(&self, length: Millis) -> BoxFuture<'static, ()> {
        let clock = self.monotonic.clone();
        let Some(passed) = self.passed.clone() else {
            return async move { _ = clock.fetch_add(length, Ordering::Relaxed) }.boxed();
        };
        let end = self.monotonic().saturating_add(length);
        async move {
            loop {
                let time_passes = passed.notified();
                if clock.load(Ordering::Relaxed) >= end {
                    return;
                }
                time_passes.await;
            }
        }
        .boxed()
    }
}
