//! How long Claude Code keeps transcripts: 30 days after they were last written, unless
//! the person's settings say otherwise.

use std::{fs::File, io::Read, path::Path};

use serde_json::Value;

const DEFAULT: u64 = 30;

/// No settings that a person wrote are longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// After how many days it deletes what is in `place`, by the settings beside it. Settings
/// that cannot be read say nothing.
pub(super) fn days(place: &Path) -> Option<u64> {
    let settings = place.parent()?.join("settings.json");
    Some(chosen(&settings).unwrap_or(DEFAULT))
}

fn chosen(settings: &Path) -> Option<u64> {
    let mut text = String::new();
    File::open(settings).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    let settings: Value = serde_json::from_str(&text).ok()?;
    settings.get("cleanupPeriodDays")?.as_u64()
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
