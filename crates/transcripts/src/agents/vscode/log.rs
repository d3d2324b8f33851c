//! A log of changes to a document, a change a line: all of it (0), a field (1), the end of a
//! list (2), a field that is gone (3).

use driftline_core::Value;

use crate::fields::count;

/// The document after all changes.
pub(super) fn replay(changes: Vec<Value>) -> Value {
    let mut document = Value::Null;
    for mut change in changes {
        let value = change.get_mut("v").map(Value::take);
        let keys = change.get("k").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let kept = change.get("i").and_then(index);
        match (change.get("kind").and_then(Value::as_u64), keys) {
            (Some(0), _) => document = value.unwrap_or_default(),
            (Some(1 | 3), [path @ .., last]) => {
                if let Some(place) = find(&mut document, path) {
                    set(place, last, value);
                }
            }
            (Some(2), path) => {
                if let Some(list) = list(&mut document, path) {
                    list.truncate(kept.unwrap_or(list.len()));
                    let more = value.and_then(|it| serde_json::from_value::<Vec<Value>>(it).ok());
                    list.extend(more.into_iter().flatten());
                }
            }
            _ => (),
        }
    }
    document
}

fn index(key: &Value) -> Option<usize> {
    count(key).and_then(|it| usize::try_from(it).ok())
}

fn find<'a>(document: &'a mut Value, path: &[Value]) -> Option<&'a mut Value> {
    let mut at = document;
    for key in path {
        at = match (at, key) {
            (Value::Object(fields), Value::String(key)) => fields.get_mut(key)?,
            (Value::Array(items), key) => items.get_mut(index(key)?)?,
            _ => return None,
        };
    }
    Some(at)
}

fn set(place: &mut Value, key: &Value, value: Option<Value>) {
    match (place, key) {
        (Value::Object(fields), Value::String(key)) => {
            match value {
                Some(value) => _ = fields.insert(key.clone(), value),
                None => _ = fields.remove(key),
            };
        }
        (Value::Array(items), key) => {
            if let Some(item) = index(key).and_then(|it| items.get_mut(it)) {
                *item = value.unwrap_or_default();
            }
        }
        _ => (),
    }
}

/// The list at a path, made if there is none yet.
fn list<'a>(document: &'a mut Value, path: &[Value]) -> Option<&'a mut Vec<Value>> {
    let [parent @ .., last] = path else { return None };
    let parent = find(document, parent)?;
    let place = match (parent, last) {
        (Value::Object(fields), Value::String(key)) => {
            fields.entry(key.clone()).or_insert(Value::Null)
        }
        (Value::Array(items), key) => items.get_mut(index(key)?)?,
        _ => return None,
    };
    if place.is_null() {
        *place = Value::Array(Vec::new());
    }
    place.as_array_mut()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_made_in_order() {
        let document = replay(vec![
            json!({"kind": 0, "v": {"a": [{"b": 1}, {"b": 2}], "c": "x", "gone": 1}}),
            json!({"kind": 1, "k": ["a", 1, "b"], "v": 3}),
            json!({"kind": 2, "k": ["a"], "v": [{"b": 4}]}),
            json!({"kind": 2, "k": ["a"], "v": [{"b": 5}], "i": 2}),
            json!({"kind": 2, "k": ["a", 0, "list"], "v": [7]}),
            json!({"kind": 3, "k": ["gone"]}),
            json!({"kind": 1, "k": ["c"]}),
        ]);
        assert_eq!(document, json!({"a": [{"b": 1, "list": [7]}, {"b": 3}, {"b": 5}]}));
    }

    proptest! {
        #[test]
        fn no_log_panics(kinds in proptest::collection::vec((0u64..5, 0usize..4, -1i64..3), 0..20)) {
            let paths = [json!([]), json!(["a"]), json!(["a", 0, "b"]), json!([0, {}, -1])];
            let changes = kinds.into_iter().map(|(kind, path, i)| {
                json!({"kind": kind, "k": paths[path], "v": [{"a": [{}]}], "i": i})
            });
            replay(changes.collect());
        }
    }
}
