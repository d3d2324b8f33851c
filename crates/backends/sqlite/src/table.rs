//! The SQL of each table, written once when a file is opened: the hot path binds
//! values and builds no text.

use std::{borrow::Cow, collections::BTreeMap};

use driftline_core::{DELETED_AT, FieldName, Schema};

use crate::{
    layout::{ColumnKind, Layout, TableLayout},
    queue,
};

/// The table that keeps rows of entities which no program on this file has known.
pub(crate) const OTHER_ROWS: &str = "other_rows";

/// The column that numbers a table's rows in the order in which they came. Named, so that
/// tidying up the file leaves the numbers as they are.
pub(crate) const ROW: &str = "\"row.number\"";

/// The columns behind those of the fields, in every table.
const TAIL: [&str; 8] = ["natural_key", "stamp", "stamps", "extra", "seq", "born", "hash", "acked"];

/// The tables of a file.
#[derive(Debug)]
pub(crate) struct Tables {
    /// Which state of the file's layout they were made from.
    pub(crate) generation: i64,
    by_name: BTreeMap<String, Table>,
    other: Table,
}

/// A table and its statements. In all of them ?1 is the entity, whether used or not,
/// and ?2 the id, so that entities with and without a table are served alike.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// The fields of the natural key, if this program does not know the entity and
    /// therefore nobody else computes it.
    pub(crate) foreign_key: Option<Vec<String>>,
    /// What a select of rows begins with.
    pub(crate) select: String,
    pub(crate) get: String,
    pub(crate) held: String,
    /// ?3: the hash.
    pub(crate) acknowledge: String,
    pub(crate) put: String,
    pub(crate) remove: String,
    /// The queue entry of a row.
    pub(crate) queued: String,
    /// ?3 and on: the columns of the entry after the id of its row.
    pub(crate) enqueue: String,
    pub(crate) requeue: String,
    pub(crate) dequeue: String,
    /// ?2: the key.
    pub(crate) with_key: String,
    /// ?2: the id before the first, ?3: the limit.
    pub(crate) scan: String,
    /// As `scan`, of rows that keep something in `extra`.
    pub(crate) scan_extra: String,
    /// ?2: the sequence number before the first, ?3: the limit.
    pub(crate) feed: String,
    pub(crate) forget: String,
}

/// A column of a field.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) field: FieldName,
    /// Its name in SQL, quoted.
    pub(crate) sql: String,
    pub(crate) kind: ColumnKind,
    pub(crate) local: bool,
}

impl Tables {
    /// The tables that `layout` describes, for a program that knows `schema`.
    pub(crate) fn new(layout: &Layout, generation: i64, schema: &Schema) -> Self {
        let table =
            |(name, it): (&String, &TableLayout)| (name.clone(), Table::new(name, it, schema));
        Self {
            generation,
            by_name: layout.tables.iter().map(table).collect(),
            other: Table::of_others(OTHER_ROWS),
        }
    }

    /// The table that keeps rows of `entity`.
    pub(crate) fn of(&self, entity: &str) -> &Table {
        self.by_name.get(entity).unwrap_or(&self.other)
    }

    /// The tables with a name of their own.
    pub(crate) fn named(&self) -> impl Iterator<Item = &Table> {
        self.by_name.values()
    }

    /// All tables.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Table> {
        self.by_name.values().chain([&self.other])
    }
}

impl Table {
    /// The table of an entity.
    pub(crate) fn new(name: &str, layout: &TableLayout, schema: &Schema) -> Self {
        let entity = schema.get(name);
        let deleted = Column {
            field: Cow::Borrowed(DELETED_AT),
            sql: quoted(DELETED_AT),
            kind: ColumnKind::Int,
            local: false,
        };
        let columns = layout.columns.iter().map(|it| Column {
            field: match entity.and_then(|entity| entity.field(&it.field)) {
                Some(field) => Cow::Borrowed(field.name),
                None => Cow::Owned(it.field.clone()),
            },
            sql: quoted(&it.column),
            kind: it.kind,
            local: it.local,
        });
        let foreign_key = entity.is_none().then(|| layout.key.clone());
        Self::of(name, layout.number, columns.chain([deleted]).collect(), foreign_key)
    }

    /// The table of rows whose entity has none.
    pub(crate) fn of_others(name: &str) -> Self {
        Self::of(name, 0, Vec::new(), None)
    }

    fn of(name: &str, number: u16, columns: Vec<Column>, foreign_key: Option<Vec<String>>) -> Self {
        let table = quoted(name);
        let is_other = number == 0;
        // `mine` narrows to one entity where a table holds several.
        let (mine, entity, target, key) = if is_other {
            ("entity = ?1 AND ", "entity", "entity, id", "entity, ")
        } else {
            ("", "", "id", "")
        };
        let fields: Vec<&str> = columns.iter().map(|it| it.sql.as_str()).chain(TAIL).collect();
        let listed = fields.join(", ");
        let select = format!("SELECT id, {listed} FROM {table} ");
        let values: Vec<String> = (2..fields.len() + 3).map(|it| format!("?{it}")).collect();
        let updates: Vec<String> =
            fields.iter().map(|it| format!("{it} = excluded.{it}")).collect();
        let first = if is_other { "?1, " } else { "" };
        let source = if is_other { entity.to_owned() } else { format!("'{name}'") };
        // A row's entry is found by the number that SQLite knows the row by: one small insert
        // in one tree, where an index of entities and ids would be a second, larger one.
        let entry = format!("{} + {ROW}", u64::from(number) << 48);
        let from = format!("FROM {table} WHERE {mine}id = ?2");
        let scan =
            |filter: &str| format!("{select}WHERE {mine}id > ?2{filter} ORDER BY id LIMIT ?3");
        Self {
            get: format!("{select}WHERE {mine}id = ?2"),
            held: format!("SELECT hash, acked FROM {table} WHERE {mine}id = ?2"),
            acknowledge: format!("UPDATE {table} SET hash = ?3, acked = 1 WHERE {mine}id = ?2"),
            put: format!(
                "INSERT INTO {table} ({key}id, {listed}) VALUES ({first}{}) \
                 ON CONFLICT ({target}) DO UPDATE SET {}",
                values.join(", "),
                updates.join(", ")
            ),
            remove: format!("DELETE FROM {table} WHERE {mine}id = ?2"),
            queued: format!("{}WHERE id = (SELECT {entry} {from})", queue::SELECT),
            enqueue: queue::insert(&entry, &from),
            requeue: queue::update(&entry, &from),
            dequeue: format!("DELETE FROM sync_queue WHERE id = (SELECT {entry} {from})"),
            with_key: format!("SELECT id FROM {table} WHERE {mine}natural_key = ?2 ORDER BY id"),
            scan: scan(""),
            scan_extra: scan(" AND extra IS NOT NULL"),
            // The second condition is what lets SQLite use the partial index.
            feed: format!(
                "SELECT seq, id, {source} FROM {table} WHERE seq > ?2 AND seq > 0 \
                 ORDER BY seq LIMIT ?3"
            ),
            forget: format!("UPDATE {table} SET hash = 0 WHERE hash <> 0"),
            name: name.to_owned(),
            columns,
            foreign_key,
            select,
        }
    }

    /// The column of `field`.
    pub(crate) fn column(&self, field: &str) -> Option<&Column> {
        self.columns.iter().find(|it| it.field == field)
    }
}

/// A name in SQL. Names are checked when a schema is made; quoting keeps keywords apart.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
