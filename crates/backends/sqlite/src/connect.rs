//! How the file of a store is opened.

use std::{path::Path, time::Duration};

use driftline_sqlite_file::{self as file, Manner};
pub(crate) use driftline_sqlite_file::{Bounded, begin, look, pause};

/// How long anybody waits for another process before giving up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Prepared statements that a connection keeps: all of a few dozen entities.
const STATEMENTS: usize = 512;

/// Opens an existing file for reading and writing. `patience` is how long it waits for other
/// processes.
pub(crate) fn connect(path: &Path, patience: Duration) -> rusqlite::Result<Bounded> {
    file::connect(path, manner(patience))
}

/// Opens an existing file that somebody else may have written, for reading alone.
pub(crate) fn connect_to_read(path: &Path) -> rusqlite::Result<Bounded> {
    file::connect_to_read(path, manner(PATIENCE))
}

fn manner(patience: Duration) -> Manner {
    Manner { patience, statements: STATEMENTS, cache: 16_000 }
}
