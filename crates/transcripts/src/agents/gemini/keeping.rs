//! How long Gemini CLI keeps transcripts: 30 days, unless the person's settings say
//! otherwise.

use std::path::Path;

use serde_json::Value;

use crate::settings;

const DEFAULT: u64 = 30;

/// After how many days it deletes what is in `place`, by the settings beside it.
pub(super) fn days(place: &Path) -> Option<u64> {
    let settings = settings::read(&place.parent()?.join("settings.json")).unwrap_or_default();
    let chosen = settings.get("general").and_then(|it| it.get("sessionRetention"));
    let Some(chosen) = chosen else { return Some(DEFAULT) };
    if chosen.get("enabled").and_then(Value::as_bool) == Some(false) {
        return None;
    }
    Some(chosen.get("maxAge").and_then(|it| span(it.as_str()?)).unwrap_or(DEFAULT))
}

/// Days of a span such as `30d`, `4w` or `36h`.
fn span(text: &str) -> Option<u64> {
    let unit = text.trim().chars().last()?;
    let count: u64 = text.trim().strip_suffix(unit)?.parse().ok()?;
    match unit {
        'h' => Some(count / 24),
        'd' => Some(count),
        'w' => count.checked_mul(7),
        'm' => count.checked_mul(30),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_persons_settings_count_and_broken_ones_do_not() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("tmp");
        assert_eq!(days(&place), Some(30));
        for (chosen, expected) in [
            (r#"{"maxAge": "7d"}"#, Some(7)),
            (r#"{"enabled": true, "maxAge": "2w"}"#, Some(14)),
            (r#"{"maxAge": "36h"}"#, Some(1)),
            (r#"{"maxAge": "é"}"#, Some(30)),
            (r#"{"enabled": false}"#, None),
            ("7", Some(30)),
        ] {
            let text = format!(r#"{{"general": {{"sessionRetention": {chosen}}}}}"#);
            fs::write(home.path().join("settings.json"), text).unwrap();
            assert_eq!(days(&place), expected, "{chosen}");
        }
    }
}
