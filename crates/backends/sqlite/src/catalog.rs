//! What a file says of its own tables: the layout, and how often it changed.

use driftline_core::Schema;
use rusqlite::{Connection, Row};

use crate::{
    error::damaged,
    layout::Layout,
    meta,
    table::Tables,
    value::{text, to_json},
};

const LAYOUT: &str = "sqlite.layout";
/// Counts the changes of the layout.
const GENERATION: &str = "sqlite.generation";

/// Writes down what the columns of the file mean from now on.
pub(crate) fn save(connection: &Connection, layout: &Layout) -> rusqlite::Result<()> {
    let next = generation(connection)? + 1;
    meta::set(connection, LAYOUT, Some(&to_json(layout)?))?;
    meta::set(connection, GENERATION, Some(&next.to_string()))
}

/// The tables of the file as it is now.
pub(crate) fn tables(connection: &Connection, schema: &Schema) -> rusqlite::Result<Tables> {
    Ok(Tables::new(&load(connection)?, generation(connection)?, schema))
}

/// Selects what [`generation`] reads, in one row whatever the file is.
pub(crate) const LOOK: &str = "SELECT (SELECT value FROM meta WHERE key = 'sqlite.generation')";

/// Counts the changes of the file's layout. `row` is one of [`LOOK`].
pub(crate) fn generation_in(row: &Row<'_>) -> rusqlite::Result<i64> {
    let text = text(row.get_ref(0)?)?;
    text.map_or(Ok(0), |it| it.parse().map_err(|_| damaged(GENERATION, it)))
}

/// Counts the changes of the file's layout.
pub(crate) fn generation(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached(LOOK)?.query_row([], generation_in)
}

/// What the file says its columns mean.
pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Layout> {
    let text = meta::get(connection, LAYOUT)?;
    let read =
        |it: String| serde_json::from_str(&it).map_err(|error| damaged(LAYOUT, &error.to_string()));
    text.map_or_else(|| Ok(Layout::default()), read)
}
