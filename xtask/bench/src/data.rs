//! Rows that look like the real ones and are the same in every run.

use driftline_core::{Id, Row, Simulated, Stamp, Value};

/// Messages in a session.
pub const PER_SESSION: u64 = 100;
/// November 2025.
const START: u64 = 1_763_000_000_000;
const WORDS: [&str; 16] = [
    "parser", "the", "returns", "when", "token", "of", "a", "stream", "ends", "and", "test",
    "fails", "line", "is", "not", "read",
];

/// A row as a reader of transcripts hands it out.
pub struct Draft {
    /// Its id, the same in every run.
    pub id: Id,
    /// Its cells.
    pub row: Row,
    /// Values that stay on the device.
    pub local: Vec<(&'static str, Value)>,
}

/// The session with this number.
pub fn session(number: u64) -> Draft {
    let time = START + number * PER_SESSION * 1_000;
    let stamp = Stamp::machine(time, 0, 1, number);
    let cells: [(&str, Value); 6] = [
        ("name", format!("Session {number}").into()),
        ("cwd", format!("/home/me/src/project-{}", number % 20).into()),
        ("external_id", format!("session-{number}").into()),
        ("source", "claude-code".into()),
        ("model", "large".into()),
        ("started_at", time.into()),
    ];
    let row = cells.into_iter().map(|(field, value)| (field, stamp, value)).collect();
    Draft { id: Id::imported(0, &["bench", &format!("session-{number}")]), row, local: Vec::new() }
}

/// The message with this number, about a kilobyte.
pub fn message(number: u64) -> Draft {
    let time = START + number * 1_000;
    let stamp = Stamp::machine(time, 0, 1, number);
    let name = format!("message-{number}");
    let session = Id::imported(0, &["bench", &format!("session-{}", number / PER_SESSION)]);
    let said = text(number, 480);
    let block: Value = [("type", "text"), ("text", &text(number + 1, 280))].into_iter().collect();
    let cells: [(&str, Value); 8] = [
        ("session", session.to_string().into()),
        ("external_id", name.clone().into()),
        ("role", if number.is_multiple_of(2) { "user" } else { "assistant" }.into()),
        ("text", said.into()),
        ("blocks", vec![block].into()),
        ("model", "large".into()),
        ("parent", format!("message-{}", number.saturating_sub(1)).into()),
        ("created_at", time.into()),
    ];
    let row = cells.into_iter().map(|(field, value)| (field, stamp, value)).collect();
    let local = vec![("position", (number % PER_SESSION).into())];
    Draft { id: Id::imported(time, &["bench", &name]), row, local }
}

/// Words until there are `length` letters.
pub(crate) fn text(seed: u64, length: usize) -> String {
    let mut text = String::with_capacity(length + 8);
    let mut state = seed;
    while text.len() < length {
        state = mixed(state);
        text.push_str(WORDS[(state >> 60) as usize]);
        text.push(' ');
    }
    text
}

/// A number that follows from `number` and looks unrelated.
pub fn mixed(number: u64) -> u64 {
    Simulated::mix(number.wrapping_add(Simulated::STEP))
}
