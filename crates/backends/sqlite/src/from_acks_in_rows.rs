//! The way from version 7 of the layout, in which a row alone said whether the hub holds it.

use rusqlite::Connection;

use crate::{
    catalog,
    fixed::{self, TABLES},
    view::view,
};

/// Brings the file to the layout of today. Must run inside a write transaction.
pub(crate) fn upgrade(connection: &Connection) -> rusqlite::Result<()> {
    let (_, rest) = TABLES.split_once("CREATE TABLE acknowledged").unwrap_or_default();
    let (columns, _) = rest.split_once(';').unwrap_or_default();
    connection.execute_batch(&format!("CREATE TABLE acknowledged{columns}"))?;
    for (entity, table) in &catalog::load(connection)?.tables {
        connection.execute_batch(&view(entity, table))?;
    }
    fixed::mark(connection)
}
