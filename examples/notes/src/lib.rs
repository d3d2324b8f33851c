//! What this program keeps.

use driftline::SyncEntity;

/// Something to remember.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
pub struct Note {
    /// What it says.
    pub text: String,
    /// Whether it stays on top.
    pub pinned: bool,
}
