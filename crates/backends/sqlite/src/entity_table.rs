//! The table of an entity in SQL: its columns, its indexes and its view.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::{
    find::DELETED,
    layout::{ColumnLayout, Existing, Layout, TableLayout},
    table::{ROW, quoted},
    view::view,
};

/// The columns that a table has.
pub(crate) fn existing(connection: &Connection, table: &str) -> rusqlite::Result<Existing> {
    let mut columns = connection.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
    let columns = columns.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    columns.collect()
}

/// Lets every table find its deleted rows, few among many, without reading the others.
/// Files of earlier programs lack the index; those keep it up like any other.
pub(crate) fn index_deleted(connection: &Connection, layout: &Layout) -> rusqlite::Result<()> {
    for name in layout.tables.keys() {
        connection.execute_batch(&format!(
            "CREATE INDEX IF NOT EXISTS {} ON {} (deleted_at, id) WHERE {DELETED}",
            quoted(&deleted_index(name)),
            quoted(name),
        ))?;
    }
    Ok(())
}

/// The name of the index of deleted rows.
pub(crate) fn deleted_index(table: &str) -> String {
    format!("{table}.deleted")
}

/// Makes the table of an entity with its indexes and its view, or what they lack.
pub(crate) fn lay_out(
    connection: &Connection,
    name: &str,
    layout: &TableLayout,
) -> rusqlite::Result<()> {
    let table = quoted(name);
    let has: BTreeMap<_, _> = existing(connection, name)?;
    let mut sql = String::new();
    if has.is_empty() {
        let column = |it: &ColumnLayout| format!("{} {}, ", quoted(&it.column), it.kind.sql());
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
