//! Times as programs write them.

use driftline_core::Millis;
use jiff::Timestamp;

/// `millis` since 1970 as ISO 8601, UTC; none if no calendar goes so far.
pub fn iso(millis: Millis) -> Option<String> {
    let time = Timestamp::from_millisecond(i64::try_from(millis).ok()?).ok()?;
    Some(time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_iso() {
        assert_eq!(iso(1_795_348_800_000).as_deref(), Some("2026-11-22T12:00:00Z"));
        assert_eq!(iso(u64::MAX), None);
    }
}
