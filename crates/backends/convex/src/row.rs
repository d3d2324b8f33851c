//! A row as the text that travels, and back. The hub compares and stores the texts of
//! values and never writes one anew, so a value has one text only, and nothing about it
//! is lost on the way: neither digits nor depth.

use std::collections::BTreeMap;

use driftline_core::{
    Change, Id, PURGED, Row, Stamp, Value, device::Unread, excerpt, is_plain_name, value,
};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    chunk::{self, Chunk},
    seal::{Place, Seal},
};

/// How deep a value may nest here: reading it is recursive, and so is reading the row
/// around it from a local store.
const DEPTH: usize = 100;
/// The longest text of a value that travels inside its row, in bytes.
const INLINE: usize = 65_536;

/// A row, ready to travel.
pub(crate) struct Outgoing {
    pub(crate) text: String,
    /// What its long values were cut into.
    pub(crate) chunks: Vec<Chunk>,
}

#[derive(Serialize)]
struct Out<'a> {
    entity: &'a str,
    id: Id,
    #[serde(skip_serializing_if = "is_false")]
    birth: bool,
    #[serde(skip_serializing_if = "is_false")]
    whole: bool,
    cells: Vec<OutCell<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OutCell<'a> {
    Inline(&'a str, Stamp, String),
    Chunked(&'a str, Stamp, &'static str, Vec<String>),
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what the derive asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Writes a row, sealed where there is a `seal`. If that cannot be done, says why, for the
/// person whose row it is.
pub(crate) fn write(change: &Change, seal: Option<&Seal>) -> Result<Outgoing, String> {
    let Change { entity, id, birth, whole, row } = change;
    let (mut chunks, mut cells) = (Vec::new(), Vec::new());
    for (field, cell) in row.cells() {
        if is_deep(&cell.value) {
            return Err(format!(
                "`{}` nests deeper than {DEPTH} levels, which other devices cannot read; \
                 store it as a text",
                excerpt(field)
            ));
        }
        let mut text = value::text(&cell.value);
        if let Some(seal) = seal {
            text = seal.seal(Place { entity, id: *id, field, stamp: cell.stamp }, text)?;
        }
        if text.len() <= INLINE {
            cells.push(OutCell::Inline(field, cell.stamp, text));
            continue;
        }
        let parts = chunk::split(&text);
        let hashes = parts.iter().map(|it| it.hash.clone()).collect();
        chunks.extend(parts);
        cells.push(OutCell::Chunked(field, cell.stamp, "", hashes));
    }
    let row = Out { entity, id: *id, birth: *birth, whole: *whole, cells };
    let text = serde_json::to_string(&row).map_err(|error| error.to_string())?;
    Ok(Outgoing { text, chunks })
}

/// Whether a value nests too deep, found without recursion.
fn is_deep(value: &Value) -> bool {
    let mut open = vec![(value, 1)];
    while let Some((value, depth)) = open.pop() {
        let inner = depth + 1;
        match value {
            Value::Array(_) | Value::Object(_) if depth > DEPTH => return true,
            Value::Array(items) => open.extend(items.iter().map(|it| (it, inner))),
            Value::Object(fields) => open.extend(fields.values().map(|it| (it, inner))),
            _ => (),
        }
    }
    false
}

/// Whether a text nests too deep to be read as JSON.
fn is_deep_text(text: &str) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => (),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => (),
        }
        if depth > DEPTH {
            return true;
        }
    }
    false
}

/// A row that came, of which long values may still be missing.
#[derive(Deserialize)]
pub(crate) struct Incoming {
    entity: String,
    id: Id,
    #[serde(default)]
    birth: bool,
    #[serde(default)]
    whole: bool,
    cells: Vec<InCell>,
}

struct InCell {
    field: String,
    stamp: Stamp,
    text: String,
    hashes: Vec<String>,
}

