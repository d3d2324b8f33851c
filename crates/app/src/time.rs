//! Times as people and programs write them.

pub(crate) use driftline_client::iso;
use driftline_core::Millis;
use driftline_text as text;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// A moment for a person, to the second, UTC.
pub(crate) fn moment(millis: Millis) -> String {
    i64::try_from(millis).map(|it| text::second(it, &TimeZone::UTC)).unwrap_or_default()
}

/// A value of a time field, for a person.
pub(crate) fn shown(millis: i64) -> String {
    Timestamp::from_millisecond(millis).map_or_else(|_| millis.to_string(), |it| it.to_string())
}

/// A moment for a person, to the minute, UTC.
pub(crate) fn minute(millis: i64) -> String {
    text::minute(millis, &TimeZone::UTC)
}

/// Milliseconds since 1970 of what a person wrote: ISO 8601, without an offset in UTC;
/// milliseconds; or `now`.
pub(crate) fn parse(text: &str, now: Millis) -> Option<i64> {
    if text == "now" {
        return i64::try_from(now).ok();
    }
    if let Ok(millis) = text.parse() {
        return Some(millis);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_millisecond());
    }
    let civil: DateTime = text.parse().ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let noon = 1_795_348_800_000;
        for text in ["2026-11-22T12:00:00Z", "2026-11-22T13:00:00+01:00", "2026-11-22T12:00"] {
            assert_eq!(parse(text, 0), Some(noon), "{text}");
        }
        assert_eq!(parse("2026-11-22", 0), Some(noon - 12 * 3_600_000));
        assert_eq!(parse("1795348800000", 0), Some(noon));
        assert_eq!(parse("now", 7), Some(7));
        assert_eq!(parse("yesterday-ish", 0), None);
    }
}
