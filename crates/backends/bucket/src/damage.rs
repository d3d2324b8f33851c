//! Entries that nobody can read. Who has read one before it was damaged goes on as if it were as
//! it was, and lets a snapshot stand for it; everybody else stops there until one does.

use driftline_core::Result;
use serde::de::IgnoredAny;

use crate::{fault, log::Log, seal::Kind};

impl Log {
    /// Whether the object of an entry is of no history at all. One that is sealed with a key which
    /// is not known here, or that is of a newer version, may be.
    pub(crate) fn is_damaged(&self, number: u64, bytes: &[u8]) -> bool {
        let object = format!("entry {number}");
        let read = || -> Result<()> {
            let kind = match &self.codec.ring {
                Some(_) => self.codec.header(&object, bytes)?.kind,
                None => Kind::Entry,
            };
            if !matches!(kind, Kind::Entry | Kind::Rotation) {
                return Err(fault::changed(&self.name, &object, "it is none"));
            }
            self.codec.open::<IgnoredAny>(kind, number, 0, bytes).map(|_| ())
        };
        read().is_err_and(|error| fault::is_changed(&error))
    }
}
