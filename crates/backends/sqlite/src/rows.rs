//! Rows in and out of a table: the few calls that everything above is made of.

use driftline_core::{Id, store::Stored};
use rusqlite::{Connection, OptionalExtension, Params};

use crate::{
    codec,
    table::{Table, Tables},
    value::{bound, id, natural},
};

/// The rows that `sql`, one of the table's selects, gives.
pub(crate) fn select(
    connection: &Connection,
    table: &Table,
    sql: &str,
    params: impl Params,
) -> rusqlite::Result<Vec<Stored>> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map(params, |row| codec::read(table, row))?.collect()
}

/// The row with this id.
pub(crate) fn read_row(
    connection: &Connection,
    table: &Table,
    entity: &str,
    id: &str,
) -> rusqlite::Result<Option<Stored>> {
    let mut statement = connection.prepare_cached(&table.get)?;
    statement.query_row([entity, id], |row| codec::read(table, row)).optional()
}

/// Stores a row, replacing what was there.
pub(crate) fn write_row(
    connection: &Connection,
    table: &Table,
    entity: &str,
    stored: &Stored,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(&table.put)?;
    codec::bind(table, entity, stored, &mut statement)?;
    statement.raw_execute().map(drop)
}

/// The ids of rows with this natural key.
pub(crate) fn with_key(
    connection: &Connection,
    table: &Table,
    entity: &str,
    key: &str,
) -> rusqlite::Result<Vec<Id>> {
    let mut statement = connection.prepare_cached(&table.with_key)?;
    statement.query_map([entity, key], |row| id(row.get_ref(0)?))?.collect()
}

/// Up to `limit` rows of any table whose sequence number is above `after`, by it. The
/// indexes tell which rows those are, so that no row is read in vain.
pub(crate) fn feed(
    connection: &Connection,
    tables: &Tables,
    after: i64,
    limit: usize,
) -> rusqlite::Result<Vec<(String, Stored)>> {
    let mut places: Vec<(u64, String, String)> = Vec::new();
    for table in tables.all() {
        let mut statement = connection.prepare_cached(&table.feed)?;
        let mut rows = statement.query(("", after, bound(limit)))?;
        while let Some(row) = rows.next()? {
            places.push((natural(row.get_ref(0)?)?, row.get(2)?, row.get(1)?));
        }
    }
    places.sort_unstable();
    places.truncate(limit);
    let mut found = Vec::with_capacity(places.len());
    for (_, entity, id) in places {
        if let Some(stored) = read_row(connection, tables.of(&entity), &entity, &id)? {
            found.push((entity, stored));
        }
    }
    Ok(found)
}

/// The entities of which there are rows.
pub(crate) fn entities(connection: &Connection, tables: &Tables) -> rusqlite::Result<Vec<String>> {
    // Steps from entity to entity along the key instead of reading every row.
    const OTHERS: &str = "WITH RECURSIVE names (name) AS (
            SELECT min(entity) FROM other_rows
            UNION ALL
            SELECT (SELECT min(entity) FROM other_rows WHERE entity > name)
            FROM names WHERE name IS NOT NULL
        ) SELECT name FROM names WHERE name IS NOT NULL";
    let mut names = Vec::new();
    for table in tables.named() {
        let sql = format!("SELECT 1 FROM {} LIMIT 1", crate::table::quoted(&table.name));
        if connection.prepare_cached(&sql)?.exists([])? {
            names.push(table.name.clone());
        }
    }
    let mut others = connection.prepare_cached(OTHERS)?;
    for name in others.query_map([], |row| row.get(0))? {
        names.push(name?);
    }
    names.sort_unstable();
    Ok(names)
}
