//! How long Claude Code keeps transcripts: 30 days after they were last written, unless
//! the person's settings say otherwise.

use std::path::Path;

use crate::settings;

const DEFAULT: u64 = 30;

/// After how many days it deletes what is in `place`, by the settings beside it. Settings
/// that cannot be read say nothing.
pub(super) fn days(place: &Path) -> Option<u64> {
    let settings = settings::read(&place.parent()?.join("settings.json"));
    let chosen = settings.and_then(|it| it.get("cleanupPeriodDays")?.as_u64());
    Some(chosen.unwrap_or(DEFAULT))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_persons_settings_count_and_broken_ones_do_not() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("projects");
        assert_eq!(days(&place), Some(30));
        for (text, expected) in [
            (r#"{"cleanupPeriodDays": 90, "model": "large"}"#, 90),
            (r#"{"cleanupPeriodDays": "90"}"#, 30),
            (r#"{"cleanupPeriodDays": 0}"#, 0),
            ("{", 30),
        ] {
            fs::write(home.path().join("settings.json"), text).unwrap();
            assert_eq!(days(&place), Some(expected), "{text}");
        }
    }
}
