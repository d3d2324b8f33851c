//! A row into its table.

use driftline_core::{Id, store::Stored};
use rusqlite::types::ToSqlOutput;

use crate::{codec, statements::Statements, table::Table};

/// Stores a row that is not here.
pub(crate) fn insert_row<'a>(
    statements: &Statements<'a>,
    table: &'a Table,
    entity: &str,
    stored: &Stored,
) -> rusqlite::Result<()> {
    let values = codec::encoded(table, entity, stored)?;
    insert(statements, table, entity, stored.id, &values)
}

/// Stores a row, replacing what was there.
pub(crate) fn write_row<'a>(
    statements: &Statements<'a>,
    table: &'a Table,
    entity: &str,
    stored: &Stored,
) -> rusqlite::Result<()> {
    let values = codec::encoded(table, entity, stored)?;
    let run = |sql: &'a str, places: &[usize]| {
        statements.with(sql, |it| {
            it.raw_bind_parameter(1, entity)?;
            it.raw_bind_parameter(2, stored.id.to_bytes())?;
            for (number, place) in (3..).zip(places) {
                it.raw_bind_parameter(number, &values[*place])?;
            }
            it.raw_execute()
        })
    };
    if run(&table.update, &table.plain)? == 0 {
        return insert(statements, table, entity, stored.id, &values);
    }
    run(&table.reindex, &table.indexed).map(drop)
}

fn insert<'a>(
    statements: &Statements<'a>,
    table: &'a Table,
    entity: &str,
    id: Id,
    values: &[ToSqlOutput<'_>],
) -> rusqlite::Result<()> {
    statements.with(&table.insert, |it| {
        it.raw_bind_parameter(1, entity)?;
        it.raw_bind_parameter(2, id.to_bytes())?;
        for (number, value) in (3..).zip(values) {
            it.raw_bind_parameter(number, value)?;
        }
        it.raw_execute().map(drop)
    })
}
