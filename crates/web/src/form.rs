//! What a person typed.

use crate::{Error, Result, query::Pairs};

/// What a person typed into a form, or what a button stands for.
#[derive(Clone, Debug, Default)]
pub struct Form(Pairs);

impl Form {
    pub(crate) fn parse(body: &[u8]) -> Self {
        Self(Pairs::parse(body))
    }

    /// The value of a field; none if the form does not have it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// The value of a field that every such form has.
    ///
    /// # Errors
    /// [`Error::Bad`] if this one does not.
    pub fn required(&self, name: &str) -> Result<&str> {
        self.get(name).ok_or_else(|| Error::Bad(format!("the form lacks `{name}`; load it again")))
    }

    /// The value of a field without the space around it; none if nothing is left.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|it| !it.is_empty())
    }

    /// Every field and its value, in the order of the form.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter()
    }
}
