//! The same rows between plain tables of SQLite and one sealed object: the least that it costs to
//! move them.

use anyhow::{Context as _, Result, anyhow};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce, aead::Aead as _};
use driftline_core::Schema;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, path::Path as Name};
use rusqlite::types::Value as Sql;
use serde_json::{Map, Value};
use xtask_bench::bare::Bare;

use crate::stage::batch;

/// As the engine compresses.
const LEVEL: i32 = 3;
/// No object is larger, once it is open.
const LARGEST: usize = 1 << 30;
const KEY: [u8; 32] = [7; 32];
const NONCE: [u8; 24] = [9; 24];

/// Reads all rows and puts them as one object.
pub(super) async fn put(bare: &Bare, store: &dyn ObjectStore, name: &Name) -> Result<u64> {
    let mut all: Vec<Value> = Vec::new();
    for (entity, columns) in tables()? {
        let list = columns.join("\", \"");
        let mut read = bare.connection.prepare(&format!("SELECT id, \"{list}\" FROM {entity}"))?;
        let mut rows = read.query([])?;
        while let Some(row) = rows.next()? {
            let mut object = Map::from_iter([
                ("entity".to_owned(), entity.into()),
                ("id".to_owned(), text_of(&row.get::<_, Vec<u8>>(0)?).into()),
            ]);
            for (place, column) in columns.iter().enumerate() {
                match row.get(place + 1)? {
                    Sql::Null => {}
                    Sql::Integer(it) => _ = object.insert((*column).into(), it.into()),
                    Sql::Real(it) => _ = object.insert((*column).into(), it.into()),
                    Sql::Text(it) => _ = object.insert((*column).into(), it.into()),
                    Sql::Blob(it) => _ = object.insert((*column).into(), text_of(&it).into()),
                }
            }
            all.push(object.into());
        }
    }
    put_bytes(&serde_json::to_vec(&all)?, store, name).await?;
    Ok(all.len() as u64)
}

/// Compresses and seals.
pub(super) async fn put_bytes(plain: &[u8], store: &dyn ObjectStore, name: &Name) -> Result<()> {
    let packed = zstd::bulk::compress(plain, LEVEL)?;
    let sealed = cipher().encrypt(&XNonce::from(NONCE), &packed[..]);
    let sealed = sealed.map_err(|_| anyhow!("nothing can be sealed"))?;
    store.put(name, PutPayload::from(sealed)).await?;
    Ok(())
}

/// Gets the object and inserts all rows.
pub(super) async fn get(store: &dyn ObjectStore, name: &Name, bare: &Bare) -> Result<u64> {
    let all: Vec<Map<String, Value>> = serde_json::from_slice(&get_bytes(store, name).await?)?;
    let count = all.len() as u64;
    let mut all = all.into_iter().peekable();
    for (entity, columns) in tables()? {
        while all.peek().is_some_and(|it| it["entity"] == entity) {
            let mut rows = Vec::with_capacity(batch());
            while rows.len() < batch()
                && let Some(row) = all.next_if(|it| it["entity"] == entity)
            {
                rows.push(plain(row, &columns)?);
            }
            let names: Vec<&str> = columns.clone();
            bare.insert_values(entity, &names, &rows)?;
        }
    }
    Ok(count)
}

/// Opens and decompresses.
pub(super) async fn get_bytes(store: &dyn ObjectStore, name: &Name) -> Result<Vec<u8>> {
    let sealed = store.get(name).await?.bytes().await?;
    let packed = cipher().decrypt(&XNonce::from(NONCE), &sealed[..]);
    Ok(zstd::bulk::decompress(&packed.map_err(|_| anyhow!("it does not open"))?, LARGEST)?)
}

fn plain(mut row: Map<String, Value>, columns: &[&str]) -> Result<Vec<Sql>> {
    let id = row.get("id").and_then(Value::as_str).context("a row has no id")?;
    let mut values = vec![Sql::Blob(id.parse::<driftline_core::Id>()?.to_bytes().to_vec())];
    for column in columns {
        values.push(match row.remove(*column) {
            None | Some(Value::Null) => Sql::Null,
            Some(Value::Number(it)) => it.as_i64().map_or(Sql::Null, Sql::Integer),
            Some(Value::String(it)) => Sql::Text(it),
            Some(other) => Sql::Text(other.to_string()),
        });
    }
    Ok(values)
}

/// The tables and their columns besides the id.
fn tables() -> Result<Vec<(&'static str, Vec<&'static str>)>> {
    let schema = Schema::registered()?;
    let table = |name: &str| {
        let entity = schema.entity(name)?;
        Ok((entity.name, entity.synced().map(|it| it.name).collect()))
    };
    ["sessions", "messages"].into_iter().map(table).collect()
}

fn text_of(id: &[u8]) -> String {
    let id = <[u8; 16]>::try_from(id).map(driftline_core::Id::from_bytes);
    id.map(|it| it.to_string()).unwrap_or_default()
}

fn cipher() -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&KEY.into())
}
