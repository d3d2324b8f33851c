//! Taking fields out of a record without trusting their types.

use driftline_core::{Millis, Value};

use crate::{Object, time};

/// Takes a text that is not empty.
pub(super) fn text(object: &mut Object, field: &str) -> Option<String> {
    match object.remove(field) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// Whether a field is true.
pub(super) fn is(object: &Object, field: &str) -> bool {
    object.get(field).and_then(Value::as_bool) == Some(true)
}

/// A field that is an object.
pub(super) fn object(object: &mut Object, field: &str) -> Option<Object> {
    match object.remove(field) {
        Some(Value::Object(inner)) => Some(inner),
        Some(other) => {
            object.insert(field.to_owned(), other);
            None
        }
        None => None,
    }
}

/// Takes the time of a record.
pub(super) fn time(object: &mut Object) -> Option<Millis> {
    match object.remove("timestamp")? {
        Value::String(text) => time::parse(&text),
        Value::Number(millis) => millis.as_i64().map(time::clamp),
        _ => None,
    }
}

/// Whether a block of content is of a type.
pub(super) fn is_type(block: &Value, name: &str) -> bool {
    block.get("type").and_then(Value::as_str) == Some(name)
}
