//! Why a whole file could not be read. A broken line is no error: it is reported and
//! the rest of the file is read.

use std::{io, path::PathBuf};

use driftline_core::BoxError;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with which file, and what to do next. What was handed out before
/// the error stays valid: reading again continues from the last stored checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file vanished, or may not be read.
    #[error("cannot open {path:?}; see that it exists and that you may read it, then import again")]
    Open {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A folder, a link, a pipe or a device.
    #[error("{path:?} is {what}, not a file; move it elsewhere, or replace it by a plain file")]
    NotAFile {
        /// Where it is.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// Reading stopped half-way.
    #[error("cannot read {path:?} after line {line}; what came before is kept. Import again")]
    Read {
        /// The file.
        path: PathBuf,
        /// The last line that was read.
        line: u64,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A database that is damaged, locked, or of something else.
    #[error(
        "cannot read the database {path:?}; if its agent runs, close it and import again. What \
         was read before is kept"
    )]
    Database {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: BoxError,
    },
    /// What was read could not be stored.
    #[error("what {path:?} holds up to line {line} could not be stored; import again")]
    Sink {
        /// The file.
        path: PathBuf,
        /// The last line of the batch.
        line: u64,
        /// The cause.
        #[source]
        source: BoxError,
    },
}
