//! Two entities, as a program would have them.

use driftline::{Db, Id, SyncEntity};
use tempfile::TempDir;

/// Something to remember.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
pub(crate) struct Note {
    /// What it says.
    pub(crate) text: String,
    /// Whether it stays on top.
    pub(crate) pinned: bool,
    /// How often it was read.
    pub(crate) reads: i64,
}

/// A word on a note.
#[derive(Clone, Debug, Default, PartialEq, SyncEntity)]
pub(crate) struct Tag {
    /// The word.
    #[sync(key)]
    pub(crate) word: Option<String>,
    /// The note.
    #[sync(owner)]
    pub(crate) note: Option<Id<Note>>,
}

/// A database in a folder that is gone with it.
pub(crate) struct Folder(pub(crate) TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn open(&self, name: &str) -> Db {
        Db::open(self.0.path().join(name)).unwrap()
    }
}

pub(crate) fn note(text: &str) -> Note {
    Note { text: text.into(), ..Note::default() }
}

pub(crate) fn tag(word: &str, note: Option<Id<Note>>) -> Tag {
    Tag { word: Some(word.into()), note }
}
