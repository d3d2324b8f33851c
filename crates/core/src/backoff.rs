//! How long to wait before something that failed is tried again.

use std::ops::RangeInclusive;

/// A random part of a longest wait, which doubles with each failure: from the start of
/// `longest` after none before it, up to its end. So whoever failed together does not try
/// again together. The wait is in the unit of `longest`, and may be 0.
///
/// ```
/// use driftline_core::backoff;
///
/// assert!(backoff(&(1_000..=60_000), 0, u64::MAX) <= 1_000);
/// assert!(backoff(&(1_000..=60_000), 3, u64::MAX) <= 8_000);
/// assert!(backoff(&(1_000..=60_000), 99, u64::MAX) <= 60_000);
/// ```
pub fn backoff(longest: &RangeInclusive<u64>, failures: u32, random: u64) -> u64 {
    let most = longest.start().saturating_mul(1 << failures.min(20)).min(*longest.end());
    random % most.saturating_add(1)
}
