//! What a cell can hold: JSON, written in one way only. Two replicas in two
//! languages must agree when two values are equal and which of two is greater.

use std::{borrow::Cow, io};

use serde::Serialize;
pub use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::number;

/// Brings `value` into the one form in which it is stored and compared: a number without
/// a fraction is an integer (`2.0` and `2` are one value) where integers reach.
pub fn canonical(mut value: Value) -> Value {
    settle(&mut value);
    value
}

/// Writes its canonical form over a value. Nearly every value has it already, so it is changed
/// where it lies instead of being built again.
fn settle(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(float) = number.as_f64() {
                *value = real(float);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(settle),
        Value::Object(fields) => fields.values_mut().for_each(settle),
        _ => (),
    }
}

/// The value of a floating-point number: an integer where it is one; null where it is
/// not finite.
pub fn real(float: f64) -> Value {
    let number = number::integer(float).or_else(|| serde_json::Number::from_f64(float));
    number.map_or(Value::Null, Value::Number)
}

/// The one text of a value: what is compared, hashed, stored and sent. Objects are sorted
/// by the bytes of their names, there is no white space, strings have only the escapes that
/// JSON needs, an integer from -2^63 to 2^64 - 1 is its digits, and any other number is
/// what `Number::toString` of ECMAScript gives.
///
/// ```
/// use driftline_core::value::text;
/// use serde_json::json;
/// assert_eq!(text(&json!({"b": 2.0, "a": [1e300, 1e-7, 0.5]})), r#"{"a":[1e+300,1e-7,0.5],"b":2}"#);
/// ```
pub fn text(value: &Value) -> String {
    let mut text = Vec::new();
    match value.serialize(&mut Serializer::with_formatter(&mut text, OneForm)) {
        Ok(()) => String::from_utf8(text).unwrap_or_default(),
        // Nothing can go wrong while a value is written into memory.
        Err(_) => value.to_string(),
    }
}

/// Reads the text of a value, if it is the one that [`text`] gives. Numbers that are no
/// integer literals in range are read as doubles.
pub fn read(written: &str) -> Option<Value> {
    let value = canonical(serde_json::from_str(written).ok()?);
    (text(&value) == written).then_some(value)
}

/// Writes numbers in our form. Everything else about JSON has one form already.
struct OneForm;

impl Formatter for OneForm {
    fn write_f64<W: io::Write + ?Sized>(&mut self, to: &mut W, float: f64) -> io::Result<()> {
        to.write_all(number::text(float).as_bytes())
    }
}

/// Whether `one` is the greater of two canonical values: by the text of their JSON.
pub fn is_greater(one: &Value, other: &Value) -> bool {
    match (one, other) {
        _ if one == other => false,
        (Value::Bool(one), Value::Bool(other)) => *one && !*other,
        _ => text(one) > text(other),
    }
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
        assert_eq!(canonical(json!(1e18)), json!(1_000_000_000_000_000_000_u64));
        assert_eq!(canonical(json!(-0.0)), json!(0));
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
