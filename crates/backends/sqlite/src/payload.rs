//! Which fields of a row wait, in a byte for each. A row that is imported waits with all of its
//! fields, and their names would take as much room in the queue as all else.

use std::collections::BTreeMap;

use driftline_core::{DELETED_AT, FieldName};
use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};

use crate::{
    error::damaged,
    table::{Column, Table},
    value::{owned, text, to_json},
};

/// The fields of a queue entry, and of each whether a call carried it.
type Fields = BTreeMap<FieldName, bool>;

/// What the queue stores for `fields` of a row in `table`: a byte for each, which is twice the
/// field's number and 1 if a call carried it. Where a field has no number, all are written by
/// their names.
pub(crate) fn encode(table: &Table, fields: &Fields) -> rusqlite::Result<ToSqlOutput<'static>> {
    let mut bytes = Vec::with_capacity(fields.len());
    // Both are in the order of the names.
    let mut places = table.by_field.iter();
    for (field, carried) in fields {
        let place = places.find(|it| table.columns[**it].field == *field);
        let Some(number) = place.and_then(|it| number(table, *it)) else {
            return Ok(owned(to_json(fields)?));
        };
        bytes.push((number << 1) | u8::from(*carried));
    }
    Ok(ToSqlOutput::Owned(Owned::Blob(bytes)))
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(table: &Table, raw: ValueRef<'_>) -> rusqlite::Result<Fields> {
    const WHAT: &str = "a payload of sync_queue";
    let ValueRef::Blob(bytes) = raw else {
        let text = text(raw)?.unwrap_or_default();
        return serde_json::from_str(text).map_err(|it| damaged(WHAT, &it.to_string()));
    };
    let field = |byte: &u8| {
        let column = column(table, usize::from(byte >> 1));
        let column = column.ok_or_else(|| damaged(WHAT, &format!("the field {}", byte >> 1)))?;
        Ok((column.field.clone(), byte & 1 == 1))
    };
    bytes.iter().map(field).collect()
}

/// The number of the field at `place`: from 1 on, and 0 for the time of the deletion, which comes
/// last in every table, also in one that gets more columns. None if it does not fit beside a bit.
fn number(table: &Table, place: usize) -> Option<u8> {
    let number = if place + 1 == table.columns.len() { 0 } else { place + 1 };
    u8::try_from(number).ok().filter(|it| *it < 128)
}

fn column(table: &Table, number: usize) -> Option<&Column> {
    match number {
        0 => table.columns.last().filter(|it| it.field == DELETED_AT),
        _ => table.columns[..table.columns.len().max(1) - 1].get(number - 1),
    }
}
