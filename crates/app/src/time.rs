//! Times as people and programs write them.

pub(crate) use driftline_client::iso;
use driftline_core::Millis;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// `millis` since 1970 for a person, to the second, UTC.
pub(crate) fn moment(millis: Millis) -> String {
    let text = iso(millis / 1000 * 1000).unwrap_or_default();
    text.trim_end_matches('Z').replace('T', " ")
}

/// A value of a time field, for a person.
pub(crate) fn shown(millis: i64) -> String {
    Timestamp::from_millisecond(millis).map_or_else(|_| millis.to_string(), |it| it.to_string())
}

/// A moment for a person, to the minute, UTC.
pub(crate) fn minute(millis: i64) -> String {
    let time = Timestamp::from_millisecond(millis);
    time.map_or_else(|_| millis.to_string(), |it| it.strftime("%Y-%m-%d %H:%M").to_string())
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

/// How long ago `then` was.
pub(crate) fn ago(then: Millis, now: Millis) -> String {
    let seconds = now.saturating_sub(then) / 1000;
    match seconds {
        0..5 => "just now".into(),
        5..90 => format!("{seconds} s ago"),
        90..5_400 => format!("{} min ago", (seconds + 30) / 60),
        5_400..172_800 => format!("{} h ago", (seconds + 1_800) / 3_600),
        _ => format!("{} days ago", (seconds + 43_200) / 86_400),
    }
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

    #[test]
    fn ages_are_rounded() {
        assert_eq!(ago(0, 61_000), "61 s ago");
        assert_eq!(ago(0, 120_000), "2 min ago");
        assert_eq!(ago(0, 3 * 86_400_000), "3 days ago");
        assert_eq!(ago(9, 0), "just now");
    }
}
