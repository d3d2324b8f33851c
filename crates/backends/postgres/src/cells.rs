//! A row as bytes: JSON in UTF-8, in one form. Every version of this program reads and writes
//! all of it, so fields that one version does not know survive it.
//!
//! `{"stamp": the stamp that most cells share, "stamps": {field: another stamp},
//! "values": {field: value}}`. A NUL in a text is the six characters `\u0000` here, which is
//! why the column can be decoded by the database, and why it survives.

use std::collections::BTreeMap;

use driftline_core::{Row, Stamp, Value, value};
use serde::{Deserialize, Serialize};

/// How deep a value can be nested: the reader of JSON stops at 127, and there are two levels
/// around a value.
const DEEPEST: usize = 124;

#[derive(Serialize, Deserialize)]
struct Cells {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stamp: Option<Stamp>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    stamps: BTreeMap<String, Stamp>,
    values: BTreeMap<String, Value>,
}

/// The bytes of `row`.
pub(crate) fn written(row: &Row) -> Vec<u8> {
    let stamp = most_frequent(row);
    let (mut stamps, mut values) = (Vec::new(), Vec::new());
    for (field, cell) in row.cells() {
        if Some(cell.stamp) != stamp {
            stamps.push(format!(r#""{field}":"{}""#, cell.stamp));
        }
        values.push(format!(
            "{}:{}",
            value::text(&Value::from(field.as_ref())),
            value::text(&cell.value)
        ));
    }
    let mut text = String::from("{");
    if let Some(stamp) = stamp {
        text.push_str(&format!(r#""stamp":"{stamp}","#));
    }
    if !stamps.is_empty() {
        text.push_str(&format!(r#""stamps":{{{}}},"#, stamps.join(",")));
    }
    text.push_str(&format!(r#""values":{{{}}}}}"#, values.join(",")));
    text.into_bytes()
}

/// The row that has these bytes.
pub(crate) fn read(bytes: &[u8]) -> Result<Row, String> {
    let cells: Cells = serde_json::from_slice(bytes).map_err(|it| it.to_string())?;
    let Cells { stamp, stamps, values } = cells;
    let mut row = Row::default();
    for (field, value) in values {
        let stamp = stamps.get(&field).copied().or(stamp);
        let stamp = stamp.ok_or_else(|| format!("`{field}` has no stamp"))?;
        row.set(field, stamp, value::canonical(value));
    }
    Ok(row)
}

/// The stamp that most cells have; of several the greatest.
fn most_frequent(row: &Row) -> Option<Stamp> {
    let mut counts: BTreeMap<Stamp, usize> = BTreeMap::new();
    for (_, cell) in row.cells() {
        *counts.entry(cell.stamp).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(stamp, count)| (*count, *stamp)).map(|it| it.0)
}

/// The field of `row` whose value is nested too deep to be read again.
pub(crate) fn too_deep(row: &Row) -> Option<&str> {
    row.cells().find(|(_, cell)| !is_shallow(&cell.value, DEEPEST)).map(|it| it.0.as_ref())
}

fn is_shallow(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|it| is_shallow(it, depth - 1)),
        Value::Object(fields) => depth > 0 && fields.values().all(|it| is_shallow(it, depth - 1)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_come_back_and_have_one_form() {
        let (one, other) = (Stamp::person(7, 1, 9), Stamp::machine(3, 2, 1, 0));
        let row = Row::from_iter([
            ("body", one, json!("a\0b \\u0000 \"\u{1f642}\" \u{7f}")),
            ("count", one, json!(18_446_744_073_709_551_615_u64)),
            ("deleted_at", other, Value::Null),
            ("real", one, json!(1e300)),
            ("tree", one, json!({"b": [1, {}], "a": null})),
        ]);
        let bytes = written(&row);
        assert_eq!(read(&bytes), Ok(row.clone()));
        assert_eq!(written(&read(&bytes).unwrap()), bytes);
        assert!(!bytes.contains(&0));
        assert_eq!(read(&written(&Row::default())), Ok(Row::default()));
    }

    #[test]
    fn the_deepest_value_is_read_again() {
        let deep = |levels| (0..levels).fold(json!(1), |it, _| json!([it]));
        let row = |levels| Row::from_iter([("x", Stamp::person(1, 0, 1), deep(levels))]);
        assert_eq!(too_deep(&row(DEEPEST)), None);
        assert_eq!(read(&written(&row(DEEPEST))), Ok(row(DEEPEST)));
        assert_eq!(too_deep(&row(DEEPEST + 1)), Some("x"));
    }

    #[test]
    fn other_bytes_are_told() {
        for bytes in ["", "{}", "[]", r#"{"values":{"a":1}}"#, r#"{"stamp":"x","values":{}}"#] {
            assert!(read(bytes.as_bytes()).is_err(), "{bytes}");
        }
    }
}
