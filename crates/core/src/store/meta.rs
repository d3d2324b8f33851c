//! Named values: whatever a replica remembers besides rows.

use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, Result};

/// Reads named values.
pub trait ReadMeta {
    /// A named value.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn meta(&self, key: &str) -> Result<Option<String>>;
}

/// Writes named values.
pub trait WriteMeta: ReadMeta {
    /// Sets a named value, or takes it away.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn set_meta(&mut self, key: &str, value: Option<&str>) -> Result<()>;
}

/// The named value `key`, which is JSON. `what` it is, for an error.
pub(crate) fn load<T: DeserializeOwned>(
    tx: &dyn ReadMeta,
    key: &str,
    what: &str,
) -> Result<Option<T>> {
    let read = |text: String| serde_json::from_str(&text);
    tx.meta(key)?.map(read).transpose().map_err(|error| Error::damaged(what, error))
}

/// Sets the named value `key` to `value` as JSON. `what` it is, for an error.
pub(crate) fn save<T: Serialize + ?Sized>(
    tx: &mut dyn WriteMeta,
    key: &str,
    what: &str,
    value: &T,
) -> Result<()> {
    let text = serde_json::to_string(value).map_err(|error| Error::damaged(what, error))?;
    tx.set_meta(key, Some(&text))
}
