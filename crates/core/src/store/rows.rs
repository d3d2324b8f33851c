//! Rows by entity and id. Entities are named; names the schema does not know are allowed
//! and lead to the rows kept for newer programs.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Deleted, Find, Lookup, QueueId, Queued};
use crate::{FieldName, Id, Result, Row, Seq};

/// A row as a store keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its name.
    pub id: Id,
    /// The cells that travel, those of unknown fields among them.
    pub row: Row,
    /// The values that stay on this device.
    pub local: BTreeMap<FieldName, Value>,
    /// The natural key as one text.
    pub key: Option<String>,
    /// At a hub: the row's sequence number. 0 elsewhere.
    pub seq: Seq,
    /// At a hub: it came as a birth and still has the key it was born with.
    pub born: bool,
    /// What the hub last held of it ([`Row::hash`]), or 0 for nothing.
    pub hash: u64,
    /// On a device: some hub has acknowledged it, so it is no birth any more.
    pub acked: bool,
}

impl Stored {
    /// A row without cells.
    pub fn new(id: Id) -> Self {
        Self {
            id,
            row: Row::default(),
            local: BTreeMap::new(),
            key: None,
            seq: Seq::default(),
            born: false,
            hash: 0,
            acked: false,
        }
    }
}

impl Stored {
    /// About how many bytes it is.
    pub(crate) fn weight(&self) -> usize {
        let local = self.local.values().map(|it| it.as_str().map_or(64, str::len));
        self.row.weight() + local.sum::<usize>()
    }

    /// The id that `field` holds as text.
    pub(crate) fn id_in(&self, field: &str) -> Option<Id> {
        self.row.value(field)?.as_str()?.parse().ok()
    }
}

/// What a hub last held of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// [`Stored::hash`].
    pub hash: u64,
    /// [`Stored::acked`].
    pub acked: bool,
}

/// Reads rows. Entities are named; names the schema does not know lead to the rows kept for
/// newer programs.
pub trait ReadRows: Lookup {
    /// What a hub last held of the row with this id: as [`get`](Lookup::get), for less.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn held(&self, entity: &str, id: Id) -> Result<Option<Held>>;

    /// The row that waits with `entry`: as [`get`](Lookup::get), for less. It may lack what
    /// stays on this device.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn waiting_row(&self, entry: &Queued) -> Result<Option<Stored>> {
        self.get(&entry.entity, entry.id)
    }

    /// Whether the row with this id is deleted, if it is here: as [`get`](Lookup::get), for less.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn is_deleted(&self, entity: &str, id: Id) -> Result<Option<bool>> {
        Ok(self.get(entity, id)?.map(|it| it.row.is_deleted()))
    }

    /// Whether any row of the entity is deleted. The entity must be in the schema.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn has_deleted(&self, entity: &str) -> Result<bool> {
        Ok(!self.find(entity, &Find::new().deleted(Deleted::Only).limit(1))?.is_empty())
    }

    /// Rows that match, in order. The entity must be in the schema.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn find(&self, entity: &str, find: &Find) -> Result<Vec<Stored>>;

    /// How many rows match, regardless of `limit` and `offset`.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn count(&self, entity: &str, find: &Find) -> Result<u64>;

    /// Up to `limit` rows with ids after `after`, by id.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn scan(&self, entity: &str, after: Option<Id>, limit: usize) -> Result<Vec<Stored>>;

    /// The entities that rows are kept for, in the schema or not.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn stored_entities(&self) -> Result<Vec<String>>;
}

/// Writes rows.
pub trait WriteRows: ReadRows {
    /// Stores a row under its id, replacing what was there.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn put(&mut self, entity: &str, stored: &Stored) -> Result<()>;

    /// Stores a row whose id is not here: as [`put`](Self::put), for less.
    ///
    /// # Errors
    /// When the store cannot be written, or the id is here.
    fn insert(&mut self, entity: &str, stored: &Stored) -> Result<()> {
        self.put(entity, stored)
    }

    /// Takes a row away, as if it had never been.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn remove(&mut self, entity: &str, id: Id) -> Result<()>;

    /// Notes that a hub has acknowledged the row with this id, and what it holds of it
    /// ([`Stored::hash`]): as [`put`](Self::put), for less.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn acknowledge(&mut self, entity: &str, id: Id, hash: u64) -> Result<()>;

    /// Notes that a hub has acknowledged the row with this id, if what was noted before still
    /// is `was`. Returns whether it was: as [`held`](ReadRows::held) and
    /// [`acknowledge`](Self::acknowledge), for less. The row waited with the `number`, by which
    /// a store may find it; one that it does not find so counts as changed.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn acknowledge_after(
        &mut self,
        entity: &str,
        id: Id,
        _number: QueueId,
        was: Held,
        hash: u64,
    ) -> Result<bool> {
        let is_so = self.held(entity, id)? == Some(was);
        if is_so {
            self.acknowledge(entity, id, hash)?;
        }
        Ok(is_so)
    }

    /// Forgets on every row what a hub holds of it ([`Stored::hash`]).
    ///
    /// # Errors
    /// When the store cannot be written.
    fn forget_hub(&mut self) -> Result<()>;
}
