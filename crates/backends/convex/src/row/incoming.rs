//! A row that comes as text: hostile until it is read.

use std::collections::BTreeMap;

use driftline_core::{
    Change, Id, PURGED, Row, Stamp, Value, device::Unread, excerpt, is_plain_name, value,
};
use serde::{Deserialize, Deserializer, de};

use super::DEPTH;
use crate::{
    chunk,
    seal::{Place, Seal},
};

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
pub(super) fn read_value(text: String) -> Value {
    if is_deep_text(&text) {
        return Value::String(text);
    }
    match serde_json::from_str(&text) {
        Ok(value) => value::canonical(value),
        Err(_) => Value::String(text),
    }
}
