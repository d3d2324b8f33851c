//! The same rows between plain tables of SQLite and plain tables of PostgreSQL, by its COPY: the
//! least that it costs to move them.

use anyhow::Result;
use driftline_core::{EntityDescriptor, Kind, Schema};
use futures_util::{StreamExt as _, pin_mut};
use rusqlite::types::Value as Sql;
use tokio_postgres::{
    Client,
    binary_copy::{BinaryCopyInWriter, BinaryCopyOutRow, BinaryCopyOutStream},
    types::{ToSql, Type},
};
use xtask_bench::bare::Bare;

use crate::stage::batch;

/// The entities whose rows move.
const ENTITIES: [&str; 2] = ["sessions", "messages"];

/// A table and its columns, on either side.
struct Table {
    entity: &'static EntityDescriptor,
    /// Besides the id.
    columns: Vec<(&'static str, Type)>,
}

impl Table {
    fn all() -> Result<Vec<Self>> {
        let schema = Schema::registered()?;
        let table = |name: &&str| {
            let entity = schema.entity(name)?;
            let columns = entity.synced().map(|it| (it.name, kind(it.kind))).collect();
            Ok(Self { entity, columns })
        };
        ENTITIES.iter().map(table).collect()
    }

    fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|it| it.0).collect()
    }

    /// The columns, and before them the id.
    fn list(&self) -> String {
        let names: Vec<String> = self.names().iter().map(|it| format!("\"{it}\"")).collect();
        format!("id, {}", names.join(", "))
    }

    fn types(&self) -> Vec<Type> {
        [Type::BYTEA].into_iter().chain(self.columns.iter().map(|it| it.1.clone())).collect()
    }
}

/// What a column of SQLite that holds such values holds.
fn kind(kind: Kind) -> Type {
    match kind {
        Kind::Int | Kind::Time => Type::INT8,
        Kind::Real => Type::FLOAT8,
        Kind::Ref(_) => Type::BYTEA,
        Kind::Text | Kind::Bool | Kind::Json => Type::TEXT,
    }
}

/// Makes the tables: the same columns and indexes as in SQLite.
pub(super) async fn make_tables(client: &Client) -> Result<()> {
    for table in Table::all()? {
        let name = table.entity.name;
        let columns: Vec<String> =
            table.columns.iter().map(|(name, kind)| format!("\"{name}\" {kind}")).collect();
        let columns = columns.join(", ");
        let make = format!("CREATE TABLE {name} (id bytea PRIMARY KEY, {columns})");
        client.batch_execute(&make).await?;
        for field in table.entity.synced().filter(|it| it.indexed) {
            let then = field.listed_by.map(|it| format!(", {it}")).unwrap_or_default();
            let index = format!("CREATE INDEX ON {name} ({}{then}, id)", field.name);
            client.batch_execute(&index).await?;
        }
    }
    Ok(())
}

/// Reads all rows in SQLite and copies them into the database.
pub(super) async fn copy_in(bare: &Bare, client: &Client) -> Result<u64> {
    let mut count = 0;
    for table in Table::all()? {
        let (name, list, types) = (table.entity.name, table.list(), table.types());
        let copy = format!("COPY {name} ({list}) FROM STDIN (FORMAT binary)");
        let writer = BinaryCopyInWriter::new(client.copy_in(&copy).await?, &types);
        pin_mut!(writer);
        let mut read = bare.connection.prepare(&format!("SELECT {list} FROM {name}"))?;
        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            let mut values: Vec<Box<dyn ToSql + Sync>> = Vec::with_capacity(types.len());
            for (place, kind) in types.iter().enumerate() {
                values.push(match *kind {
                    Type::INT8 => Box::new(row.get::<_, Option<i64>>(place)?),
                    Type::FLOAT8 => Box::new(row.get::<_, Option<f64>>(place)?),
                    Type::BYTEA => Box::new(row.get::<_, Option<Vec<u8>>>(place)?),
                    _ => Box::new(row.get::<_, Option<String>>(place)?),
                });
            }
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(AsRef::as_ref).collect();
            writer.as_mut().write(&values).await?;
        }
        count += writer.finish().await?;
    }
    Ok(count)
}

/// Copies all rows out of the database and inserts them into SQLite.
pub(super) async fn copy_out(client: &Client, bare: &Bare) -> Result<u64> {
    let mut count = 0;
    for table in Table::all()? {
        let (name, names, types) = (table.entity.name, table.names(), table.types());
        let copy = format!("COPY {name} ({}) TO STDOUT (FORMAT binary)", table.list());
        let rows = BinaryCopyOutStream::new(client.copy_out(&copy).await?, &types);
        pin_mut!(rows);
        let mut values = Vec::with_capacity(batch());
        while let Some(row) = rows.next().await {
            values.push(plain(&row?, &types)?);
            if values.len() == batch() {
                bare.insert_values(name, &names, &values)?;
                count += values.len() as u64;
                values.clear();
            }
        }
        bare.insert_values(name, &names, &values)?;
        count += values.len() as u64;
    }
    Ok(count)
}

fn plain(row: &BinaryCopyOutRow, types: &[Type]) -> Result<Vec<Sql>> {
    let value = |(place, kind): (usize, &Type)| -> Result<Sql> {
        Ok(match *kind {
            Type::INT8 => row.try_get::<Option<i64>>(place)?.map(Sql::Integer),
            Type::FLOAT8 => row.try_get::<Option<f64>>(place)?.map(Sql::Real),
            Type::BYTEA => row.try_get::<Option<Vec<u8>>>(place)?.map(Sql::Blob),
            _ => row.try_get::<Option<String>>(place)?.map(Sql::Text),
        }
        .unwrap_or(Sql::Null))
    };
    types.iter().enumerate().map(value).collect()
}
