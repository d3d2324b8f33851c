//! What a person calls a row of an entity that nothing here knows.

use driftline_core::{EntityDescriptor, Kind, Value, view::View};
use driftline_text as text;

/// The field that most rows are named by: the first text of the natural key, or the first
/// text at all.
pub(crate) fn named_by(entity: &EntityDescriptor) -> Option<&'static str> {
    let keys = entity.natural_key.iter().filter_map(|it| entity.field(it));
    let texts = entity.synced().filter(|it| it.kind == Kind::Text);
    keys.chain(texts).find(|it| it.kind == Kind::Text).map(|it| it.name)
}

/// The field that names a row: the first text of its natural key or of its fields that has
/// any; none if none has.
pub(crate) fn naming(entity: &EntityDescriptor, row: &View) -> Option<&'static str> {
    let keys = entity.natural_key.iter().filter_map(|it| entity.field(it));
    let texts = entity.synced().filter(|it| it.kind == Kind::Text);
    let says = |name: &str| {
        row.value(name).and_then(Value::as_str).is_some_and(|it| !it.trim().is_empty())
    };
    keys.chain(texts).map(|it| it.name).find(|it| says(it))
}

/// A row's name: the first line of what [`naming`] finds; its id if that is nothing.
pub(crate) fn name_of(entity: &EntityDescriptor, row: &View) -> String {
    let said = naming(entity, row).and_then(|it| row.value(it)?.as_str());
    let line = said.and_then(|it| it.trim().lines().next());
    line.map_or_else(
        || row.id.to_string(),
        |it| text::safe(&driftline_core::excerpt(it)).into_owned(),
    )
}
