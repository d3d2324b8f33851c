//! Waiting for what a test expects to see, never for a time.

use std::{
    thread,
    time::{Duration, Instant},
};

/// Longer than anything may take, also on a machine that builds something else meanwhile.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How long what is waited for has the processor to itself between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// Looks until there is something to see.
///
/// # Panics
/// When [`PATIENCE`] is at its end; it names what was waited for.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "nothing but the end of a failing test is decided")]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::park_timeout(PAUSE);
    }
}
