//! Rows as texts: joining, hashing and naming them again, from the description alone.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::format::Cell;

/// A row: stamp and value of each field.
pub(super) type Cells = BTreeMap<String, (String, String)>;

/// The row of these cells.
pub(super) fn row(cells: &[Cell]) -> Cells {
    let pair = |(field, stamp, text): &Cell| (field.clone(), (stamp.clone(), text.clone()));
    cells.iter().map(pair).collect()
}

/// The cells of a row, as they are written.
pub(super) fn written(row: &Cells) -> Vec<Cell> {
    let cell = |(field, (stamp, text)): (&String, &(String, String))| {
        (field.clone(), stamp.clone(), text.clone())
    };
    row.iter().map(cell).collect()
}

/// The field of a purge mark.
pub(super) const PURGED: &str = "~purged";

/// A row without what its mark drops; one without a mark as it is.
fn under_mark(mut row: Cells) -> Cells {
    if row.contains_key(PURGED) {
        row.retain(|field, _| field == PURGED);
    }
    row
}

/// What rows join to: of each field, the greatest cell as a pair of texts; of rows with a
/// mark, the greatest mark alone.
pub(super) fn join<'a>(rows: impl IntoIterator<Item = &'a Cells>) -> Cells {
    let mut all: BTreeMap<&String, Vec<&(String, String)>> = BTreeMap::new();
    for (field, cell) in rows.into_iter().flatten() {
        all.entry(field).or_default().push(cell);
    }
    let greatest = |cells: Vec<&(String, String)>| cells.into_iter().max().cloned();
    let cells = all.into_iter().filter_map(|(field, it)| Some((field.clone(), greatest(it)?)));
    under_mark(cells.collect())
}

/// The hash of a row.
pub(super) fn hash(entity: &str, id: &str, row: &Cells) -> u64 {
    let row = under_mark(row.clone());
    let lines: Vec<_> = row.iter().map(|(name, (stamp, _))| format!("{name} {stamp}\n")).collect();
    let sum = Sha256::digest(format!("{entity}\n{id}\n{}", lines.concat()));
    match sum.iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte)) {
        0 => 1,
        hash => hash,
    }
}

/// 64 bits as they are written.
pub(super) fn hex(bits: u64) -> String {
    format!("{bits:016x}")
}

/// The name of a row that follows from what it is about: a UUID of version 8 from a time
/// of zero and a hash of the names.
pub(super) fn derived_id(names: &[&str]) -> String {
    let mut text = Vec::new();
    for name in names {
        text.extend((name.len() as u64).to_be_bytes());
        text.extend(name.bytes());
    }
    let mut bytes = [0; 16];
    bytes[6..].copy_from_slice(&Sha256::digest(text)[..10]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|it| format!("{it:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
