//! Gives a file what this program's entities need and it lacks: tables, columns,
//! indexes, views. Nothing is dropped or renamed. Rows and cells that were kept aside
//! until a program came that knows them move into their tables and columns.

use std::collections::BTreeMap;

use driftline_core::{EntityDescriptor, Schema};
use rusqlite::{Connection, params};

use crate::{
    error::damaged,
    find::DELETED,
    fixed::{self, Found},
    from_texts,
    layout::{Existing, Layout, TableLayout},
    meta,
    rows::{select, write_row},
    table::{OTHER_ROWS, ROW, Table, Tables, quoted},
    value::to_json,
    view::view,
};

const LAYOUT: &str = "sqlite.layout";
const GENERATION: &str = "sqlite.generation";
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
        Found::Older => from_texts::upgrade(connection, schema)?,
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

/// Counts the changes of the file's layout.
pub(crate) fn generation(connection: &Connection) -> rusqlite::Result<i64> {
    let text = meta::get(connection, GENERATION)?;
    text.map_or(Ok(0), |it| it.parse().map_err(|_| damaged(GENERATION, &it)))
}

/// What the file says its columns mean.
pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Layout> {
    let text = meta::get(connection, LAYOUT)?;
    let read =
        |it: String| serde_json::from_str(&it).map_err(|error| damaged(LAYOUT, &error.to_string()));
    text.map_or_else(|| Ok(Layout::default()), read)
}

fn existing(connection: &Connection, table: &str) -> rusqlite::Result<Existing> {
    let mut columns = connection.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
    let columns = columns.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    columns.collect()
}

/// Lets every table find its deleted rows, few among many, without reading the others.
/// Files of earlier programs lack the index; those keep it up like any other.
fn index_deleted(connection: &Connection, layout: &Layout) -> rusqlite::Result<()> {
    for name in layout.tables.keys() {
        connection.execute_batch(&format!(
            "CREATE INDEX IF NOT EXISTS {} ON {} (deleted_at, id) WHERE {DELETED}",
            quoted(&deleted_index(name)),
            quoted(name),
        ))?;
    }
    Ok(())
}

fn deleted_index(table: &str) -> String {
    format!("{table}.deleted")
}

pub(crate) fn lay_out(
    connection: &Connection,
    name: &str,
    layout: &TableLayout,
) -> rusqlite::Result<()> {
    let table = quoted(name);
    let has: BTreeMap<_, _> = existing(connection, name)?;
    let mut sql = String::new();
    if has.is_empty() {
        let column = |it: &crate::layout::ColumnLayout| {
            format!("{} {}, ", quoted(&it.column), it.kind.sql())
        };
        let columns: String = layout.columns.iter().map(column).collect();
        sql.push_str(&format!(
            "CREATE TABLE {table} ({ROW} INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, \
             {columns}deleted_at INTEGER, \
             natural_key TEXT, stamp BLOB, stamps TEXT, extra TEXT, \
             seq INTEGER NOT NULL DEFAULT 0, born INTEGER NOT NULL DEFAULT 0, \
             hash INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0);\n"
        ));
    } else {
        for column in layout.columns.iter().filter(|it| !has.contains_key(&it.column)) {
            let (name, kind) = (quoted(&column.column), column.kind.sql());
            sql.push_str(&format!("ALTER TABLE {table} ADD COLUMN {name} {kind};\n"));
        }
    }
    for column in layout.columns.iter().filter(|it| it.indexed) {
        // A point cannot be in the name of an entity, so these never meet a table.
        let by = format!("{name}.by.{}", column.column);
        let then = column.listed_by.as_ref();
        let then = then.and_then(|by| layout.columns.iter().find(|it| it.field == *by));
        let (index, columns) = match then {
            Some(then) => {
                // The longer index does what this one did before.
                sql.push_str(&format!("DROP INDEX IF EXISTS {};\n", quoted(&by)));
                let columns = format!("{}, {}", quoted(&column.column), quoted(&then.column));
                (format!("{by}.{}", then.column), columns)
            }
            None => (by, quoted(&column.column)),
        };
        let index = quoted(&index);
        sql.push_str(&format!("CREATE INDEX IF NOT EXISTS {index} ON {table} ({columns}, id);\n"));
    }
    sql.push_str(&format!(
        "CREATE INDEX IF NOT EXISTS {} ON {table} (seq, id) WHERE seq > 0;\n\
         CREATE INDEX IF NOT EXISTS {} ON {table} (natural_key, id) WHERE natural_key IS NOT NULL;\n",
        quoted(&format!("{name}.seq")),
        quoted(&format!("{name}.key")),
    ));
    sql.push_str(&view(name, layout));
    connection.execute_batch(&sql)
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
    let mut after = Vec::new();
    loop {
        let rows = select(connection, &old, scan, params![entity.name, after, BATCH])?;
        let Some(last) = rows.last() else { break };
        after = last.id.to_bytes().to_vec();
        for mut row in rows {
            row.key = entity.key_of(&row.row);
            write_row(connection, &new, entity.name, &row)?;
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
        let sql = format!("DELETE FROM {OTHER_ROWS} WHERE entity = ?1");
        connection.execute(&sql, [entity.name])?;
    }
    Ok(())
}
