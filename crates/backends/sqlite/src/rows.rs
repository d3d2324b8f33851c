//! Rows in and out of a table: the few calls that everything above is made of.

use driftline_core::{
    ALIASES, Id, Result, Schema, Value,
    store::{
        Deleted, Find, Held, Lookup, QueueId, Queued, ReadRows, Stored, WriteQueue, WriteRows,
    },
    value::canonical,
};
use rusqlite::{Connection, OptionalExtension, Params, params_from_iter};

use crate::{
    acknowledged,
    catalog::Look,
    codec,
    find::{Filter, filter},
    put::{insert_row, write_row},
    statements::Statements,
    table::{Table, Tables},
    tx::SqliteTx,
    value::{self, at_most, bound, id, natural, text},
};

impl Lookup for SqliteTx<'_> {
    fn schema(&self) -> &Schema {
        self.schema
    }

    fn get(&self, entity: &str, id: Id) -> Result<Option<Stored>> {
        let table = self.tables.of(entity);
        if self.absent.borrow_mut().has(table.base, id) {
            return Ok(None);
        }
        let found = self.named(read_row(&self.statements, table, entity, id, self.look))?;
        if found.is_none() {
            self.look_beyond(table, id)?;
        }
        Ok(found)
    }

    fn with_key(&self, entity: &str, key: &str) -> Result<Vec<Id>> {
        self.with(&self.tables.of(entity).with_key, |it| {
            it.query_map([entity, key], |row| id(row.get_ref(0)?))?.collect()
        })
    }

    fn joined(&self, entity: &str, id: Id) -> Result<Vec<Id>> {
        let Some(joined) = self.tables.joined() else { return Ok(Vec::new()) };
        if !self.look.has_aliases {
            return Ok(Vec::new());
        }
        // As texts, like every field that is no reference.
        self.with(joined, |it| {
            let ids = it.query_map((entity, String::from(id)), |row| {
                Ok(text(row.get_ref(0)?)?.and_then(|it| it.parse().ok()))
            })?;
            ids.filter_map(rusqlite::Result::transpose).collect()
        })
    }

    fn owned(
        &self,
        entity: &str,
        field: &str,
        owner: Id,
        after: Option<Id>,
        limit: usize,
    ) -> Result<Vec<Id>> {
        let equal = [Value::from(owner.to_string())];
        let find = Find::new().equal(field.to_owned(), equal[0].clone()).deleted(Deleted::Included);
        let table = self.tables.of(self.schema.entity(entity)?.name);
        let Some(filter) = filter(table, &find, &equal)? else { return Ok(Vec::new()) };
        self.named(filter.ids(self.connection(), table, after, limit))
    }
}

impl ReadRows for SqliteTx<'_> {
    fn held(&self, entity: &str, id: Id) -> Result<Option<Held>> {
        self.with(&self.tables.of(entity).held, |it| {
            it.query_row((entity, id.to_bytes()), |row| acknowledged::read(row, 0)).optional()
        })
    }

    fn waiting_row(&self, entry: &Queued) -> Result<Option<Stored>> {
        let table = self.tables.of(&entry.entity);
        let key = (at_most(entry.queue_id.0), entry.id.to_bytes());
        let found = self.with(&table.waiting, |it| {
            it.query_row(key, |row| codec::read(table, row)).optional()
        })?;
        if found.is_some() { Ok(found) } else { self.get(&entry.entity, entry.id) }
    }

    fn is_deleted(&self, entity: &str, id: Id) -> Result<Option<bool>> {
        let table = self.tables.of(entity);
        if table.columns.is_empty() {
            return Ok(self.get(entity, id)?.map(|it| it.row.is_deleted()));
        }
        self.with(&table.deleted, |it| {
            it.query_row((entity, id.to_bytes()), |row| row.get(0)).optional()
        })
    }

    fn has_deleted(&self, entity: &str) -> Result<bool> {
        let table = self.tables.of(self.schema.entity(entity)?.name);
        self.with(&table.has_deleted, |it| it.query_row([], |row| row.get(0)))
    }

    fn find(&self, entity: &str, find: &Find) -> Result<Vec<Stored>> {
        self.query(entity, find, |table, mut filter| {
            let sql = filter.rows(table.select.of(self.look), table, find)?;
            let values = params_from_iter(&filter.values);
            self.named(select(self.connection(), table, &sql, values))
        })
    }

    fn count(&self, entity: &str, find: &Find) -> Result<u64> {
        self.query(entity, find, |table, filter| {
            let count = || {
                let mut statement = self.connection().prepare_cached(&filter.count(table))?;
                let values = params_from_iter(&filter.values);
                statement.query_row(values, |row| natural(row.get_ref(0)?))
            };
            self.named(count())
        })
    }

    fn scan(&self, entity: &str, after: Option<Id>, limit: usize) -> Result<Vec<Stored>> {
        let table = self.tables.of(entity);
        // No bytes come before all others.
        let after = after.map(Id::to_bytes);
        let after = after.as_ref().map_or(&[][..], |it| &it[..]);
        let params = (entity, after, bound(limit));
        self.named(select(self.connection(), table, &table.scan, params))
    }

    fn stored_entities(&self) -> Result<Vec<String>> {
        self.named(entities(self.connection(), self.tables))
    }
}