impl<'de> Deserialize<'de> for InCell {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = InCell;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a field, a stamp, a text and the hashes of chunks")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<InCell, A::Error> {
                let short = || de::Error::custom("a cell has too few parts");
                let field = seq.next_element()?.ok_or_else(short)?;
                let stamp = seq.next_element()?.ok_or_else(short)?;
                let text = seq.next_element()?.ok_or_else(short)?;
                let hashes = seq.next_element()?.unwrap_or_default();
                if seq.next_element::<de::IgnoredAny>()?.is_some() {
                    return Err(de::Error::custom("a cell has too many parts"));
                }
                Ok(InCell { field, stamp, text, hashes })
            }
        }
        from.deserialize_seq(Visitor)
    }
}

/// What can be told of a row that cannot be read.
pub(crate) fn unread(text: &str, reason: String) -> Unread {
    let told = serde_json::from_str::<Value>(text).ok();
    let named = told.as_ref().and_then(|row| {
        let entity = row.get("entity")?.as_str().filter(|it| is_plain_name(it))?;
        Some((entity.to_owned(), row.get("id")?.as_str()?.parse().ok()?))
    });
    let Some((entity, id)) = named else {
        let id = Id::imported(0, &["unread", text]);
        let (entity, text) = (String::new(), text.to_owned());
        return Unread { entity, id, hash: None, latest: None, text, reason };
    };
    let row = told.as_ref().and_then(stamps_of);
    let hash = row.as_ref().map(|it| it.hash(&entity, id));
    let latest = row.and_then(|it| it.latest_person());
    Unread { entity, id, hash, latest, text: text.to_owned(), reason }
}

/// The names and stamps of a row's cells: what its hash is made of.
fn stamps_of(row: &Value) -> Option<Row> {
    let cells = row.get("cells")?.as_array()?;
    let named = cells.iter().map(|cell| {
        let (field, stamp) = (cell.get(0)?.as_str()?, cell.get(1)?.as_str()?);
        Some((field.to_owned(), stamp.parse().ok()?, Value::Null))
    });
    let named: Row = named.collect::<Option<_>>()?;
    (named.cells().count() == cells.len()).then_some(named)
}

impl Incoming {
    /// Reads a row's text as far as that goes without its chunks.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        // What serde says may quote the row, so only the place is told.
        let row: Self = serde_json::from_str(text)
            .map_err(|it| format!("a row is not written as one, at character {}", it.column()))?;
        let fields = row.cells.iter().map(|it| &it.field).filter(|it| *it != PURGED);
        for name in fields.chain([&row.entity]) {
            if !is_plain_name(name) {
                return Err(format!("`{}` cannot be a name", excerpt(name)));
            }
        }
        if row.cells.iter().any(|it| it.text.is_empty() == it.hashes.is_empty()) {
            return Err("a cell has neither a text nor chunks, or both".into());
        }
        if !row.hashes().all(|it| chunk::is_hash(it)) {
            return Err("a chunk is named by something that is no hash".into());
        }
        Ok(row)
    }

    /// The chunks that it needs, each as often as it occurs.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = &String> {
        self.cells.iter().flat_map(|it| &it.hashes)
    }

    /// Whether its chunks alone are more than a row may have.
    pub(crate) fn is_too_long(&self, largest: usize) -> bool {
        self.hashes().count() > largest / chunk::LARGEST + 1
    }

    /// The whole row, opened where there is a `seal`. Its values are `largest` bytes long at
    /// most, all together.
    pub(crate) fn finish(
        self,
        chunks: &BTreeMap<String, String>,
        largest: usize,
        seal: Option<&Seal>,
    ) -> Result<Change, String> {
        let Self { entity, id, birth, whole, cells: incoming } = self;
        let (mut cells, mut bytes, mut opened, count) = (Vec::new(), 0, 0, incoming.len());
        for cell in incoming {
            let mut text = cell.text;
            for hash in &cell.hashes {
                let chunk = chunks.get(hash).ok_or("a chunk of a row is missing")?;
                bytes += chunk.len();
                if bytes > largest {
                    return Err(format!("a row is longer than {largest} bytes"));
                }
                text.push_str(chunk);
            }
            if let Some(seal) = seal {
                let place = Place { entity: &entity, id, field: &cell.field, stamp: cell.stamp };
                text = seal.open(place, text, largest - opened)?;
                opened += text.len();
                if opened > largest {
                    return Err(format!("a row is longer than {largest} bytes"));
                }
            }
            cells.push((cell.field, cell.stamp, read_value(text)));
        }
        let row = Row::from_iter(cells);
        if row.cells().count() != count {
            return Err("a row has two cells of one field".into());
        }
        Ok(Change { entity, id, row, birth, whole })
    }
}

