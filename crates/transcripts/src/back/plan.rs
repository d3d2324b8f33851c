//! What has to be done so that an agent goes on with a session. A plan is data.

use std::path::PathBuf;

use super::Lost;

/// What it takes, and what is lost by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What the agent will call the session.
    pub session: String,
    /// Whether its records are those that the agent wrote itself.
    pub is_kept: bool,
    /// Files that must be in the agent's store.
    pub files: Vec<NewFile>,
    /// A document that the agent takes in itself. None: there is nothing to take in.
    pub import: Option<Import>,
    /// The arguments with which the agent's program goes on with the session.
    pub resume: Vec<String>,
    /// What the agent will not know of the session, or will know in another form.
    pub lost: Vec<Lost>,
}

/// A file that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Its path below the agent's store.
    pub path: PathBuf,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A line of a file, without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub text: String,
    /// Whether a file that is there already must have the very same line to hold the
    /// session. Lines that only make a file one of the agent's need not be equal.
    pub must: bool,
}

impl Line {
    /// A line of the session.
    pub(super) fn must(text: impl Into<String>) -> Self {
        Self { text: text.into(), must: true }
    }

    /// A line that makes the file one of the agent's.
    pub(super) fn frame(text: impl Into<String>) -> Self {
        Self { text: text.into(), must: false }
    }
}

impl NewFile {
    /// All of it.
    pub fn contents(&self) -> String {
        self.lines.iter().flat_map(|it| [it.text.as_str(), "\n"]).collect()
    }
}

/// A document that an agent's program takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The arguments of the program; the document's file follows them.
    pub arguments: Vec<String>,
    /// The document.
    pub document: String,
}
