//! The SQL of each table, written once when a file is opened: the hot path binds
//! values and builds no text.

use std::{borrow::Cow, collections::BTreeMap};

use driftline_core::{ALIASES, DELETED_AT, FieldName, Schema};

use crate::{
    acknowledged::{Noting, Select, late},
    find::DELETED,
    layout::{ColumnKind, ColumnLayout, Layout, TableLayout},
};

/// The table that keeps rows of entities which no program on this file has known.
pub(crate) const OTHER_ROWS: &str = "other_rows";

/// The column that numbers a table's rows in the order in which they came. Named, so that
/// tidying up the file leaves the numbers as they are.
pub(crate) const ROW: &str = "\"row.number\"";

/// What a select of queue entries begins with.
pub(crate) const QUEUE: &str = "SELECT id, entity_type, entity_id, operation, payload, change, \
                                created_at, attempts, last_error, parked, kept, failures, \
                                failed_at FROM sync_queue ";

/// What an update of a queue entry begins with.
const SET: &str = "UPDATE sync_queue SET operation = ?3, payload = ?4, change = ?5, \
                   created_at = ?6, attempts = ?7, last_error = ?8, parked = ?9, kept = ?10, \
                   failures = ?11, failed_at = ?12 ";

/// The columns of an entry behind its entity.
const ENTRY: &str = "?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12";

const KEY: &str = "natural_key";

/// The columns behind those of the fields, in every table.
const TAIL: [&str; 8] = [KEY, "stamp", "stamps", "extra", "seq", "born", "hash", "acked"];

/// The tables of a file.
#[derive(Debug)]
pub(crate) struct Tables {
    /// Which state of the file's layout they were made from.
    pub(crate) generation: i64,
    by_name: BTreeMap<String, Table>,
    other: Table,
    joined: String,
}

