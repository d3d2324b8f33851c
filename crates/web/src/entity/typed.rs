//! What people type, read by what the field holds.

use std::collections::BTreeMap;

use driftline_core::{EntityDescriptor, Id, Kind, Value, Values};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::Form;

/// The values of a form, or what is wrong with which field. A field that the form lacks
/// is left as it is; one that is empty has no value.
pub(crate) fn values(
    entity: &EntityDescriptor,
    form: &Form,
    zone: &TimeZone,
) -> Result<Values, BTreeMap<String, String>> {
    let (mut values, mut wrong) = (Values::new(), BTreeMap::new());
    for field in entity.fields {
        let Some(text) = form.get(field.name) else { continue };
        match value(field.kind, text, zone) {
            Ok(value) => _ = values.insert(field.name.to_owned(), value),
            Err(what) => _ = wrong.insert(field.name.to_owned(), what),
        }
    }
    if wrong.is_empty() { Ok(values) } else { Err(wrong) }
}

fn value(kind: Kind, text: &str, zone: &TimeZone) -> Result<Value, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(Value::Null);
    }
    match kind {
        // Browsers send line ends of their own.
        Kind::Text => Ok(text.replace("\r\n", "\n").into()),
        Kind::Int => trimmed
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| "Write a whole number, such as 12.".into()),
        Kind::Real => match trimmed.parse::<f64>() {
            Ok(it) if it.is_finite() => Ok(it.into()),
            _ => Err("Write a number, such as 1.5.".into()),
        },
        Kind::Bool => match trimmed {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err("Choose yes or no.".into()),
        },
        Kind::Time => time(trimmed, zone)
            .map(Value::from)
            .ok_or_else(|| "Write a day and a time, such as 2026-11-22T12:00.".into()),
        Kind::Json => {
            serde_json::from_str(text).map_err(|error| format!("This is no JSON: {error}."))
        }
        Kind::Ref(to) => match trimmed.parse::<Id>() {
            Ok(id) => Ok(id.to_string().into()),
            Err(_) => Err(format!("Choose one of {to}, or paste its id.")),
        },
    }
}

fn time(text: &str, zone: &TimeZone) -> Option<i64> {
    if let Ok(exact) = text.parse::<Timestamp>() {
        return Some(exact.as_millisecond());
    }
    let civil: DateTime = text.parse().ok()?;
    Some(civil.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_by_its_kind() {
        let utc = &TimeZone::UTC;
        assert_eq!(value(Kind::Int, " 12 ", utc), Ok(12.into()));
        assert_eq!(value(Kind::Text, "a\r\nb", utc), Ok("a\nb".into()));
        assert_eq!(value(Kind::Text, "  ", utc), Ok(Value::Null));
        assert_eq!(value(Kind::Time, "1970-01-01T00:00:01", utc), Ok(1_000.into()));
        assert_eq!(value(Kind::Time, "1970-01-01T01:00:00+01:00", utc), Ok(0.into()));
        for (kind, text) in [
            (Kind::Int, "1.5"),
            (Kind::Real, "inf"),
            (Kind::Bool, "maybe"),
            (Kind::Time, "tomorrow"),
            (Kind::Json, "{"),
            (Kind::Ref("sessions"), "x"),
        ] {
            assert!(value(kind, text, utc).is_err(), "{text}");
        }
    }
}
