//! A row in an entry or a pack: `{"stamp": the stamp that most cells share, "stamps": {field: another
//! stamp}, "values": {field: value}}`. An import gives all cells of a row one stamp, which would be a
//! third of what is written if each had it.

use std::collections::BTreeMap;

use driftline_core::{Row, Stamp, Value};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeStruct,
};

#[derive(Deserialize)]
struct Packed {
    #[serde(default)]
    stamp: Option<Stamp>,
    #[serde(default)]
    stamps: BTreeMap<String, Stamp>,
    values: BTreeMap<String, Value>,
}

/// The stamps of a row that are not this one.
struct Others<'a>(&'a Row, Option<Stamp>);

impl Serialize for Others<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(row, shared) = self;
        let others = row.cells().filter(|(_, cell)| Some(cell.stamp) != *shared);
        to.collect_map(others.map(|(field, cell)| (field, cell.stamp)))
    }
}

struct Values<'a>(&'a Row);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.cells().map(|(field, cell)| (field, &cell.value)))
    }
}

pub(crate) fn serialize<S: Serializer>(row: &Row, to: S) -> Result<S::Ok, S::Error> {
    let shared = most_frequent(row);
    let mut written = to.serialize_struct("row", 3)?;
    match &shared {
        Some(stamp) => written.serialize_field("stamp", stamp)?,
        None => written.skip_field("stamp")?,
    }
    if row.cells().any(|(_, cell)| Some(cell.stamp) != shared) {
        written.serialize_field("stamps", &Others(row, shared))?;
    } else {
        written.skip_field("stamps")?;
    }
    written.serialize_field("values", &Values(row))?;
    written.end()
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Row, D::Error> {
    let Packed { stamp, stamps, values } = Packed::deserialize(from)?;
    let cells = values.into_iter().map(|(field, value)| {
        let stamp = stamps.get(&field).copied().or(stamp);
        let stamp = stamp.ok_or_else(|| D::Error::custom(format!("`{field}` has no stamp")))?;
        Ok((field, stamp, value))
    });
    cells.collect()
}

/// The stamp that most cells have; of several the greatest.
fn most_frequent(row: &Row) -> Option<Stamp> {
    let mut stamps = row.cells().map(|(_, cell)| cell.stamp);
    let first = stamps.next()?;
    if stamps.all(|it| it == first) {
        return Some(first);
    }
    let mut counts: BTreeMap<Stamp, usize> = BTreeMap::new();
    for (_, cell) in row.cells() {
        *counts.entry(cell.stamp).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(stamp, count)| (*count, *stamp)).map(|it| it.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

    use serde_json::json;

    use super::*;

    #[test]
    fn rows_come_back_and_share_their_stamp() {
        let (one, other) = (Stamp::person(7, 1, 9), Stamp::machine(3, 2, 1, 0));
        for (row, stamps) in [
            (Row::default(), 0),
            (Row::from_iter([("a", one, json!(1)), ("b", one, json!({"c": [null]}))]), 1),
            (
                Row::from_iter([
                    ("a", one, json!("stamp")),
                    ("deleted_at", one, Value::Null),
                    ("values", other, json!(1.5)),
                ]),
                2,
            ),
        ] {
            let mut bytes = Vec::new();
            serialize(&row, &mut serde_json::Serializer::new(&mut bytes)).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            let count = [one, other].map(|it| text.matches(&it.to_string()).count());
            assert_eq!(count[0] + count[1], stamps, "{text}");
            let read = deserialize(&mut serde_json::Deserializer::from_str(&text)).unwrap();
            assert_eq!(read, row, "{text}");
        }
    }

    #[test]
    fn a_value_without_a_stamp_is_told() {
        let text = r#"{"values":{"a":1}}"#;
        let read = deserialize(&mut serde_json::Deserializer::from_str(text));
        assert!(read.unwrap_err().to_string().contains("`a` has no stamp"));
    }
}