/// A table and its statements. In all of them ?1 is the entity, whether used or not,
/// and ?2 the id, so that entities with and without a table are served alike.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// The places of the columns, by the names of their fields: as a row has its cells.
    pub(crate) by_field: Vec<usize>,
    /// The fields of the natural key, if this program does not know the entity and
    /// therefore nobody else computes it.
    pub(crate) foreign_key: Option<Vec<String>>,
    /// What a select of rows begins with.
    pub(crate) select: Select,
    pub(crate) get: Select,
    pub(crate) held: String,
    /// The hash by which the hub holds a row that does not say itself that it is acknowledged.
    pub(crate) late: String,
    /// Whether a row is deleted. Only of tables with columns.
    pub(crate) deleted: String,
    /// Whether any row is deleted. Without an order: SQLite would follow that and read every
    /// row, where the index of deleted rows has the answer.
    pub(crate) has_deleted: String,
    /// ?3: the hash.
    pub(crate) acknowledge: String,
    pub(crate) noting: Noting,
    /// As `get`, of the row whose queue entry has the number ?1, without what stays here.
    pub(crate) waiting: String,
    /// ?3 and on: [`Self::fields`].
    pub(crate) insert: String,
    /// ?3 and on: the fields in [`Self::plain`].
    pub(crate) update: String,
    /// ?3 and on: the fields in [`Self::indexed`]. SQLite writes the entry of an index again
    /// whenever a column of it is set, so these are set only if they change.
    pub(crate) reindex: String,
    pub(crate) plain: Vec<usize>,
    pub(crate) indexed: Vec<usize>,
    pub(crate) remove: String,
    /// The queue entry of a row.
    pub(crate) queued: String,
    /// ?3 and on: the columns of the entry after the id of its row.
    pub(crate) enqueue: String,
    /// As `enqueue`, of a row of this entity that has no entry, with the number ?1.
    pub(crate) enqueue_at: String,
    /// What the number of a row's entry is above that of the row.
    pub(crate) base: i64,
    pub(crate) requeue: String,
    /// As `requeue`, of the entry with the number ?1.
    pub(crate) requeue_at: String,
    pub(crate) dequeue: String,
    /// ?2: the key.
    pub(crate) with_key: String,
    /// The first id behind ?2. Only of tables of one entity.
    pub(crate) next: String,
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
    /// Whether an index has it that holds most rows.
    pub(crate) is_indexed: bool,
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
            joined: joined(),
        }
    }

    /// The statement that finds the ids that stand beside the id ?2 of the entity ?1.
    pub(crate) fn joined(&self) -> Option<&str> {
        self.by_name.contains_key(ALIASES.name).then_some(&self.joined)
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
            is_indexed: false,
        };
        let in_an_index = |field: &str| {
            let listing = |it: &ColumnLayout| it.listed_by.as_deref() == Some(field);
            layout.columns.iter().any(|it| it.indexed && (it.field == field || listing(it)))
        };
        let columns = layout.columns.iter().map(|it| Column {
            field: match entity.and_then(|entity| entity.field(&it.field)) {
                Some(field) => Cow::Borrowed(field.name),
                None => Cow::Owned(it.field.clone()),
            },
            sql: quoted(&it.column),
            kind: it.kind,
            local: it.local,
            is_indexed: in_an_index(&it.field),
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
        let (mine, entity, key) =
            if is_other { ("entity = ?1 AND ", "entity", "entity, ") } else { ("", "", "") };
        let fields: Vec<&str> = columns.iter().map(|it| it.sql.as_str()).chain(TAIL).collect();
        let listed = fields.join(", ");
        // A row's entry is found by the number that SQLite knows the row by: one small insert
        // in one tree, where an index of entities and ids would be a second, larger one.
        let base = i64::from(number) << 48;
        let entry = format!("{base} + {ROW}");
        let late = late(&entry);
        let select = |late: &str| format!("SELECT id, {listed}, {late} FROM {table} ");
        // What stays here may be most of a row, and is not read where it is sent.
        let travels = |it: &Column| if it.local { "NULL".to_owned() } else { it.sql.clone() };
        let sent: Vec<String> =
            columns.iter().map(travels).chain(TAIL.map(str::to_owned)).collect();
        let sent = sent.join(", ");
        let values: String = (3..fields.len() + 3).map(|it| format!(", ?{it}")).collect();
        let is_indexed = |place: &usize| match columns.get(*place) {
            Some(column) => column.is_indexed,
            None => fields[*place] == KEY,
        };
        let (indexed, plain): (Vec<usize>, Vec<usize>) = (0..fields.len()).partition(is_indexed);
        let mut by_field: Vec<usize> = (0..columns.len()).collect();
        by_field.sort_by(|one, other| columns[*one].field.cmp(&columns[*other].field));
        let set = |places: &[usize]| -> String {
            let one = |(number, place): (usize, &usize)| format!("{} = ?{number}", fields[*place]);
            (3..).zip(places).map(one).collect::<Vec<_>>().join(", ")
        };
        let moved: Vec<String> = (3..)
            .zip(&indexed)
            .map(|(it, place)| format!("{} IS NOT ?{it}", fields[*place]))
            .collect();
        let first = if is_other { "?1, " } else { "" };
        let source = if is_other { entity.to_owned() } else { format!("'{name}'") };
        let from = format!("FROM {table} WHERE {mine}id = ?2");
        let numbered = format!("{ROW} = ?1 - {base} AND id = ?2");
        let scan = |filter: &str| {
            format!("{}WHERE {mine}id > ?2{filter} ORDER BY id LIMIT ?3", select(&late))
        };
        Self {
            get: Select::with(&late, |late| format!("{}WHERE {mine}id = ?2", select(late))),
            held: format!("SELECT hash, acked, {late} FROM {table} WHERE {mine}id = ?2"),
            deleted: format!("SELECT deleted_at IS NOT NULL FROM {table} WHERE id = ?2"),
            has_deleted: format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {DELETED})"),
            acknowledge: format!("UPDATE {table} SET hash = ?3, acked = 1 WHERE {mine}id = ?2"),
            noting: Noting::of(&table, &numbered, &format!("{entry} {from}")),
            waiting: format!("SELECT id, {sent}, {late} FROM {table} WHERE {numbered}"),
            insert: format!("INSERT INTO {table} ({key}id, {listed}) VALUES ({first}?2{values})"),
            update: format!("UPDATE {table} SET {} WHERE {mine}id = ?2", set(&plain)),
            reindex: format!(
                "UPDATE {table} SET {} WHERE {mine}id = ?2 AND ({})",
                set(&indexed),
                moved.join(" OR ")
            ),
            plain,
            indexed,
            remove: format!("DELETE FROM {table} WHERE {mine}id = ?2"),
            queued: format!("{QUEUE}WHERE id = (SELECT {entry} {from})"),
            enqueue: enqueue(&format!("SELECT {entry}, ?1, {ENTRY} {from}")),
            enqueue_at: enqueue(&format!("VALUES (?1, {source}, {ENTRY})")),
            base,
            requeue: format!("{SET}WHERE id = (SELECT {entry} {from}) AND ?1 IS NOT NULL"),
            requeue_at: format!("{SET}WHERE id = ?1 AND entity_id = ?2"),
            dequeue: format!("DELETE FROM sync_queue WHERE id = (SELECT {entry} {from})"),
            next: format!("SELECT id FROM {table} WHERE id > ?2 ORDER BY id LIMIT 1"),
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
            by_field,
            foreign_key,
            select: Select::with(&late, select),
            late,
        }
    }

    /// The column of `field`.
    pub(crate) fn column(&self, field: &str) -> Option<&Column> {
        self.columns.iter().find(|it| it.field == field)
    }
}

fn joined() -> String {
    let table = quoted(ALIASES.name);
    let half = |end, other| {
        format!(
            "SELECT {other} FROM {table} WHERE {end} = ?2 AND entity = ?1 AND deleted_at IS NULL"
        )
    };
    format!("{} UNION ALL {}", half("low", "high"), half("high", "low"))
}

/// The statement that adds the entry `values`.
fn enqueue(values: &str) -> String {
    format!(
        "INSERT INTO sync_queue (id, entity_type, entity_id, operation, payload, change, \
         created_at, attempts, last_error, parked, kept, failures, failed_at) \
         {values} ON CONFLICT (id) DO NOTHING"
    )
}

/// A name in SQL. Names are checked when a schema is made; quoting keeps keywords apart.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
