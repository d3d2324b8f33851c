//! Named values: whatever a replica remembers besides rows.

use crate::Result;

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
