//! What an action did, for the script to act on.

use std::collections::BTreeMap;

use serde::Serialize;

/// What an action did.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// Where to go; none to stay and show the page again.
    #[serde(skip_serializing_if = "Option::is_none")]
    go: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    toast: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<Post>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copy: Option<String>,
    /// What is wrong with which field; `""` for the whole form.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    errors: BTreeMap<String, String>,
}

impl Outcome {
    /// It was done; the page is shown again.
    pub fn done() -> Self {
        Self::default()
    }

    /// It was done, and this is said about it.
    pub fn toast(text: impl Into<String>) -> Self {
        Self { toast: Some(text.into()), ..Self::default() }
    }

    /// It was done, and the browser goes somewhere.
    pub fn go(path: impl Into<String>) -> Self {
        Self { go: Some(path.into()), ..Self::default() }
    }

    /// It was not done: what is wrong, by field; `""` for the whole form.
    pub fn wrong(errors: BTreeMap<String, String>) -> Self {
        Self { errors, ..Self::default() }
    }

    /// It was not done: one field is wrong.
    pub fn wrong_field(field: impl Into<String>, what: impl Into<String>) -> Self {
        Self::wrong(BTreeMap::from([(field.into(), what.into())]))
    }

    /// The browser goes somewhere, too.
    #[must_use]
    pub fn and_go(self, path: impl Into<String>) -> Self {
        Self { go: Some(path.into()), ..self }
    }

    /// What takes it back.
    #[must_use]
    pub fn undo(self, post: Post) -> Self {
        Self { undo: Some(post), ..self }
    }

    /// A text for the clipboard.
    #[must_use]
    pub fn copy(self, text: impl Into<String>) -> Self {
        Self { copy: Some(text.into()), ..self }
    }

    pub(crate) fn is_wrong(&self) -> bool {
        !self.errors.is_empty()
    }
}

/// An action as a button would call it.
#[derive(Debug, Serialize)]
pub struct Post {
    path: String,
    form: BTreeMap<String, String>,
}

impl Post {
    /// The action at `path`, as `ACTIONS` has it.
    pub fn to(path: impl Into<String>) -> Self {
        Self { path: path.into(), form: BTreeMap::new() }
    }

    /// With a field.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.form.insert(name.into(), value.into());
        self
    }
}
