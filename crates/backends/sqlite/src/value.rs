//! Single values to SQL and back. What is read equals what was written, or it is not
//! written there.

use driftline_core::{Error, Id, Stamp, Value, value};
use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
use serde::Serialize;

use crate::{
    error::{damaged, refused},
    layout::ColumnKind,
};

/// What a column stores for `value`, if it can give back exactly that.
pub(crate) fn encode(kind: ColumnKind, value: &Value) -> Option<ToSqlOutput<'_>> {
    match (kind, value) {
        (_, Value::Null) => Some(null()),
        (ColumnKind::Text, Value::String(text)) => Some(borrowed(text)),
        (ColumnKind::Ref, Value::String(text)) => {
            let id = text.parse::<Id>().ok()?;
            // Bytes give back the usual form alone.
            (id.text() == *text.as_bytes()).then(|| bytes(id))
        }
        (ColumnKind::Int, Value::Number(number)) => Some(number.as_i64()?.into()),
        (ColumnKind::Real, Value::Number(number)) => {
            let float = number.as_f64()?;
            (value::real(float) == *value).then(|| float.into())
        }
        (ColumnKind::Bool, Value::Bool(it)) => Some(i64::from(*it).into()),
        (ColumnKind::Json, _) => Some(owned(value::text(value))),
        _ => None,
    }
}

/// Reads a column's value.
pub(crate) fn decode(kind: ColumnKind, raw: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match (kind, raw) {
        (_, ValueRef::Null) => Value::Null,
        (ColumnKind::Text | ColumnKind::Ref, ValueRef::Text(_)) => {
            Value::from(text(raw)?.unwrap_or_default())
        }
        (ColumnKind::Ref, ValueRef::Blob(_)) => Value::from(String::from(id(raw)?)),
        (ColumnKind::Int, ValueRef::Integer(it)) => Value::from(it),
        (ColumnKind::Real, ValueRef::Real(it)) => value::real(it),
        (ColumnKind::Bool, ValueRef::Integer(it @ (0 | 1))) => Value::from(it == 1),
        (ColumnKind::Json, ValueRef::Text(_)) => parse(text(raw)?.unwrap_or_default())?,
        (_, other) => {
            return Err(damaged(
                "a column",
                &format!("{} in place of {kind:?}", other.data_type()),
            ));
        }
    })
}

/// SQL's null.
pub(crate) fn null() -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(Owned::Null)
}

/// A text that nobody else holds.
pub(crate) fn owned(text: String) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(Owned::Text(text))
}

/// A text, or none.
pub(crate) fn text(raw: ValueRef<'_>) -> rusqlite::Result<Option<&str>> {
    match raw {
        ValueRef::Null => Ok(None),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(damaged("a text", "bytes that are not UTF-8")),
        },
        other => Err(damaged("a text", &other.data_type().to_string())),
    }
}

/// The id of a row: 16 bytes, or its text in the layout before this one.
pub(crate) fn id(raw: ValueRef<'_>) -> rusqlite::Result<Id> {
    if let ValueRef::Blob(bytes) = raw {
        let bytes = bytes.try_into();
        return bytes
            .map(Id::from_bytes)
            .map_err(|_| damaged("the id of a row", "bytes of another length"));
    }
    let text = text(raw)?.unwrap_or_default();
    text.parse().map_err(|_| damaged("the id of a row", text))
}

/// What a column stores for an id.
pub(crate) fn bytes(id: Id) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(Owned::Blob(id.to_bytes().to_vec()))
}

/// A stamp: 19 bytes, which sort as stamps do, or its text in the layout before this one.
pub(crate) fn stamp(raw: ValueRef<'_>) -> rusqlite::Result<Stamp> {
    let stamp = match raw {
        ValueRef::Blob(bytes) => bytes.try_into().ok().and_then(Stamp::from_bytes),
        _ => text(raw)?.unwrap_or_default().parse().ok(),
    };
    stamp.ok_or_else(|| damaged("a stamp", &format!("{raw:?}")))
}

/// A whole number that must not be negative.
pub(crate) fn natural(raw: ValueRef<'_>) -> rusqlite::Result<u64> {
    match raw {
        ValueRef::Integer(it) if it >= 0 => Ok(it.cast_unsigned()),
        other => Err(damaged("a number", &format!("{other:?}"))),
    }
}

/// `number` as SQL counts. `what` names it for whom it is refused.
pub(crate) fn whole(what: &str, number: u64) -> rusqlite::Result<i64> {
    i64::try_from(number)
        .map_err(|_| refused(Error::bad_value("SQLite", what, "a whole number below 2^63")))
}

/// A limit or offset.
pub(crate) fn bound(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// `number` where everything above SQL's numbers is as good as the greatest of them.
pub(crate) fn at_most(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Reads JSON that this crate wrote.
pub(crate) fn parse(text: &str) -> rusqlite::Result<Value> {
    serde_json::from_str(text).map_err(|it| damaged("a stored JSON text", &it.to_string()))
}

/// Writes JSON.
pub(crate) fn to_json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|it| rusqlite::Error::ToSqlConversionFailure(it.into()))
}

fn borrowed(text: &str) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))
}
