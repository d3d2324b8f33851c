//! A row as the text that travels, and back. The hub compares and stores the texts of
//! values and never writes one anew, so a value has one text only, and nothing about it
//! is lost on the way: neither digits nor depth.

mod incoming;
#[cfg(test)]
mod tests;

use driftline_core::{Change, Id, Stamp, Value, excerpt, value};
use serde::Serialize;

pub(crate) use self::incoming::{Incoming, unread};
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
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    birth: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    whole: bool,
    cells: Vec<OutCell<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OutCell<'a> {
    Inline(&'a str, Stamp, String),
    Chunked(&'a str, Stamp, &'static str, Vec<String>),
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
