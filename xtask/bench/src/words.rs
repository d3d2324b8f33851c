//! What is searched: the index of a device, and one of words beside plain tables.

use std::path::Path;

use anyhow::Result;
use driftline_index::Index;

use crate::{
    bare::Bare,
    device::{self, Device},
};

/// Fills the index of a device.
pub(crate) fn fill_index(of: &Path, index: &Path) -> Result<()> {
    let index = Index::open(index, Device::open(of, device::ONE)?.replica)?;
    while index.catch_up()? > 0 {}
    Ok(())
}

/// Fills an index of words in a file with plain tables.
pub(crate) fn fill_plain_index(of: &Path) -> Result<()> {
    let bare = Bare::open(of)?;
    bare.connection.execute_batch(
        "CREATE VIRTUAL TABLE words USING fts5 (text, content = 'messages');
         INSERT INTO words (rowid, text) SELECT rowid, text FROM messages;",
    )?;
    Ok(())
}
