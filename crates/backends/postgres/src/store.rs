//! Rows of the table and rows of the engine, each made of the other.

use driftline_core::{ALIASES, Id, Seq, Value, store::Stored};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    fault::{Fault, Result},
    seal::Codec,
};

/// The columns that [`read`] reads, of a table that is called `r`.
pub(crate) const COLUMNS: &str = "r.entity, r.id, r.seq, r.hash, r.born, r.key, r.cells";

/// Reads [`COLUMNS`] from the column `at` on: the entity and the row. None if they are null.
pub(crate) fn read(codec: &Codec, row: &Row, at: usize) -> Result<Option<(String, Stored)>> {
    let Some(entity) = row.try_get::<_, Option<String>>(at)? else { return Ok(None) };
    let id = id_of(row.try_get(at + 1)?);
    let damaged = |what: String| Fault::Damaged(format!("{entity} {id}: {what}"));
    let key: Option<Vec<u8>> = row.try_get(at + 5)?;
    let key = key.map(String::from_utf8).transpose().map_err(|it| damaged(it.to_string()))?;
    let hash = row.try_get::<_, i64>(at + 3)?.cast_unsigned();
    let read = codec.read(&entity, id, row.try_get(at + 6)?, (key, hash));
    let (cells, key, hash) = read.map_err(damaged)?;
    let stored = Stored {
        row: cells,
        key,
        seq: Seq(row.try_get::<_, i64>(at + 2)?.cast_unsigned()),
        hash,
        born: row.try_get(at + 4)?,
        acked: true,
        ..Stored::new(id)
    };
    Ok(Some((entity, stored)))
}

/// An id as the database has it.
pub(crate) fn uuid_of(id: Id) -> Uuid {
    Uuid::from_bytes(id.to_bytes())
}

/// An id of the database.
pub(crate) fn id_of(uuid: Uuid) -> Id {
    Id::from_bytes(uuid.into_bytes())
}

/// The entity and the two ids that a row names together, if it is an alias.
pub(crate) fn alias(entity: &str, row: &driftline_core::Row) -> Option<(String, Id, Id)> {
    if entity != ALIASES.name {
        return None;
    }
    let text = |field| row.value(field).and_then(Value::as_str);
    let id = |field| text(field)?.parse::<Id>().ok();
    // Names that are none are looked up by nobody, and could hold what no text here can.
    let named = text("entity").filter(|it| driftline_core::is_plain_name(it))?;
    Some((named.to_owned(), id("low")?, id("high")?))
}
