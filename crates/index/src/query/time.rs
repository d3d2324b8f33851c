//! Moments as people write them in a search.

use std::ops::Range;

use driftline_core::Millis;
use jiff::{Span, Timestamp, Zoned, civil::Date, tz::TimeZone};

/// What is accepted.
pub(super) const ACCEPTED: [&str; 7] =
    ["2026", "2026-11", "2026-11-22", "today", "yesterday", "12h", "7d"];

/// When and where somebody searches: what `yesterday` means depends on both.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Milliseconds since 1970.
    pub now: Millis,
    /// Where they are.
    pub zone: TimeZone,
}

impl Clock {
    /// The moments, in milliseconds since 1970, that `text` stands for: a day, a month,
    /// a year, or all since some time ago.
    pub(super) fn read(&self, text: &str) -> Option<Range<i64>> {
        let now = Timestamp::from_millisecond(i64::try_from(self.now).ok()?).ok()?;
        let now = now.to_zoned(self.zone.clone());
        if let Some(length) = length(text) {
            let from = now.checked_sub(length).ok()?;
            return Some(from.timestamp().as_millisecond()..i64::MAX);
        }
        let (first, length) = match text {
            "today" => (now.date(), Span::new().days(1)),
            "yesterday" => (now.date().yesterday().ok()?, Span::new().days(1)),
            _ => date(text)?,
        };
        let start = |date: Date| date.to_zoned(self.zone.clone()).ok().as_ref().map(millis);
        Some(start(first)?..start(first.checked_add(length).ok()?)?)
    }
}

fn millis(time: &Zoned) -> i64 {
    time.timestamp().as_millisecond()
}

/// Such as `90m`, `12h`, `7d` or `2w`.
fn length(text: &str) -> Option<Span> {
    let unit = text.chars().next_back().filter(char::is_ascii_alphabetic)?;
    let count = text.get(..text.len() - 1)?;
    let count: i64 = count.parse().ok().filter(|it| (0..100_000).contains(it))?;
    match unit {
        'm' => Some(Span::new().minutes(count)),
        'h' => Some(Span::new().hours(count)),
        'd' => Some(Span::new().days(count)),
        'w' => Some(Span::new().weeks(count)),
        _ => None,
    }
}

/// The first day of a year, a month or a day, and how long it lasts.
fn date(text: &str) -> Option<(Date, Span)> {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |at: usize| parts.get(at).map_or(Some(1), |it| it.parse::<i8>().ok());
    let year = parts.first().filter(|it| it.len() == 4)?.parse().ok()?;
    let length = match parts.len() {
        1 => Span::new().years(1),
        2 => Span::new().months(1),
        3 => Span::new().days(1),
        _ => return None,
    };
    Some((Date::new(year, number(1)?, number(2)?).ok()?, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;
    /// 2026-11-22T12:00 UTC.
    const NOON: i64 = 1_795_348_800_000;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let clock = Clock { now: NOON.cast_unsigned(), zone: TimeZone::UTC };
        let day = NOON - DAY / 2;
        for (text, from, to) in [
            ("today", day, day + DAY),
            ("yesterday", day - DAY, day),
            ("2026-11-22", day, day + DAY),
            ("2026-11", day - 21 * DAY, day + 9 * DAY),
            ("7d", NOON - 7 * DAY, i64::MAX),
            ("12h", NOON - DAY / 2, i64::MAX),
        ] {
            assert_eq!(clock.read(text), Some(from..to), "{text}");
        }
        let year = clock.read("2026").unwrap();
        assert_eq!(year.end - year.start, 365 * DAY);
        for wrong in ["", "d", "-7d", "soon", "2026-13", "2026-1-1-1", "26", "7y", "9999999w", "é"]
        {
            assert_eq!(clock.read(wrong), None, "{wrong}");
        }
    }
}
