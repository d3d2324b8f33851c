//! The one door for each side effect that the engine needs besides its store and
//! its backend: time, randomness and sleeping. A fleet of devices that are handed a
//! seeded one runs in one thread, the same way every time.

use futures_util::future::BoxFuture;

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
