//! Gives a file what this program's entities need and it lacks: tables, columns,
//! indexes, views. Nothing is dropped or renamed. Rows and cells that were kept aside
//! until a program came that knows them move into their tables and columns.

use driftline_core::{EntityDescriptor, Schema};
use rusqlite::{Connection, params};

use crate::{
    catalog::{load, save},
    entity_table::{deleted_index, existing, index_deleted, lay_out},
    fixed::{self, Found},
    from_acks_in_rows, from_single_notes, from_texts,
    layout::TableLayout,
    put::write_row,
    rows::select,
    statements::Statements,
    table::{OTHER_ROWS, ROW, Table, quoted},
};

const BATCH: i64 = 500;

/// Whether `schema` needs something that the file lacks.
pub(crate) fn is_needed(connection: &Connection, schema: &Schema) -> rusqlite::Result<bool> {
    let layout = load(connection)?;
    if layout.with(schema, |name| existing(connection, name))? != layout {
        return Ok(true);
    }
    let mut index = connection.prepare(
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?1)",
    )?;
    for name in layout.tables.keys() {
        if !index.query_row([deleted_index(name)], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Brings the file up to `schema`. Must run inside a write transaction.
pub(crate) fn upgrade(
    connection: &Connection,
    found: Found,
    schema: &Schema,
) -> rusqlite::Result<()> {
    match found {
        Found::Empty => fixed::make(connection)?,
        Found::WithTexts => from_texts::upgrade(connection, schema)?,
        Found::WithSingleNotes => from_single_notes::upgrade(connection)?,
        Found::WithAcksInRows => from_acks_in_rows::upgrade(connection)?,
        Found::Ours => (),
    }
    let old = load(connection)?;
    let new = old.with(schema, |name| existing(connection, name))?;
    if old == new {
        return index_deleted(connection, &new);
    }
    for entity in schema.tables() {
        let (before, now) = (old.tables.get(entity.name), new.tables.get(entity.name));
        if let Some(now) = now.filter(|it| before != Some(*it)) {
            lay_out(connection, entity.name, now)?;
            move_rows(connection, entity, before, now, schema)?;
        }
    }
    index_deleted(connection, &new)?;
    save(connection, &new)
}

/// Writes again, in the new layout, the rows that the old one could not place.
fn move_rows(
    connection: &Connection,
    entity: &EntityDescriptor,
    before: Option<&TableLayout>,
    now: &TableLayout,
    schema: &Schema,
) -> rusqlite::Result<()> {
    let new = Table::new(entity.name, now, schema);
    let old = match before {
        Some(before) => Table::new(entity.name, before, schema),
        None => Table::of_others(OTHER_ROWS),
    };
    let adds = before.is_some_and(|before| now.only_adds_to(before));
    let scan = if adds { &old.scan_extra } else { &old.scan };
    let statements = Statements::of(connection);
    let mut after = Vec::new();
    loop {
        let rows = select(connection, &old, scan, params![entity.name, after, BATCH])?;
        let Some(last) = rows.last() else { break };
        after = last.id.to_bytes().to_vec();
        for mut row in rows {
            row.key = entity.key_of(&row.row);
            write_row(&statements, &new, entity.name, &row)?;
        }
    }
    if before.is_none() {
        let number = format!(
            "UPDATE sync_queue SET id = (SELECT {} + {ROW} FROM {} WHERE id = entity_id) \
             WHERE entity_type = ?1",
            u64::from(now.number) << 48,
            quoted(entity.name),
        );
        connection.execute(&number, [entity.name])?;
        // The row itself says it now.
        let noted = format!(
            "DELETE FROM acknowledged WHERE id IN \
             (SELECT {ROW} FROM {OTHER_ROWS} WHERE entity = ?1)"
        );
        connection.execute(&noted, [entity.name])?;
        let sql = format!("DELETE FROM {OTHER_ROWS} WHERE entity = ?1");
        connection.execute(&sql, [entity.name])?;
    }
    Ok(())
}