/// Reads the text of a value. Whatever it is, the rest of the row and of the feed must be of
/// use: a value that was written in another way than ours is taken for what it says, and
/// one that nests too deep or is no JSON at all is kept as a text. Its original stays at the
/// hub, under the same stamp, until somebody writes the field again.
fn read_value(text: String) -> Value {
    if is_deep_text(&text) {
        return Value::String(text);
    }
    match serde_json::from_str(&text) {
        Ok(value) => value::canonical(value),
        Err(_) => Value::String(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use driftline_core::value::canonical;
    use proptest::prelude::*;
    use serde_json::json;

    fn change(value: Value) -> Change {
        let (id, stamp) = (Id::imported(0, &["x"]), Stamp::person(1, 2, 3));
        let row = Row::from_iter([("name", stamp, value)]);
        Change { entity: "notes".into(), id, row, birth: false, whole: true }
    }

    fn back(out: &Outgoing) -> Result<Change, String> {
        let chunks = out.chunks.iter().map(|it| (it.hash.clone(), it.text.clone())).collect();
        Incoming::read(&out.text)?.finish(&chunks, 64 << 20, None)
    }

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
            (0..3_000_usize, any::<char>())
                .prop_map(|(n, it)| Value::from(it.to_string().repeat(n * 100))),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".*", inner, 0..6)
                    .prop_map(|it| Value::Object(it.into_iter().collect())),
            ]
        })
    }

    fn changes() -> impl Strategy<Value = Change> {
        let stamps = (any::<bool>(), any::<u64>(), any::<u32>(), any::<u64>()).prop_map(
            |(person, time, count, tail)| {
                if person {
                    return Stamp::person(time, count, tail);
                }
                Stamp::machine(time, (count >> 16) as u16, (count & 0xffff) as u16, tail)
            },
        );
        let cells = prop::collection::btree_map("[a-z][a-z0-9_]{0,59}", (stamps, values()), 0..6);
        let flags = (any::<bool>(), any::<bool>());
        ("[a-z][a-z0-9_]{0,59}", any::<u64>(), flags, cells).prop_map(
            |(entity, id, (birth, whole), cells)| {
                let cells =
                    cells.into_iter().map(|(field, (s, value))| (field, s, canonical(value)));
                let row = cells.collect();
                let id = Id::imported(id, &["row"]);
                Change { entity, id, row, birth, whole }
            },
        )
    }

    proptest! {
        #[test]
        fn a_row_comes_back_as_it_went(change in changes()) {
            let out = write(&change, None).unwrap();
            prop_assert_eq!(back(&out).unwrap(), change);
            prop_assert!(out.chunks.iter().all(|it| it.text.len() <= chunk::LARGEST));
        }

        #[test]
        fn no_text_causes_a_panic(text in ".*") {
            let _ = Incoming::read(&text);
            let _ = read_value(text);
        }
    }

    #[test]
    fn a_row_is_written_as_the_contract_says() {
        let out = write(&change(json!({"b": 2.0, "a": "\u{1}\"é"})), None).unwrap();
        let (id, stamp) = (Id::imported(0, &["x"]), Stamp::person(1, 2, 3));
        let expected = format!(
            r#"{{"entity":"notes","id":"{id}","whole":true,"cells":[["name","{stamp}","{{\"a\":\"\\u0001\\\"é\",\"b\":2}}"]]}}"#
        );
        assert_eq!(out.text, expected);
    }

    #[test]
    fn only_a_long_value_travels_in_chunks() {
        let at =
            |n: usize| write(&change(Value::from("x".repeat(n - 2))), None).unwrap().chunks.len();
        assert_eq!((at(INLINE), at(INLINE + 1)), (0, 1));
        assert_eq!((at(chunk::LARGEST), at(chunk::LARGEST + 1)), (1, 2));
    }

    #[test]
    fn depth_neither_overflows_nor_stops_the_rest() {
        let fits: Value = serde_json::from_str(&nested(DEPTH)).unwrap();
        assert_eq!(
            back(&write(&change(fits.clone()), None).unwrap()).unwrap(),
            change(fits.clone())
        );
        assert!(
            write(&change(Value::Array(vec![fits])), None).is_err_and(|it| it.contains("nests"))
        );

        for depth in [DEPTH + 1, 128, 1_000_000] {
            assert_eq!(read_value(nested(depth)), Value::String(nested(depth)));
        }
        let quoted = serde_json::to_string(&nested(1_000)).unwrap();
        assert_eq!(read_value(quoted), Value::String(nested(1_000)));
        assert!(*"\"" < *nested(DEPTH + 1), "the original wins against its text");
    }

    #[test]
    fn what_is_written_in_another_way_is_taken_for_what_it_says() {
        for (text, value) in [
            ("2.0", json!(2)),
            ("1e2", json!(100)),
            ("-0", json!(0)),
            (" 1 ", json!(1)),
            ("1e300", json!(1e300)),
            ("1e-400", json!(0)),
            ("123456.7890", json!(123_456.789)),
            ("18446744073709551616", json!(18_446_744_073_709_551_616.0)),
            ("{\"b\":1,\"a\":2}", json!({"a": 2, "b": 1})),
            ("[1, 2.0]", json!([1, 2])),
            ("\"\\u0041\\/\"", json!("A/")),
        ] {
            assert_eq!(read_value(text.into()), value, "{text}");
        }
        for text in ["", "nul", "1e400", "\"\\ud800\"", "{\"a\":", "xxxx", "\"\u{0}\"", "1 2"] {
            assert_eq!(read_value(text.into()), Value::from(text), "{text}");
        }
        for text in [
            "0",
            "18446744073709551615",
            "-1.5",
            "1e+300",
            "100000000000000000000",
            "\"\\u0000é\"",
            "null",
        ] {
            assert_eq!(value::text(&read_value(text.into())), text);
        }
    }

    #[test]
    fn a_hostile_row_is_refused() {
        let id = Id::imported(0, &["x"]);
        let stamp = Stamp::person(1, 2, 3);
        for (entity, cells) in [
            ("Notes; drop", String::new()),
            ("notes", format!(r#"["../x","{stamp}","1"]"#)),
            ("notes", format!(r#"["a","{stamp}","1"],["a","{stamp}","2"]"#)),
            ("notes", format!(r#"["a","{stamp}"]"#)),
            ("notes", format!(r#"["a","{stamp}","1",[],1]"#)),
            ("notes", format!(r#"["a","{stamp}","",["../../x"]]"#)),
            ("notes", format!(r#"["a","{stamp}","",[]]"#)),
            ("notes", r#"["a","","1"]"#.into()),
            ("notes", format!(r#"["a","{stamp}",1]"#)),
            ("notes", format!(r#"[null,"{stamp}","1"]"#)),
        ] {
            let text = format!(r#"{{"entity":"{entity}","id":"{id}","cells":[{cells}]}}"#);
            let read = Incoming::read(&text).and_then(|it| it.finish(&BTreeMap::new(), 100, None));
            assert!(read.is_err(), "{text}");
        }
        for text in ["", "null", "{}", "[]", &nested(1_000_000), r#"{"entity":"notes"}"#] {
            assert!(Incoming::read(text).is_err());
        }
    }
}
