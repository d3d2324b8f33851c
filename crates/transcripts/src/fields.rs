//! Taking fields out of a record without trusting their types.

use driftline_core::{Millis, Value, value::canonical};

use crate::{Object, time};

/// Takes a text that is not empty.
pub(crate) fn text(object: &mut Object, field: &str) -> Option<String> {
    match object.remove(field) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// Whether a field is true.
pub(crate) fn is(object: &Object, field: &str) -> bool {
    object.get(field).and_then(Value::as_bool) == Some(true)
}

/// A field that is an object.
pub(crate) fn object(object: &mut Object, field: &str) -> Option<Object> {
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
pub(crate) fn time(object: &mut Object) -> Option<Millis> {
    match object.remove("timestamp")? {
        Value::String(text) => time::parse(&text),
        Value::Number(millis) => millis.as_i64().map(time::clamp),
        _ => None,
    }
}

/// Whether a block of content is of a type.
pub(crate) fn is_type(block: &Value, name: &str) -> bool {
    block.get("type").and_then(Value::as_str) == Some(name)
}

/// A whole number that is not negative, `2.0` as well.
pub(crate) fn count(value: &Value) -> Option<u64> {
    canonical(value.clone()).as_u64()
}
