//! Queries by field. Values reach SQL as parameters only; names come from the layout.

use driftline_core::{
    Error, Id, Result, Value,
    store::{Deleted, Find},
};
use rusqlite::{Connection, params_from_iter, types::ToSqlOutput};

use crate::{
    layout::ColumnKind,
    table::{Table, quoted},
    value::{bound, encode, id},
};

const LIVE: &str = "deleted_at IS NULL";
/// The condition of the index of deleted rows, word for word.
pub(crate) const DELETED: &str = "deleted_at IS NOT NULL";

/// The condition of a query, and the values of its parameters.
pub(crate) struct Filter<'a> {
    sql: String,
    pub(crate) values: Vec<ToSqlOutput<'a>>,
}

/// What `find` asks for, given the canonical form of its values, or none if no row
/// can match: a value that the field cannot hold.
pub(crate) fn filter<'a>(
    table: &Table,
    find: &Find,
    wanted: &'a [Value],
) -> Result<Option<Filter<'a>>> {
    let mut terms = Vec::new();
    let mut values = Vec::new();
    // One for each condition, in their order.
    let mut wanted = wanted.iter();
    for ((field, _), value) in find.equal.iter().zip(wanted.by_ref()) {
        let (column, kind) = column(table, field)?;
        if value.is_null() {
            terms.push(format!("{column} IS NULL"));
            continue;
        }
        let Some(value) = encode(kind, value) else { return Ok(None) };
        values.push(value);
        terms.push(format!("{column} = ?{}", values.len()));
    }
    for ((field, _), value) in find.unless.iter().zip(wanted.by_ref()) {
        let (column, kind) = column(table, field)?;
        if value.is_null() {
            terms.push(format!("{column} IS NOT NULL"));
        } else if let Some(value) = encode(kind, value) {
            values.push(value);
            // Unlike `<>`, true of a column without a value.
            terms.push(format!("{column} IS NOT ?{}", values.len()));
        }
    }
    for ((field, _), value) in find.unset_or.iter().zip(wanted) {
        let (column, kind) = column(table, field)?;
        match encode(kind, value) {
            Some(value) => {
                values.push(value);
                terms.push(format!("({column} = ?{} OR {column} IS NULL)", values.len()));
            }
            None => terms.push(format!("{column} IS NULL")),
        }
    }
    match find.deleted {
        Deleted::Hidden => terms.push(LIVE.into()),
        Deleted::Only => terms.push(DELETED.into()),
        Deleted::Included => (),
    }
    let sql =
        if terms.is_empty() { String::new() } else { format!("WHERE {} ", terms.join(" AND ")) };
    Ok(Some(Filter { sql, values }))
}

impl Filter<'_> {
    /// The select of the rows that begins with `select`, in order. Descending is the whole order reversed.
    pub(crate) fn rows(&mut self, select: &str, table: &Table, find: &Find) -> Result<String> {
        let direction = if find.descending { " DESC" } else { "" };
        let order = match &find.order {
            Some(field) if field != "id" => {
                format!("{}{direction}, id{direction}", column(table, field)?.0)
            }
            // Else SQLite would follow the index of ids through every row for the sake of the
            // order, where the index of deleted rows names the few that there are.
            _ if find.deleted == Deleted::Only => format!("+id{direction}"),
            _ => format!("id{direction}"),
        };
        // Parameters, too, so that turning pages prepares one statement.
        let limit = find.limit.map_or(-1, bound);
        self.values.extend([limit.into(), bound(find.offset).into()]);
        let (filter, count) = (&self.sql, self.values.len());
        Ok(format!("{select}{filter}ORDER BY {order} LIMIT ?{} OFFSET ?{count}", count - 1))
    }

    /// The ids of the rows after one of them, in order.
    pub(crate) fn ids(
        mut self,
        connection: &Connection,
        table: &Table,
        after: Option<Id>,
        limit: usize,
    ) -> rusqlite::Result<Vec<Id>> {
        // No bytes come before all others.
        let after = after.map_or_else(Vec::new, |it| it.to_bytes().to_vec());
        self.values.extend([after.into(), bound(limit).into()]);
        let (filter, count) = (&self.sql, self.values.len());
        let sql = format!(
            "SELECT id FROM {} {filter}AND id > ?{} ORDER BY id LIMIT ?{count}",
            quoted(&table.name),
            count - 1
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let values = params_from_iter(&self.values);
        statement.query_map(values, |row| id(row.get_ref(0)?))?.collect()
    }

    /// The select of how many rows there are.
    pub(crate) fn count(&self, table: &Table) -> String {
        let name = quoted(&table.name);
        if self.sql == format!("WHERE {LIVE} ") {
            // Both are counted in an index, without reading the rows.
            return format!(
                "SELECT (SELECT count(*) FROM {name}) - \
                 (SELECT count(*) FROM {name} WHERE {DELETED})"
            );
        }
        format!("SELECT count(*) FROM {name} {}", self.sql)
    }
}

fn column<'a>(table: &'a Table, field: &str) -> Result<(&'a str, ColumnKind)> {
    if field == "id" {
        return Ok(("id", ColumnKind::Ref));
    }
    let found = table.column(field).map(|it| (it.sql.as_str(), it.kind));
    found.ok_or_else(|| {
        let known: Vec<_> = table.columns.iter().map(|it| &*it.field).collect();
        Error::unknown_field(&table.name, field, &known)
    })
}
