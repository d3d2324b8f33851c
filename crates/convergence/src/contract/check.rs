//! How a check of the contract ends.

use driftline_core::Error;

/// How a check went.
pub(super) enum Fault {
    /// It is not as it must be.
    Wrong(String),
    /// It could not be found out.
    Failed(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

pub(super) type Checked = Result<(), Fault>;

/// Fails unless `holds`.
pub(super) fn expect(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(Fault::Wrong(what())) }
}
