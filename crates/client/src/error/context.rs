//! Saying what failed where a library says only why.

use driftline_core::BoxError;

use super::{Error, Result};

/// Says what failed where a library says only why.
pub(crate) trait Context<T> {
    /// Says so.
    fn context(self, what: &str) -> Result<T>;

    /// The same, with a text that is made only where it is needed.
    fn with_context(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Into<BoxError>> Context<T> for Result<T, E> {
    fn context(self, what: &str) -> Result<T> {
        self.with_context(|| what.to_owned())
    }

    fn with_context(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|it| Error::System { what: what(), source: Some(it.into()) })
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, what: &str) -> Result<T> {
        self.with_context(|| what.to_owned())
    }

    fn with_context(self, what: impl FnOnce() -> String) -> Result<T> {
        self.ok_or_else(|| Error::System { what: what(), source: None })
    }
}
