//! What people call a row, whatever entity it is of.

use driftline_core::{EntityDescriptor, Kind, Value, view::View};

use crate::text::safe;

/// Fields that say what a row is called or about, where an entity has one.
const TELLING: [&str; 4] = ["name", "title", "body", "text"];

/// How much of it is shown.
const LENGTH: usize = 60;

/// A few words for a row: its name or the beginning of what it says; none if it has no
/// text at all.
pub fn label(entity: &EntityDescriptor, row: &View) -> Option<String> {
    let texts = || entity.synced().filter(|it| it.kind == Kind::Text);
    let telling = TELLING.iter().filter_map(|name| texts().find(|it| it.name == *name));
    let value = |name| row.value(name).and_then(Value::as_str).map(str::trim);
    telling
        .chain(texts())
        .filter_map(|it| value(it.name))
        .find(|it| !it.is_empty())
        .map(|text| shortened(text, LENGTH))
}

/// The first words of `text` in one line, safe, at most `length` letters.
pub fn shortened(text: &str, length: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        // Four bytes are the longest letter: more words cannot be shown.
        if line.len() > 4 * length {
            break;
        }
    }
    match line.char_indices().nth(length) {
        Some((end, _)) => safe(&format!("{}…", line[..end].trim_end())).into_owned(),
        None => safe(&line).into_owned(),
    }
}

/// A value in one line.
pub fn in_line(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::String(text) => shortened(text, LENGTH),
        other => shortened(&other.to_string(), LENGTH),
    }
}
