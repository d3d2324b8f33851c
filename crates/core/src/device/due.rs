//! What purges have left to do besides rows: a purged text may still be in the files of the
//! store, at the remote, and in what a program keeps beside both.

use crate::{
    Cell, Result,
    store::{ReadMeta, StoreTx, WriteMeta},
};

/// Set while something that was purged may still be in the files of this store, to the mark that
/// was met last.
const SWEEP_HERE: &str = "purge.here";
/// The same of the remote, which has yet to be told to sweep.
const SWEEP_THERE: &str = "purge.there";
/// The same of what a program keeps beside the store: an index, copies.
const SWEEP_BESIDE: &str = "purge.beside";

/// Notes that a row was marked here.
pub(super) fn note_here(tx: &mut dyn WriteMeta, mark: &Cell) -> Result<()> {
    [SWEEP_HERE, SWEEP_BESIDE].into_iter().try_for_each(|key| note(tx, key, mark))
}

/// Notes that the remote is to hear of a mark.
pub(super) fn note_there(tx: &mut dyn WriteMeta, mark: &Cell) -> Result<()> {
    note(tx, SWEEP_THERE, mark)
}

fn note(tx: &mut dyn WriteMeta, key: &str, mark: &Cell) -> Result<()> {
    tx.set_meta(key, Some(&mark.stamp.to_string()))
}

/// What is to be swept, since when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// The files of this store.
    pub here: Option<String>,
    /// What the remote keeps besides rows.
    pub there: Option<String>,
    /// What the program keeps beside the store: what it worked out from rows, and copies.
    pub beside: Option<String>,
}

/// What is to be swept.
///
/// # Errors
/// When the store cannot be read.
pub fn sweep_due(tx: &dyn ReadMeta) -> Result<Due> {
    let (here, there, beside) =
        (tx.meta(SWEEP_HERE)?, tx.meta(SWEEP_THERE)?, tx.meta(SWEEP_BESIDE)?);
    Ok(Due { here, there, beside })
}

/// Notes that what was `due` is done. What came since is not.
pub(crate) fn swept(tx: &mut dyn StoreTx, due: &Due) -> Result<()> {
    let all = [(SWEEP_HERE, &due.here), (SWEEP_THERE, &due.there), (SWEEP_BESIDE, &due.beside)];
    for (key, done) in all {
        if done.is_some() && tx.meta(key)? == *done {
            tx.set_meta(key, None)?;
        }
    }
    Ok(())
}