impl WriteRows for SqliteTx<'_> {
    fn put(&mut self, entity: &str, stored: &Stored) -> Result<()> {
        self.touch(entity, stored.id);
        if !stored.acked {
            self.unacknowledge(entity, stored.id)?;
        }
        self.write(|it| write_row(it, self.tables.of(entity), entity, stored))
    }

    fn insert(&mut self, entity: &str, stored: &Stored) -> Result<()> {
        self.touch(entity, stored.id);
        let table = self.tables.of(entity);
        self.write(|it| insert_row(it, table, entity, stored))?;
        let row = (table.base, stored.id, self.connection().last_insert_rowid());
        // A table of several entities may hold two rows with this id.
        self.inserted = (table.base > 0).then_some(row);
        Ok(())
    }

    fn remove(&mut self, entity: &str, id: Id) -> Result<()> {
        // The next row may get the number of this one, and must not get what is noted by it.
        self.dequeue(entity, id)?;
        self.unacknowledge(entity, id)?;
        self.touch(entity, id);
        let sql = &self.tables.of(entity).remove;
        self.write(|it| it.with(sql, |it| it.execute((entity, id.to_bytes())))).map(drop)
    }

    fn acknowledge(&mut self, entity: &str, id: Id, hash: u64) -> Result<()> {
        let sql = &self.tables.of(entity).acknowledge;
        let values = (entity, id.to_bytes(), hash.cast_signed());
        self.write(|it| it.with(sql, |it| it.execute(values))).map(drop)
    }

    fn acknowledge_after(
        &mut self,
        entity: &str,
        id: Id,
        number: QueueId,
        was: Held,
        hash: u64,
    ) -> Result<bool> {
        self.note_acknowledged(entity, id, number, was, hash)
    }

    fn forget_hub(&mut self) -> Result<()> {
        self.write(|it| {
            for table in self.tables.all() {
                it.connection.execute(&table.forget, [])?;
            }
            acknowledged::forget(it.connection)
        })
    }
}

impl<'a> SqliteTx<'a> {
    /// Finds out where the next row behind `id` is, which is not here, if that is likely to
    /// spare looking for others.
    fn look_beyond(&self, table: &'a Table, id: Id) -> Result<()> {
        // A table of several entities may hold rows of others there.
        if table.base == 0 || !self.absent.borrow_mut().missed() {
            return Ok(());
        }
        let next = self.with(&table.next, |it| {
            it.query_row(("", id.to_bytes()), |row| value::id(row.get_ref(0)?)).optional()
        })?;
        self.absent.borrow_mut().learn(table.base, id, next);
        Ok(())
    }

    /// Forgets what was known of a row that is about to change.
    fn touch(&mut self, entity: &str, id: Id) {
        self.inserted = None;
        self.absent.borrow_mut().fill(self.tables.of(entity).base, id);
        self.look.has_aliases |= entity == ALIASES.name;
    }

    fn query<T: Default>(
        &self,
        entity: &str,
        find: &Find,
        run: impl FnOnce(&Table, Filter<'_>) -> Result<T>,
    ) -> Result<T> {
        let table = self.tables.of(self.schema.entity(entity)?.name);
        let wanted: Vec<Value> = find.conditions().map(|(_, it)| canonical(it.clone())).collect();
        match filter(table, find, &wanted)? {
            Some(filter) => run(table, filter),
            None => Ok(T::default()),
        }
    }
}

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
pub(crate) fn read_row<'a>(
    statements: &Statements<'a>,
    table: &'a Table,
    entity: &str,
    id: Id,
    look: Look,
) -> rusqlite::Result<Option<Stored>> {
    let key = (entity, id.to_bytes());
    statements
        .with(table.get.of(look), |it| it.query_row(key, |row| codec::read(table, row)).optional())
}

/// The entities of which there are rows.
fn entities(connection: &Connection, tables: &Tables) -> rusqlite::Result<Vec<String>> {
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
