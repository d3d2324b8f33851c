//! Lengths of time as people write them in a config.

use std::time::Duration;

/// What is accepted, for an error.
pub(super) const ACCEPTED: &str = "a length of time such as \"500ms\", \"2s\" or \"1m\"";

/// Reads a length of time.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let millis = match unit.trim() {
        "ms" => number,
        "s" => number.checked_mul(1_000)?,
        "m" => number.checked_mul(60_000)?,
        "h" => number.checked_mul(3_600_000)?,
        _ => return None,
    };
    Some(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_needs_a_unit() {
        assert_eq!(parse("2s"), Some(Duration::from_secs(2)));
        assert_eq!(parse("500 ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse("1m"), Some(Duration::from_secs(60)));
        for wrong in ["", "2", "s", "-1s", "2 weeks", "99999999999999999999s"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
