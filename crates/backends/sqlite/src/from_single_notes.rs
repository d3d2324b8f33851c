//! The way from version 6 of the layout, whose journal had an entry for each row, and whose
//! log kept the number of its last entry in a table of SQLite's own: two more pages to write
//! for every edit.

use rusqlite::Connection;

use crate::{audit, fixed::TABLES, from_acks_in_rows};

/// Brings the file to the layout of today. Must run inside a write transaction.
pub(crate) fn upgrade(connection: &Connection) -> rusqlite::Result<()> {
    let (_, rest) = TABLES.split_once("CREATE TABLE audit_log").unwrap_or_default();
    let (log, _) = rest.split_once("CREATE TABLE").unwrap_or_default();
    connection.execute_batch(&format!(
        "DROP INDEX \"audit_log.conflicts\";
         DROP INDEX \"audit_log.row\";
         ALTER TABLE audit_log RENAME TO \"audit_log.old\";
         CREATE TABLE audit_log{log};
         INSERT INTO audit_log SELECT * FROM \"audit_log.old\" ORDER BY id;
         ALTER TABLE changes RENAME COLUMN id TO ids;"
    ))?;
    audit::keep_number(connection, "audit_log.old")?;
    connection.execute_batch("DROP TABLE \"audit_log.old\"")?;
    from_acks_in_rows::upgrade(connection)
}
