//! Texts that a record keeps in a file beside its transcript. Read with the record, they
//! stand in its place; the reading with all of them is the more complete one, so whoever
//! finds the file later, or on another device, ends with the same row.

use std::{fs::File, io::Read, path::Path};

use driftline_core::Value;

use crate::{Kept, Reader, open::open};

/// The most of such a text that is taken, in bytes.
const LONGEST: u64 = 4 << 20;

/// Puts the texts that `kept` names into its blocks, and leaves in its list those that
/// were found. A file that is missing, a link or no text is as if the record named none.
pub(crate) fn fill(kept: &mut Kept, reader: &Reader, file: &Path, session: &str) {
    let blocks = &mut kept.blocks;
    kept.beside.retain(|it| {
        let text = (reader.beside)(file, session, &it.path).and_then(|it| text(&it));
        let block = blocks.get_mut(it.block).and_then(Value::as_object_mut);
        match (block, text) {
            (Some(block), Some(text)) => {
                block.insert("output".into(), text.into());
                true
            }
            _ => false,
        }
    });
}

fn text(path: &Path) -> Option<String> {
    let file = open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let text = beginning(file)?;
    Some(match length > LONGEST {
        true => format!("{text}\n[The agent's own file goes on: {length} bytes in all.]"),
        false => text,
    })
}

fn beginning(file: File) -> Option<String> {
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}
