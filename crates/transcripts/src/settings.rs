//! Settings of an agent that a person wrote: they say how long transcripts are kept.

use std::{fs::File, io::Read, path::Path};

use serde_json::Value;

/// No settings that a person wrote are longer, in bytes.
const LONGEST: u64 = 1 << 20;

/// The settings in a file. What cannot be read says nothing.
pub(crate) fn read(file: &Path) -> Option<Value> {
    let mut text = String::new();
    File::open(file).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}
