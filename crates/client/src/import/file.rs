//! One file: from batches of drafts to rows.

use driftline_core::{BoxError, Durability, Replica, Result, WriteTx};
use driftline_transcripts::{Checkpoint, Draft, Found};

use super::count::Outcome;

/// Under which name the store keeps how far a file was read.
pub(super) fn key(found: &Found) -> String {
    format!("import:{}:{}", found.reader.tool, found.path.to_string_lossy())
}

/// How far a file was read. A note that cannot be read is one of another version: the file
/// is read again.
pub(super) fn known(replica: &Replica, found: &Found) -> Option<Checkpoint> {
    // What the store does not tell now, it refuses when rows are stored.
    let text = replica.read(|tx| tx.meta(&key(found))).ok().flatten()?;
    serde_json::from_str(&text).ok()
}

/// Stores what was read of a file, with the note of how far that is.
pub(super) fn store(
    replica: &Replica,
    found: &Found,
    drafts: Vec<Draft>,
    checkpoint: &Checkpoint,
) -> Result<Vec<Outcome>, BoxError> {
    if drafts.is_empty() && known(replica, found).as_ref() == Some(checkpoint) {
        return Ok(Vec::new());
    }
    let note = serde_json::to_string(checkpoint)?;
    Ok(replica.write_with(Durability::Normal, |tx| {
        let outcomes = join(tx, drafts)?;
        tx.set_value(&key(found), Some(&note))?;
        Ok(outcomes)
    })?)
}

/// Joins drafts with what is stored: each is moved there, for one can be a large part of
/// what an import may take of the memory.
pub(super) fn join(tx: &mut WriteTx<'_>, drafts: Vec<Draft>) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(drafts.len());
    for Draft { entity: name, id, cells, local } in drafts {
        // A program without this entity has no place for the row; one that has it
        // starts from a database, or a reader's version, that reads the file again.
        let Some(entity) = tx.reading().schema().get(name) else { continue };
        let cells = cells.into_iter().map(|(field, value, stamp)| (field.into(), value, stamp));
        let local = local.into_iter().map(|(field, value)| (field.into(), value));
        let (cells, local) = (cells.collect(), local.collect());
        outcomes.push((name, id, tx.import(entity, id, cells, local)?));
    }
    Ok(outcomes)
}
