//! Rows as people and programs read them.

use driftline_core::{DELETED_AT, EntityDescriptor, Kind, Value, view::View};
use serde_json::Map;

use crate::time;

/// A row as one JSON object: its id and every field, null for none. Of a deleted row
/// also when that was.
pub(crate) fn object(entity: &EntityDescriptor, row: &View) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("id".into(), row.id.to_string().into());
    for field in entity.fields {
        object.insert(field.name.into(), row.value(field.name).cloned().unwrap_or_default());
    }
    if row.row.is_deleted() {
        let at = row.row.value(DELETED_AT).cloned().unwrap_or_default();
        object.insert(DELETED_AT.into(), at);
    }
    object
}

/// The heads and the cells of a table. What only a program reads, and what is long by
/// nature, is left to `get`; a column without any value is left out.
pub(crate) fn columns(
    entity: &EntityDescriptor,
    rows: &[View],
) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let mut fields: Vec<_> = entity
        .synced()
        .filter(|it| it.kind != Kind::Json)
        .filter(|it| rows.iter().any(|row| row.value(it.name).is_some_and(|it| !it.is_null())))
        .collect();
    // Where there is no room for all, ids of other rows say least.
    fields.sort_by_key(|it| matches!(it.kind, Kind::Ref(_)));
    let cells = rows.iter().map(|row| {
        let cell = |name| row.value(name).unwrap_or(&Value::Null);
        let cells = fields.iter().map(|it| text(it.kind, cell(it.name)));
        [row.id.to_string()].into_iter().chain(cells).collect()
    });
    let heads = ["id"].into_iter().chain(fields.iter().map(|it| it.name)).collect();
    (heads, cells.collect())
}

/// One row in full, a field to a line; text of several lines is set apart.
pub(crate) fn lines(entity: &EntityDescriptor, row: &View) -> String {
    let mut shown = format!("id: {}", row.id);
    let mut add = |name: &str, text: &str| {
        shown.push('\n');
        shown.push_str(name);
        shown.push(':');
        if text.contains('\n') {
            for line in text.lines() {
                shown.push_str("\n  ");
                shown.push_str(line);
            }
        } else {
            shown.push(' ');
            shown.push_str(text);
        }
    };
    for field in entity.fields {
        match row.value(field.name) {
            None | Some(Value::Null) => (),
            Some(value) if field.kind == Kind::Json => {
                add(field.name, &serde_json::to_string_pretty(value).unwrap_or_default());
            }
            Some(value) => add(field.name, &text(field.kind, value)),
        }
    }
    if let Some(at) = row.row.value(DELETED_AT).filter(|it| !it.is_null()) {
        add(DELETED_AT, &text(Kind::Time, at));
    }
    shown
}

fn text(kind: Kind, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(it) if kind == Kind::Time => {
            it.as_i64().map_or_else(|| it.to_string(), time::shown)
        }
        other => other.to_string(),
    }
}
