//! What a person calls a row of an entity that nothing here knows.

use driftline_core::{EntityDescriptor, Kind, Value, view::View};

/// The field that most rows are named by: the first text of the natural key, or the first
/// text at all.
pub(crate) fn named_by(entity: &EntityDescriptor) -> Option<&'static str> {
    let keys = entity.natural_key.iter().filter_map(|it| entity.field(it));
    let texts = entity.synced().filter(|it| it.kind == Kind::Text);
    keys.chain(texts).find(|it| it.kind == Kind::Text).map(|it| it.name)
}

/// A row's name: the first text of its natural key or of its fields that has any; its id
/// if none has.
pub(crate) fn name_of(entity: &EntityDescriptor, row: &View) -> String {
    let keys = entity.natural_key.iter().filter_map(|it| entity.field(it));
    let texts = entity.synced().filter(|it| it.kind == Kind::Text);
    for field in keys.chain(texts) {
        let text = row.value(field.name).and_then(Value::as_str).unwrap_or_default().trim();
        if let Some(line) = text.lines().next() {
            return driftline_core::excerpt(line);
        }
    }
    row.id.to_string()
}
