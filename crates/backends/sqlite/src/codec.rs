//! Rows to columns and back, without loss. A value has its column if the column
//! can give back exactly that value; everything else is kept in `extra`:
//! `{field: {"stamp": .., "value": ..}}`, or `{field: {"local": ..}}` for a value that
//! stays on this device.
//!
//! Most cells of a row are written together, so `stamp` is the stamp that most share
//! and `stamps` lists the others. A cell that holds null is always listed there: that
//! is how it differs from a field that was never written.

use std::{borrow::Cow, collections::BTreeMap};

use driftline_core::{Cell, DELETED_AT, Error, PURGED, Seq, Stamp, Value, excerpt, store::Stored};
use rusqlite::{
    Row,
    types::{ToSqlOutput, Value as Owned, ValueRef},
};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use crate::{
    acknowledged,
    error::{damaged, refused},
    table::{Column, Table},
    value::{self, decode, encode, id, null, owned, text, to_json, whole},
};

/// How deep a stored value can be nested: the reader of JSON stops at 127, and
/// `extra` puts two levels around a value.
const MAX_DEPTH: usize = 124;

/// What `extra` keeps of a field.
#[derive(Default, Serialize, Deserialize)]
struct Aside<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stamp: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    value: Option<Cow<'a, Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    local: Option<Cow<'a, Value>>,
}

/// A null that is written is not the same as nothing written.
fn present<'de, 'a, D: Deserializer<'de>>(from: D) -> Result<Option<Cow<'a, Value>>, D::Error> {
    Value::deserialize(from).map(|it| Some(Cow::Owned(it)))
}

/// What `stored` is in SQL: a value for each of [`Table::fields`].
pub(crate) fn encoded<'a>(
    table: &Table,
    entity: &str,
    stored: &'a Stored,
) -> rusqlite::Result<Vec<ToSqlOutput<'a>>> {
    check_depth(entity, stored)?;
    let mut values = vec![null(); table.columns.len()];
    values.reserve(8);
    let mut shared: Vec<(&str, Stamp)> = Vec::with_capacity(table.columns.len());
    let mut listed: BTreeMap<&str, Stamp> = BTreeMap::new();
    let mut extra: BTreeMap<&str, Aside<'_>> = BTreeMap::new();
    let mut found = 0;
    let mark = stored.row.purge_mark();
    // Both are in the order of the names.
    let mut cells = stored.row.cells().peekable();
    for place in &table.by_field {
        let column = &table.columns[*place];
        let field = &*column.field;
        if mark.is_some() && field == DELETED_AT {
            values[*place] = unfit(column);
            continue;
        }
        while cells.next_if(|it| **it.0 < *field).is_some() {}
        let (stamp, value) = if column.local {
            (None, stored.local.get(field))
        } else {
            let cell = cells.next_if(|it| **it.0 == *field).map(|it| it.1);
            (cell.map(|it| it.stamp), cell.map(|it| &it.value))
        };
        found += usize::from(value.is_some());
        values[*place] = match (value, stamp) {
            (None, _) => continue,
            (Some(Value::Null), Some(stamp)) => {
                listed.insert(field, stamp);
                continue;
            }
            (Some(value), _) => match encode(column.kind, value) {
                Some(bound) if !value.is_null() => {
                    shared.extend(stamp.map(|it| (field, it)));
                    bound
                }
                _ => {
                    keep_aside(&mut extra, field, stamp, value);
                    unfit(column)
                }
            },
        };
    }
    if found < stored.row.cells().count() + stored.local.len() {
        for (field, cell) in stored.row.cells() {
            if table.column(field).is_none_or(|it| it.local) {
                keep_aside(&mut extra, field, Some(cell.stamp), &cell.value);
            }
        }
        for (field, value) in &stored.local {
            if table.column(field).is_none_or(|it| !it.local) {
                keep_aside(&mut extra, field, None, value);
            }
        }
    }
    // A program that knows no purge mark finds the row deleted.
    let common = mark.map(|it| it.stamp).or_else(|| most_frequent(&shared));
    listed.extend(shared.into_iter().filter(|it| Some(it.1) != common));
    let key = match &table.foreign_key {
        Some(fields) => key_of(fields, stored),
        None => stored.key.as_deref().map(Cow::Borrowed),
    };
    values.extend([
        key.map_or(null(), |it| owned(it.into_owned())),
        common.map_or(null(), |it| ToSqlOutput::Owned(Owned::Blob(it.to_bytes().to_vec()))),
        json_or_null(&listed)?,
        json_or_null(&extra)?,
        whole("the sequence number", stored.seq.0)?.into(),
        i64::from(stored.born).into(),
        stored.hash.cast_signed().into(),
        i64::from(stored.acked).into(),
    ]);
    Ok(values)
}

