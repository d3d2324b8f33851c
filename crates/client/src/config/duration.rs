//! Lengths of time as people write them in a config.

use std::time::Duration;

use jiff::fmt::friendly::SpanParser;

/// What is accepted, for an error.
pub(super) const ACCEPTED: &str = "a length of time such as \"500ms\", \"2s\" or \"1m 30s\"";

/// Reads a length of time.
pub(super) fn parse(text: &str) -> Option<Duration> {
    SpanParser::new().parse_unsigned_duration(text.trim_end()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_needs_a_unit() {
        assert_eq!(parse("2s"), Some(Duration::from_secs(2)));
        assert_eq!(parse("500 ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse("1m"), Some(Duration::from_secs(60)));
        assert_eq!(parse("1m 30s"), Some(Duration::from_secs(90)));
        assert_eq!(parse("0s"), Some(Duration::ZERO));
        assert_eq!(parse("1h "), Some(Duration::from_secs(3_600)));
        for wrong in ["", "2", "s", "-1s", "2 weeks", "99999999999999999999s"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
