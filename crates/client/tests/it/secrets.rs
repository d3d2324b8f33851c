//! Likely secrets in transcripts: replaced before a row is stored, whatever else holds rows.

use std::{fs, path::Path};

use driftline_testing::line;
use serde_json::json;

use crate::world::{Side, World};

const MARK: &str = "[secret: github-token]";

fn token() -> String {
    format!("ghp_{}", "a1B2c3".repeat(6))
}

fn with_token(session: usize, message: usize) -> String {
    let said = format!("Message {message} of session {session}");
    line(session, message).replace(&said, &format!("{said} {}", token()))
}

fn holds(path: &Path, text: &str) -> bool {
    let bytes = fs::read(path).unwrap();
    bytes.windows(text.len()).any(|it| it == text.as_bytes())
}

#[test]
fn no_remote_and_no_other_device_gets_one() {
    let world = World::new();
    world.transcript("a.jsonl", &[with_token(0, 0), line(0, 1), with_token(0, 2)].concat());
    let (a, b) = (world.shared("a"), world.shared("b"));
    let report = a.import(&world);
    assert_eq!(json!(report.totals.secrets), json!({"github-token": 2}));
    let told = report.totals.replaced();
    assert_eq!(told.as_deref(), Some("2 likely secrets replaced: 2 github-token"));
    let again = a.import(&world);
    assert!(again.totals.secrets.is_empty(), "nothing was read");
    a.sync();
    b.sync();
    let texts = b.all("messages", "text");
    assert_eq!(texts.iter().filter(|it| it.as_str().unwrap().ends_with(MARK)).count(), 2);
    assert!(!holds(&world.path("shared.db"), &token()));
    assert!(!holds(&world.path("b/driftline.db"), &token()));
    let raws = a.all("messages", "raw");
    assert_eq!(raws.iter().filter(|it| it.as_str().unwrap().contains(&token())).count(), 2);
}

#[test]
fn what_another_device_sent_in_clear_is_replaced_on_all_and_logged_on_none() {
    let world = World::new();
    world.transcript("a.jsonl", &[with_token(0, 0), line(0, 1)].concat());
    world.set("a", &[("import.secrets", "keep")]);
    let (a, b) = (world.shared("a"), world.shared("b"));
    assert!(a.import(&world).totals.secrets.is_empty());
    a.sync();
    b.sync();
    let has_token = |side: &Side| json!(side.all("messages", "text")).to_string().contains("ghp_");
    assert!(has_token(&a) && has_token(&b));
    b.import(&world);
    b.sync();
    a.sync();
    a.import(&world);
    for side in [&a, &b] {
        assert!(!has_token(side) && json!(side.all("sessions", "name")).to_string().contains(MARK));
        assert_eq!(side.device.replica.audit(None, 10).unwrap(), []);
    }
    assert_eq!(a.digest(), b.digest());
}
