//! `field=value`, read by what the field holds.

use anyhow::Result;
use driftline_core::{EntityDescriptor, Error, Field, Kind, Millis, Replica, Value, Values};

use super::find_id;
use crate::{error::Failed, time};

/// The values that `pairs` give to fields of `entity`.
pub(crate) fn values(
    replica: &Replica,
    entity: &EntityDescriptor,
    pairs: &[String],
    now: Millis,
) -> Result<Values> {
    let mut values = Values::new();
    for pair in pairs {
        let (field, value) = condition(replica, entity, pair, now)?;
        if values.insert(field.name.to_owned(), value).is_some() {
            let message = format!("`{}` is given twice; keep one of the two", field.name);
            return Err(Failed::usage("usage", message));
        }
    }
    Ok(values)
}

/// The field and the value that one `field=value` names.
pub(crate) fn condition(
    replica: &Replica,
    entity: &EntityDescriptor,
    pair: &str,
    now: Millis,
) -> Result<(&'static Field, Value)> {
    let Some((name, text)) = pair.split_once('=') else {
        let shown = driftline_core::excerpt(pair);
        let message = format!("`{shown}` has no `=`; write field=value");
        return Err(Failed::usage("usage", message));
    };
    let field = entity.field(name).ok_or_else(|| entity.unknown_field(name))?;
    let value = match field.kind {
        // An id can be written short, as everywhere.
        Kind::Ref(to) if !is_none(text) => {
            let to = replica.schema().entity(to)?;
            Value::from(find_id(replica, to, text)?.to_string())
        }
        kind => parse(kind, text, now).ok_or_else(|| wrong(entity, field))?,
    };
    Ok((field, entity.normalise(field.name, value)))
}

fn wrong(entity: &EntityDescriptor, field: &Field) -> Error {
    let expected = match field.kind {
        Kind::Time => "a time such as 2026-11-22T12:00:00Z, `now`, or milliseconds".into(),
        kind => kind.describe(),
    };
    let expected = format!("{expected}; nothing, or `null`, for none");
    Error::bad_value(entity.name, field.name, expected)
}

fn is_none(text: &str) -> bool {
    text.is_empty() || text == "null"
}

/// Text is taken as it is; only without any there is none.
fn parse(kind: Kind, text: &str, now: Millis) -> Option<Value> {
    match kind {
        Kind::Text if text.is_empty() => Some(Value::Null),
        Kind::Text => Some(text.into()),
        _ if is_none(text) => Some(Value::Null),
        Kind::Int => text.parse::<i64>().ok().map(Value::from),
        Kind::Real => {
            text.parse::<f64>().ok().filter(|it| it.is_finite()).map(driftline_core::value::real)
        }
        Kind::Bool => text.parse::<bool>().ok().map(Value::from),
        Kind::Time => time::parse(text, now).map(Value::from),
        Kind::Json => serde_json::from_str(text).ok(),
        Kind::Ref(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_read_by_what_the_field_holds() {
        let read = |kind, text| parse(kind, text, 9);
        assert_eq!(read(Kind::Text, "null"), Some(json!("null")));
        assert_eq!(read(Kind::Text, ""), Some(Value::Null));
        assert_eq!(read(Kind::Int, "-3"), Some(json!(-3)));
        assert_eq!(read(Kind::Int, "3.5"), None);
        assert_eq!(read(Kind::Real, "2.0"), Some(json!(2)));
        assert_eq!(read(Kind::Real, "NaN"), None);
        assert_eq!(read(Kind::Bool, "true"), Some(json!(true)));
        assert_eq!(read(Kind::Bool, "yes"), None);
        assert_eq!(read(Kind::Bool, "null"), Some(Value::Null));
        assert_eq!(read(Kind::Time, "now"), Some(json!(9)));
        assert_eq!(read(Kind::Json, "{\"a\":[1]}"), Some(json!({"a": [1]})));
        assert_eq!(read(Kind::Json, "{a}"), None);
    }
}
