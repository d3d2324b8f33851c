//! What a cell can hold: JSON, written in one way only. Two replicas in two
//! languages must agree when two values are equal and which of two is greater.

use std::borrow::Cow;

pub use serde_json::Value;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Whole numbers beyond this lose digits in languages whose numbers are doubles.
const SAFE_INTEGER: f64 = 9_007_199_254_740_992.0;

/// Brings `value` into the one form in which it is stored and compared: numbers
/// without a fraction are integers (`2.0` and `2` are one value).
pub fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => real(float),
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, canonical(value))).collect()
        }
        other => other,
    }
}

/// The value of a floating-point number: an integer where it has no fraction.
pub fn real(float: f64) -> Value {
    if float.fract() == 0.0 && float.abs() < SAFE_INTEGER {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
        return Value::from(float as i64);
    }
    serde_json::Number::from_f64(float).map_or(Value::Null, Value::Number)
}

/// Whether `one` is the greater of two canonical values: by the text of their JSON.
pub fn is_greater(one: &Value, other: &Value) -> bool {
    match (one, other) {
        _ if one == other => false,
        (Value::Bool(one), Value::Bool(other)) => *one && !*other,
        _ => text(one) > text(other),
    }
}

fn text(value: &Value) -> String {
    value.to_string()
}

/// The form in which text that names something is compared: Unicode NFC, and a
/// path without its trailing slash. The device that writes applies it, once.
pub fn normal_name(text: &str) -> Cow<'_, str> {
    let text = trim_path(text);
    if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

fn trim_path(text: &str) -> &str {
    let drive = text.as_bytes().get(1) == Some(&b':');
    if !(text.starts_with('/') || text.starts_with('~') || drive) {
        return text;
    }
    let trimmed = text.trim_end_matches(['/', if drive { '\\' } else { '/' }]);
    match trimmed {
        "" => "/",
        root if root.len() == 2 && drive => &text[..3.min(text.len())],
        path => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_numbers_have_one_form() {
        assert_eq!(canonical(json!({"a": [2.0, 2.5, 1e300]})), json!({"a": [2, 2.5, 1e300]}));
        assert_eq!(canonical(json!(9_007_199_254_740_993_u64)), json!(9_007_199_254_740_993_u64));
    }

    #[test]
    fn names_lose_trailing_slashes_and_decomposed_letters() {
        assert_eq!(normal_name("/home/a//"), "/home/a");
        assert_eq!(normal_name("/"), "/");
        assert_eq!(normal_name("C:\\"), "C:\\");
        assert_eq!(normal_name("C:\\src\\"), "C:\\src");
        assert_eq!(normal_name("either/"), "either/");
        assert_eq!(normal_name("cafe\u{301}"), "caf\u{e9}");
    }
}
