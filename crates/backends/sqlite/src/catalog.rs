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

/// What a transaction looks at first, in one statement.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    /// Counts the changes of the file's layout.
    pub(crate) generation: i64,
    /// Whether any row may be folded with another. In most files none is, and every row that is
    /// read asks.
    pub(crate) has_aliases: bool,
    /// Whether anything is noted in `acknowledged`. On a device that never synced, nothing is.
    pub(crate) has_acknowledged: bool,
}

/// Selects a [`Look`], in one row whatever the file is.
pub(crate) const LOOK: &str = "SELECT (SELECT value FROM meta WHERE key = 'sqlite.generation'), \
                               EXISTS (SELECT 1 FROM aliases), \
                               EXISTS (SELECT 1 FROM acknowledged)";

impl Look {
    /// Looks at the file as the running transaction sees it.
    pub(crate) fn at(connection: &Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached(LOOK)?.query_row([], Self::read)
    }

    /// Reads a row of [`LOOK`].
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            generation: counted(text(row.get_ref(0)?)?)?,
            has_aliases: row.get(1)?,
            has_acknowledged: row.get(2)?,
        })
    }
}

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

fn generation(connection: &Connection) -> rusqlite::Result<i64> {
    counted(meta::get(connection, GENERATION)?.as_deref())
}

fn counted(text: Option<&str>) -> rusqlite::Result<i64> {
    text.map_or(Ok(0), |it| it.parse().map_err(|_| damaged(GENERATION, it)))
}

/// What the file says its columns mean.
pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Layout> {
    let text = meta::get(connection, LAYOUT)?;
    let read =
        |it: String| serde_json::from_str(&it).map_err(|error| damaged(LAYOUT, &error.to_string()));
    text.map_or_else(|| Ok(Layout::default()), read)
}
