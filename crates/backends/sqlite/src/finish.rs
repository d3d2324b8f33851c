//! The end of a transaction that writes, and the end of everything that was here.

use driftline_core::{Result, store::StoreTx};

use crate::{audit, journal, meta, queue, table::quoted, tx::SqliteTx};

/// How the named values begin that are about the file itself.
const OWN_META: &str = "sqlite.";

impl SqliteTx<'_> {
    /// Writes what was put off until now: named values, the length of the queue, and what
    /// goes into the journal.
    pub(crate) fn finish(&mut self) -> Result<()> {
        let (notes, more) = (self.notes.take(), std::mem::take(&mut self.queued));
        let named = self.named.take();
        if notes.is_empty() && more == 0 && !named.is_changed() {
            return Ok(());
        }
        self.write(|it| {
            named.write(it)?;
            queue::lengthen(it.connection, more)?;
            journal::append(it, &notes)
        })
    }
}

impl StoreTx for SqliteTx<'_> {
    fn clear(&mut self, stays: &[&str]) -> Result<()> {
        let named = self.named.take();
        self.queued = 0;
        self.inserted = None;
        (self.look.has_aliases, self.look.has_acknowledged) = (false, false);
        self.write(|it| {
            named.write(it)?;
            let connection = it.connection;
            audit::keep_last(connection)?;
            let before = journal::bounds(connection)?;
            let tables = self.tables.all().map(|it| it.name.as_str());
            for table in tables.chain(["sync_queue", "acknowledged", "audit_log"]) {
                connection.execute(&format!("DELETE FROM {}", quoted(table)), [])?;
            }
            queue::empty(connection)?;
            for key in meta::keys(connection)? {
                if !key.starts_with(OWN_META) && !stays.contains(&key.as_str()) {
                    meta::set(connection, &key, None)?;
                }
            }
            journal::leap(connection, before)
        })
    }
}
