//! The way from version 5 of the layout, which kept ids and stamps as texts: a person
//! could read them, and every index held 36 letters for each id.

use driftline_core::{
    Schema,
    store::{QueueId, Queued},
};
use rusqlite::{Connection, params};

use crate::{
    audit, catalog, entity_table,
    fixed::{self, TABLES},
    put::write_row,
    queue,
    rows::select,
    statements::Statements,
    table::{OTHER_ROWS, QUEUE, Table, Tables, quoted},
    view,
};

const BATCH: i64 = 500;

/// The fixed tables that are made anew.
const REMADE: [&str; 4] = ["sync_queue", "audit_log", "other_rows", "changes"];

/// Writes everything again in the layout of today. Must run inside a write transaction, so
/// that a file is in one layout or the other whenever the power goes.
pub(crate) fn upgrade(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    let mut layout = catalog::load(connection)?;
    layout.number_all();
    for name in layout.tables.keys() {
        connection.execute_batch(&format!("DROP VIEW {}", quoted(&view::name(name))))?;
    }
    let all = || REMADE.into_iter().chain(layout.tables.keys().map(String::as_str));
    for name in all() {
        let (table, old) = (quoted(name), quoted(&old(name)));
        connection.execute_batch(&format!("ALTER TABLE {table} RENAME TO {old}"))?;
    }
    drop_indexes(connection)?;
    let (_, rest) = TABLES.split_once("WITHOUT ROWID;").unwrap_or_default();
    connection.execute_batch(rest)?;
    for (name, table) in &layout.tables {
        entity_table::lay_out(connection, name, table)?;
        let before = Table::new(&old(name), table, schema);
        move_rows(connection, name, &before, &Table::new(name, table, schema))?;
    }
    let before = Table::of_others(&old(OTHER_ROWS));
    for entity in entities(connection)? {
        move_rows(connection, &entity, &before, &Table::of_others(OTHER_ROWS))?;
    }
    move_queue(connection, &Tables::new(&layout, 0, schema))?;
    connection.execute_batch(
        "INSERT INTO audit_log SELECT id, recorded_at, kind, entity_type, \
         unhex(replace(entity_id, '-', '')), field, kept, unhex('0' || kept_stamp), lost, \
         unhex('0' || lost_stamp), rule FROM \"audit_log.old\" ORDER BY id;
         INSERT INTO changes SELECT revision, entity, unhex(replace(id, '-', '')) \
         FROM \"changes.old\" ORDER BY revision;",
    )?;
    audit::keep_number(connection, "audit_log.old")?;
    for name in all() {
        connection.execute_batch(&format!("DROP TABLE {}", quoted(&old(name))))?;
    }
    catalog::save(connection, &layout)?;
    fixed::mark(connection)
}

fn entities(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut names = connection.prepare("SELECT DISTINCT entity FROM \"other_rows.old\"")?;
    names.query_map([], |row| row.get(0))?.collect()
}

/// Copies the rows of one entity, through the forms that every row takes: what a column of
/// today cannot hold is kept aside as it always is.
fn move_rows(
    connection: &Connection,
    entity: &str,
    before: &Table,
    now: &Table,
) -> rusqlite::Result<()> {
    let statements = Statements::of(connection);
    // Its rows had no numbers.
    let scan = before.scan.replace(&before.late, "NULL");
    let mut after = String::new();
    loop {
        let rows = select(connection, before, &scan, params![entity, after, BATCH])?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id.to_string();
        for row in &rows {
            write_row(&statements, now, entity, row)?;
        }
    }
}

fn move_queue(connection: &Connection, tables: &Tables) -> rusqlite::Result<()> {
    let sql = QUEUE.replace("sync_queue", &quoted(&old("sync_queue")));
    let statements = Statements::of(connection);
    let mut entries = connection.prepare(&format!("{sql}ORDER BY id"))?;
    let mut rows = entries.query([])?;
    let mut length = 0;
    while let Some(row) = rows.next()? {
        let entry = queue::read(tables, row)?;
        let table = tables.of(&entry.entity);
        // Its number is one of the old table.
        let entry = Queued { queue_id: QueueId::default(), ..entry };
        let mut held = connection.prepare_cached(&table.held)?;
        if held.exists((&entry.entity, entry.id.to_bytes()))? {
            length += i64::from(queue::put(&statements, table, &entry, None)?);
        }
    }
    queue::lengthen(connection, length)
}

fn old(name: &str) -> String {
    format!("{name}.old")
}

/// Renamed tables keep their indexes, under names that the new ones need.
fn drop_indexes(connection: &Connection) -> rusqlite::Result<()> {
    const OURS: &str = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    let mut names = connection.prepare(OURS)?;
    let names: Vec<String> =
        names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    names.iter().try_for_each(|it| connection.execute_batch(&format!("DROP INDEX {}", quoted(it))))
}
