//! The times that agents write: RFC 3339 text. Whatever stands there, the answer is a
//! moment that an id can hold, or none.

use driftline_core::Millis;

/// The last moment that an id and a stamp can hold.
const LAST: i64 = (1 << 48) - 1;

/// Milliseconds since 1970 of an RFC 3339 text; without an offset it is UTC. A moment
/// before 1970 counts as 1970.
pub(crate) fn parse(text: &str) -> Option<Millis> {
    let bytes = text.as_bytes();
    let part = |from: usize, to: usize| number(bytes.get(from..to)?);
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|it| any.contains(it));
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    let shaped = is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    let real = (1..=12).contains(&month) && (1..=31).contains(&day);
    if !shaped || !real || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    let mut milli = 0;
    if is(at, b".") {
        let digits = bytes[at + 1..].iter().take_while(|it| it.is_ascii_digit()).count();
        let mut shown = [b'0'; 3];
        for (to, from) in shown.iter_mut().zip(&bytes[at + 1..at + 1 + digits]) {
            *to = *from;
        }
        milli = number(&shown)?;
        at += 1 + digits;
    }
    let offset = match bytes.get(at..)? {
        [] | b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let minutes = match rest {
                [a, b, b':', c, d] | [a, b, c, d] => number(&[*a, *b])? * 60 + number(&[*c, *d])?,
                _ => return None,
            };
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset;
    Some(clamp((minutes * 60 + second) * 1000 + milli))
}

/// The nearest moment that an id can hold.
pub(crate) fn clamp(millis: i64) -> Millis {
    millis.clamp(0, LAST).unsigned_abs()
}

/// Days from 1970-01-01 in the Gregorian calendar; years begin in March here, so that
/// the leap day is the last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
    })
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
    fn far_times_are_held_and_garbage_is_none() {
        assert_eq!(parse("0001-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse("9999-12-31T23:59:59.999Z"), Some(253_402_300_799_999));
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00x"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}", cut in 0usize..30) {
            parse(&text);
            parse(&format!("{}{text}", &"2026-08-10T12:00:05.123+02:00"[..cut.min(29)]));
        }
    }
}