/// Reads what [`Table::select`] gave.
pub(crate) fn read(table: &Table, row: &Row<'_>) -> rusqlite::Result<Stored> {
    let name = || format!("a row of {}", table.name);
    let tail = table.columns.len() + 1;
    let mut stored = Stored::new(id(row.get_ref(0)?)?);
    let common = match row.get_ref(tail + 1)? {
        ValueRef::Null => None,
        raw => Some(value::stamp(raw)?),
    };
    let mut listed: BTreeMap<String, Stamp> = from_json(row.get_ref(tail + 2)?)?;
    let extra: BTreeMap<String, Aside<'static>> = from_json(row.get_ref(tail + 3)?)?;
    // What stands in the columns of a purged row is for queries alone.
    let columns = if extra.contains_key(PURGED) { &[][..] } else { &table.by_field };
    let mut cells = Vec::with_capacity(columns.len());
    for place in columns {
        let column = &table.columns[*place];
        let field = &*column.field;
        let raw = row.get_ref(place + 1)?;
        let aside = extra.get(field);
        let is_null = raw == ValueRef::Null;
        if column.local {
            if !is_null && aside.is_none_or(|it| it.local.is_none()) {
                stored.local.insert(column.field.clone(), decode(column.kind, raw)?);
            }
            continue;
        }
        if aside.is_some_and(|it| it.stamp.is_some()) {
            continue;
        }
        let stamp = match listed.remove(field) {
            Some(stamp) => stamp,
            None if is_null => continue,
            None => common.ok_or_else(|| damaged(name(), "a value without a stamp"))?,
        };
        cells.push((column.field.clone(), Cell { stamp, value: decode(column.kind, raw)? }));
    }
    stored.row = cells.into_iter().collect();
    for (field, aside) in extra {
        let name = || table.column(&field).map_or(Cow::Owned(field.clone()), |it| it.field.clone());
        if let Some(stamp) = aside.stamp {
            stored.row.set(name(), stamp, aside.value.unwrap_or_default().into_owned());
        }
        if let Some(value) = aside.local {
            stored.local.insert(name(), value.into_owned());
        }
    }
    stored.key = text(row.get_ref(tail)?)?.map(str::to_owned);
    stored.seq = Seq(row.get::<_, i64>(tail + 4)?.cast_unsigned());
    stored.born = row.get(tail + 5)?;
    let held = acknowledged::read(row, tail + 6)?;
    (stored.hash, stored.acked) = (held.hash, held.acked);
    Ok(stored)
}

/// What a column holds when its field's value is kept aside. A row is deleted
/// whatever its mark looks like, and queries look at the column.
fn unfit(column: &Column) -> ToSqlOutput<'static> {
    if column.field == DELETED_AT { 0_i64.into() } else { null() }
}

fn keep_aside<'a>(
    extra: &mut BTreeMap<&'a str, Aside<'a>>,
    field: &'a str,
    stamp: Option<Stamp>,
    value: &'a Value,
) {
    let aside = extra.entry(field).or_default();
    match stamp {
        Some(stamp) => (aside.stamp, aside.value) = (Some(stamp), Some(Cow::Borrowed(value))),
        None => aside.local = Some(Cow::Borrowed(value)),
    }
}

fn most_frequent(stamps: &[(&str, Stamp)]) -> Option<Stamp> {
    let first = stamps.first()?.1;
    if stamps.iter().all(|it| it.1 == first) {
        return Some(first);
    }
    let count = |stamp: Stamp| stamps.iter().filter(|it| it.1 == stamp).count();
    stamps.iter().map(|it| it.1).max_by_key(|it| count(*it))
}

/// The natural key as [`driftline_core::EntityDescriptor::key_of`] makes it, of an
/// entity that only the file knows.
fn key_of<'a>(fields: &[String], stored: &Stored) -> Option<Cow<'a, str>> {
    let part = |name: &String| stored.row.value(name).cloned().unwrap_or_default();
    let parts: Vec<Value> = fields.iter().map(part).collect();
    let is_empty = parts.iter().all(Value::is_null);
    (!is_empty).then(|| Cow::Owned(driftline_core::value::text(&Value::from(parts))))
}

fn check_depth(entity: &str, stored: &Stored) -> rusqlite::Result<()> {
    let cells = stored.row.cells().map(|(field, cell)| (field, &cell.value));
    for (field, value) in cells.chain(&stored.local) {
        if !is_shallow(value, MAX_DEPTH) {
            return Err(refused(Error::bad_value(
                &excerpt(entity),
                &excerpt(field),
                format!("JSON nested at most {MAX_DEPTH} levels deep"),
            )));
        }
    }
    Ok(())
}

fn is_shallow(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|it| is_shallow(it, depth - 1)),
        Value::Object(fields) => depth > 0 && fields.values().all(|it| is_shallow(it, depth - 1)),
        _ => true,
    }
}

fn json_or_null<T: Serialize>(map: &BTreeMap<&str, T>) -> rusqlite::Result<ToSqlOutput<'static>> {
    Ok(if map.is_empty() { null() } else { owned(to_json(map)?) })
}

fn from_json<T: DeserializeOwned>(raw: ValueRef<'_>) -> rusqlite::Result<BTreeMap<String, T>> {
    let Some(text) = text(raw)? else { return Ok(BTreeMap::new()) };
    serde_json::from_str(text).map_err(|it| damaged("a row's cells", &it.to_string()))
}
