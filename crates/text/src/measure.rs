//! Counts, times, lengths of time and sizes as people say them: the same on a page and in a
//! terminal.

use jiff::{Timestamp, tz::TimeZone};

/// `count` of a thing, in words.
///
/// ```
/// use driftline_text::count_of;
/// assert_eq!(count_of(1, "row", "rows"), "1 row");
/// assert_eq!(count_of(1_204, "row", "rows"), "1,204 rows");
/// ```
pub fn count_of(count: impl TryInto<u64>, one: &str, many: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A length of time, from milliseconds.
pub fn length(millis: u64) -> String {
    let seconds = millis / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => format!("{millis} ms"),
        (0, 0, seconds) => match millis % 1000 / 100 {
            tenths @ 1.. if seconds < 10 => format!("{seconds}.{tenths} s"),
            _ => format!("{seconds} s"),
        },
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// How long before `now` it was, both in milliseconds since 1970. Seconds are not counted:
/// a page that is drawn again would be restless.
pub fn ago(then: u64, now: u64) -> String {
    let seconds = now.saturating_sub(then) / 1000;
    match seconds {
        0..60 => "just now".into(),
        60..5_400 => format!("{} min ago", (seconds + 30) / 60),
        5_400..172_800 => format!("{} h ago", (seconds + 1_800) / 3_600),
        _ => format!("{} days ago", (seconds + 43_200) / 86_400),
    }
}

/// A moment, in milliseconds since 1970, to the minute.
pub fn minute(millis: i64, zone: &TimeZone) -> String {
    written(millis, zone, "%Y-%m-%d %H:%M")
}

/// A moment, in milliseconds since 1970, to the second.
pub fn second(millis: i64, zone: &TimeZone) -> String {
    written(millis, zone, "%Y-%m-%d %H:%M:%S")
}

/// No row is kept from being shown by a moment that no calendar has.
fn written(millis: i64, zone: &TimeZone, form: &str) -> String {
    let time = Timestamp::from_millisecond(millis);
    time.map_or_else(
        |_| millis.to_string(),
        |it| it.to_zoned(zone.clone()).strftime(form).to_string(),
    )
}

/// A number of bytes.
pub fn size(bytes: impl TryInto<u64>) -> String {
    const UNITS: &[&str] = &["kB", "MB", "GB", "TB"];
    let bytes = bytes.try_into().unwrap_or(u64::MAX);
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    match tenths {
        0..100 => format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit]),
        _ => format!("{} {}", tenths / 10, UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart_and_one_is_no_plural() {
        let said = [0, 1, 999, 1_000, 1_000_000].map(|it: u64| count_of(it, "row", "rows"));
        assert_eq!(said, ["0 rows", "1 row", "999 rows", "1,000 rows", "1,000,000 rows"]);
    }

    #[test]
    fn lengths_and_sizes_are_said_as_people_do() {
        let said = [12, 2_000, 2_150, 41_000, 60_000, 90_000, 2_460_000, 7_200_000, 9_000_000];
        let said: Vec<_> = said.into_iter().map(length).collect();
        assert_eq!(
            said,
            ["12 ms", "2 s", "2.1 s", "41 s", "1 min", "1 min 30 s", "41 min", "2 h", "2 h 30 min"]
        );
        let sizes: Vec<_> =
            [999, 1_000, 12_345, 1_048_576, 50_000_000_u64].into_iter().map(size).collect();
        assert_eq!(sizes, ["999 B", "1.0 kB", "12 kB", "1.0 MB", "50 MB"]);
    }

    #[test]
    fn ages_are_calm_and_rounded() {
        let said = [59_000, 61_000, 90_000, 7_200_000, 3 * 86_400_000];
        let said: Vec<_> = said.into_iter().map(|it| ago(0, it)).collect();
        assert_eq!(said, ["just now", "1 min ago", "2 min ago", "2 h ago", "3 days ago"]);
        assert_eq!(ago(9, 0), "just now");
    }

    #[test]
    fn moments_are_written_where_the_person_is() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(minute(1_795_348_800_000, &TimeZone::UTC), "2026-11-22 12:00");
        assert_eq!(second(1_795_348_801_999, &zone), "2026-11-22 13:00:01");
        assert_eq!(minute(i64::MAX, &zone), i64::MAX.to_string());
    }
}
