//! Reading tables of an agent's database without trusting what is in them.

use driftline_core::BoxError;
use rusqlite::{Connection, Params, Row, RowIndex, params};

/// Whether the database has real tables of these names. Anything else of that name, such as
/// a view, could run for ever.
pub(crate) fn require(database: &Connection, names: &[&str]) -> Result<(), BoxError> {
    let query = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    for name in names {
        if database.query_row(query, [name], |row| row.get::<_, i64>(0))? != 1 {
            return Err(format!("it has no table `{name}`").into());
        }
    }
    Ok(())
}

/// What to select for a column that only some versions have.
pub(crate) fn optional<'a>(
    database: &Connection,
    table: &str,
    column: &'a str,
) -> rusqlite::Result<&'a str> {
    let query = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2";
    let there: i64 = database.query_row(query, params![table, column], |row| row.get(0))?;
    Ok(if there > 0 { column } else { "NULL" })
}

/// Takes each row that a query finds.
pub(crate) fn each(
    database: &Connection,
    query: &str,
    of: impl Params,
    mut take: impl FnMut(&Row<'_>),
) -> rusqlite::Result<()> {
    let mut rows = database.prepare(query)?;
    let mut rows = rows.query(of)?;
    while let Some(row) = rows.next()? {
        take(row);
    }
    Ok(())
}

/// A column as text, whatever it is.
pub(crate) fn text(row: &Row<'_>, column: impl RowIndex) -> String {
    let value = row.get_ref(column).ok();
    let bytes = value.and_then(|it| it.as_bytes().ok()).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

/// A column as a text that is not empty.
pub(crate) fn some(row: &Row<'_>, column: impl RowIndex) -> Option<String> {
    Some(text(row, column)).filter(|it| !it.is_empty())
}

/// A column as a whole number, whatever it is.
pub(crate) fn number(row: &Row<'_>, column: impl RowIndex) -> i64 {
    row.get(column).unwrap_or_default()
}

/// How many sub-agents deep a session is looked for.
const DEEPEST: usize = 64;

/// The session that started the one that started this one, and so on. `parent` tells the one
/// that is there and started another one.
pub(crate) fn root<'a>(parent: impl Fn(&'a str) -> Option<&'a str>, session: &'a str) -> &'a str {
    let mut at = session;
    for _ in 0..DEEPEST {
        let Some(above) = parent(at) else { break };
        at = above;
    }
    at
}
