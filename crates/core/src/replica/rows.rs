//! Rows through the door: by their type, or by the name of their entity. The typed half
//! is a thin layer over the other, which forms and commands use for entities they have
//! never heard of.

use crate::{
    EntityDescriptor, Entry, Error, Id, Refusal, Replica, Result, SyncEntity, Values, device,
    members::Members,
    store::{Find, ReadTx},
    view::{self, View},
};

impl Replica {
    /// Creates a row of a type and returns its id.
    ///
    /// # Errors
    /// [`Error::Refused`] if a live row has its natural key.
    pub fn create<E: SyncEntity>(&self, value: &E) -> Result<Id> {
        self.write(|tx| tx.insert(value))
    }

    /// Creates a row by the name of its entity and returns its id.
    ///
    /// # Errors
    /// As [`WriteTx::insert_values`](super::WriteTx::insert_values).
    pub fn create_values(&self, entity: &str, values: &Values) -> Result<Id> {
        self.write(|tx| tx.insert_values(entity, values.clone()))
    }

    /// Writes values into the row with this id, and creates it if it is not here: for rows
    /// whose id is a function of what they are about.
    ///
    /// # Errors
    /// As [`WriteTx::put_values`](super::WriteTx::put_values).
    pub fn put_values(&self, entity: &str, id: Id, values: &Values) -> Result<()> {
        self.write(|tx| tx.put_values(entity, id, values.clone()))
    }

    /// Changes a row of a type: only the fields that `edit` changed are written.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] if it is append-only.
    pub fn update<E: SyncEntity>(&self, id: Id, edit: impl FnOnce(&mut E)) -> Result<()> {
        self.write(|tx| tx.update(id, edit))
    }

    /// Writes values into a row by the name of its entity.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`]; [`Error::Refused`] if it is append-only.
    pub fn update_values(&self, entity: &str, id: Id, values: &Values) -> Result<()> {
        self.write(|tx| tx.update_values(entity, id, values.clone()))
    }

    /// The row that `id` stands for, unless it is deleted.
    ///
    /// # Errors
    /// When the store cannot be read, or a value does not have its field's type.
    pub fn get<E: SyncEntity>(&self, id: Id) -> Result<Option<Entry<E>>> {
        self.read(|tx| tx.entry(id))
    }

    /// The row that `id` stands for, by the name of its entity, unless it is deleted.
    ///
    /// # Errors
    /// [`Error::Invalid`], or when the store cannot be read.
    pub fn get_values(&self, entity: &str, id: Id) -> Result<Option<View>> {
        self.read(|tx| tx.get_values(entity, id))
    }

    /// The rows of a type that match.
    ///
    /// # Errors
    /// When the store cannot be read, or a value does not have its field's type.
    pub fn list<E: SyncEntity>(&self, find: &Find) -> Result<Vec<Entry<E>>> {
        self.read(|tx| tx.entries(find))
    }

    /// The rows of a named entity that match.
    ///
    /// # Errors
    /// [`Error::Invalid`], or when the store cannot be read.
    pub fn list_values(&self, entity: &str, find: &Find) -> Result<Vec<View>> {
        self.read(|tx| tx.list_values(entity, find))
    }

    /// How many rows of a named entity match.
    ///
    /// # Errors
    /// [`Error::Invalid`], or when the store cannot be read.
    pub fn count(&self, entity: &str, find: &Find) -> Result<u64> {
        self.read(|tx| tx.count_values(entity, find))
    }

    /// Deletes a row of a type: it is hidden everywhere, and can be restored.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn delete<E: SyncEntity>(&self, id: Id) -> Result<()> {
        self.set_deleted(E::NAME, id, true)
    }

    /// Restores a deleted row of a type.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn restore<E: SyncEntity>(&self, id: Id) -> Result<()> {
        self.set_deleted(E::NAME, id, false)
    }

    /// Deletes or restores a row by the name of its entity. Doing it twice is the same
    /// as doing it once.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub fn set_deleted(&self, entity: &str, id: Id, deleted: bool) -> Result<()> {
        self.write(|tx| tx.set_deleted(entity, id, deleted))
    }
}

/// Rows as people see them: rows that are one count as one, deleted ones are hidden.
impl dyn ReadTx + '_ {
    /// The row that `id` stands for, unless it is deleted.
    ///
    /// # Errors
    /// When the store cannot be read, or a value does not have its field's type.
    pub fn entry<E: SyncEntity>(&self, id: Id) -> Result<Option<Entry<E>>> {
        self.get_values(E::NAME, id)?.map(|it| entry(&it)).transpose()
    }

    /// The rows of a type that match.
    ///
    /// # Errors
    /// When the store cannot be read, or a value does not have its field's type.
    pub fn entries<E: SyncEntity>(&self, find: &Find) -> Result<Vec<Entry<E>>> {
        self.list_values(E::NAME, find)?.iter().map(entry).collect()
    }

    /// The row that `id` stands for, by the name of its entity, unless it is deleted.
    ///
    /// # Errors
    /// [`Error::Invalid`], or when the store cannot be read.
    pub fn get_values(&self, entity: &str, id: Id) -> Result<Option<View>> {
        let entity = self.schema().entity(entity)?;
        match visible(self, entity, id) {
            Ok(it) => Ok(Some(it.into())),
            Err(Error::NotFound { .. } | Error::Refused { why: Refusal::Purged, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The rows of a named entity that match.
    ///
    /// # Errors
    /// [`Error::Invalid`], or when the store cannot be read.
    pub fn list_values(&self, entity: &str, find: &Find) -> Result<Vec<View>> {
        let entity = self.schema().entity(entity)?;
        check_fields(entity, find)?;
        view::list(self, entity, find)
    }

    /// How many rows of a named entity match.
    ///
    /// # Errors
    /// [`Error::Invalid`], or when the store cannot be read.
    pub fn count_values(&self, entity: &str, find: &Find) -> Result<u64> {
        let entity = self.schema().entity(entity)?;
        check_fields(entity, find)?;
        view::count(self, entity, find)
    }
}

pub(super) fn visible(
    tx: &dyn ReadTx,
    entity: &'static EntityDescriptor,
    id: Id,
) -> Result<Members> {
    if let Some(it) = view::members(tx, entity, id)? {
        if view::is_visible(tx, entity, &it.row())? {
            return Ok(it);
        }
        device::refuse_purged(entity, id, &it.row())?;
    }
    Err(Error::NotFound { entity: entity.name.into(), id })
}

pub(super) fn typed<E: SyncEntity>(it: &View) -> Result<E> {
    E::from_values(&|field| it.value(field).cloned())
}

fn entry<E: SyncEntity>(it: &View) -> Result<Entry<E>> {
    Ok(Entry { id: it.id, value: typed(it)? })
}

fn check_fields(entity: &EntityDescriptor, find: &Find) -> Result<()> {
    let named = find.conditions().map(|(field, _)| field).chain(&find.order);
    for field in named {
        if entity.field(field).is_none() && field != "id" && field != crate::DELETED_AT {
            return Err(entity.unknown_field(field));
        }
    }
    Ok(())
}
