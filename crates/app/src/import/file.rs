//! One file: from batches of drafts to rows.

use driftline_core::{BoxError, Durability, Replica, Result, WriteTx};
use driftline_transcripts::{Batch, Checkpoint, Draft, FileReport, Found, Title, read};

use super::count::{Count, Outcome};

/// Under which name the store keeps how far a file was read.
pub(super) fn key(found: &Found) -> String {
    format!("import:{}:{}", found.reader.tool, found.path.to_string_lossy())
}

/// Imports what is new in a file. The titles it could not settle go to `titles`.
pub(super) fn import(
    replica: &Replica,
    found: &Found,
    count: &mut Count,
    titles: &mut Vec<Title>,
    step: &mut dyn FnMut(&Count),
) -> Result<FileReport, BoxError> {
    let key = key(found);
    let text = replica.read(|tx| tx.meta(&key))?;
    // A note that cannot be read is one of another version: the file is read again.
    let known: Option<Checkpoint> = text.as_deref().and_then(|it| serde_json::from_str(it).ok());
    let report = read(found, known.as_ref(), &mut |batch| {
        let Batch { drafts, titles: open, checkpoint } = batch;
        titles.extend(open);
        if drafts.is_empty() && Some(&checkpoint) == known.as_ref() {
            return Ok(());
        }
        let note = serde_json::to_string(&checkpoint)?;
        let outcomes = replica.write_with(Durability::Normal, |tx| {
            let outcomes = join(tx, drafts)?;
            tx.set_value(&key, Some(&note))?;
            Ok(outcomes)
        })?;
        count.add(outcomes);
        step(count);
        Ok(())
    })?;
    Ok(report)
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
