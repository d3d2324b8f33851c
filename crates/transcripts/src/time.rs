//! The times that agents write: RFC 3339 text, or seconds. Whatever stands there, the answer is a
//! moment that an id can hold, or none.

use driftline_core::Millis;
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::Offset};

/// The last moment that an id and a stamp can hold.
const LAST: i64 = (1 << 48) - 1;

/// Milliseconds since 1970 of an RFC 3339 text; without an offset it is UTC. A moment
/// before 1970 counts as 1970.
pub(crate) fn parse(text: &str) -> Option<Millis> {
    // A day alone is no moment.
    if !text.contains(['T', 't', ' ']) {
        return None;
    }
    let moment = text.parse::<Timestamp>().or_else(|_| {
        let utc = text.parse::<DateTime>();
        utc.and_then(|it| Offset::UTC.to_timestamp(it))
    });
    moment.ok().map(|it| clamp(it.as_millisecond()))
}

/// Milliseconds since 1970 of seconds and parts of one, to the nearest.
pub(crate) fn seconds(seconds: f64) -> Option<Millis> {
    let moment = SignedDuration::try_from_secs_f64(seconds + 0.0005).ok()?;
    Some(clamp(i64::try_from(moment.as_millis()).ok()?))
}

/// The nearest moment that an id can hold.
pub(crate) fn clamp(millis: i64) -> Millis {
    millis.clamp(0, LAST).unsigned_abs()
}

/// A moment as agents write it: RFC 3339 with milliseconds, in UTC. The year 9999 stands for
/// every later one.
pub(crate) fn iso(millis: Millis) -> String {
    let moment = i64::try_from(millis).ok().and_then(|it| Timestamp::from_millisecond(it).ok());
    format!("{:.3}", moment.unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_agents_write() {
        assert_eq!(parse("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(parse("2024-02-29T12:00:00Z"), Some(1_709_208_000_000));
        assert_eq!(parse("2026-08-10T12:00:05.123Z"), Some(1_786_363_205_123));
        assert_eq!(parse("2026-08-10T14:00:05.1239+02:00"), Some(1_786_363_205_123));
        assert_eq!(parse("2026-08-10 11:00:05.1-0100"), Some(1_786_363_205_100));
        assert_eq!(parse("2026-08-10T12:00:05"), Some(1_786_363_205_000));
    }

    #[test]
    fn seconds_have_parts() {
        assert_eq!(seconds(1_704_067_200.123), Some(1_704_067_200_123));
        assert_eq!(seconds(1_704_067_200.999_9), Some(1_704_067_201_000));
        assert_eq!((seconds(-1.0), seconds(f64::NAN), seconds(1e300)), (Some(0), None, None));
    }

    #[test]
    fn far_times_are_held_and_garbage_is_none() {
        assert_eq!(parse("0001-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("9999-12-30T22:00:00.999Z"), Some(253_402_207_200_999));
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00x"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        assert_eq!(iso(1_786_363_205_120), "2026-08-10T12:00:05.120Z");
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        let last = "9999-12-30T22:00:00.999Z";
        assert_eq!((iso(LAST.unsigned_abs()), iso(u64::MAX)), (last.into(), last.into()));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}", cut in 0usize..30) {
            parse(&text);
            parse(&format!("{}{text}", &"2026-08-10T12:00:05.123+02:00"[..cut.min(29)]));
        }
    }
}
