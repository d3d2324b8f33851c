//! What people call a row, whatever entity it is of.

use driftline_core::{EntityDescriptor, Kind, Value, view::View};

use driftline_text::shortened;

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

/// A value in one line.
pub fn in_line(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::String(text) => shortened(text, LENGTH),
        other => shortened(&other.to_string(), LENGTH),
    }
}
