//! Rows through the door: by their type, or by the name of their entity. The typed half
//! is a thin layer over the other, which forms and commands use for entities they have
//! never heard of.

use crate::{
    Changed, Durability, EntityDescriptor, Entry, Error, Id, Replica, Result, SyncEntity, Values,
    clock::Moment,
    device,
    store::{Find, ReadTx, Tx},
    view::{self, View},
};

impl Replica {
    /// Creates a row of a type and returns its id.
    ///
    /// # Errors
    /// [`Error::Refused`] if a live row has its natural key.
    pub fn create<E: SyncEntity>(&self, value: &E) -> Result<Id> {
        let absent = E::default().values();
        let given = E::FIELDS.iter().zip(value.values()).zip(absent);
        let values = given
            .filter(|((_, value), absent)| value != absent)
            .map(|((field, value), _)| (field.name.to_owned(), value))
            .collect();
        self.create_values(E::NAME, &values)
    }

    /// Creates a row by the name of its entity and returns its id.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Invalid`], [`Error::Invalid`],
    /// [`Error::Invalid`].
    pub fn create_values(&self, entity: &str, values: &Values) -> Result<Id> {
        let entity = self.schema().entity(entity)?;
        let id = Id::new(self.now(), [self.env.random(), self.env.random()]);
        self.write(entity, id, |tx, moment| {
            device::create(tx, moment, entity, id, values.clone())
        })?;
        Ok(id)
    }

    /// Writes values into the row with this id, and creates it if it is not here: for rows
    /// whose id is a function of what they are about.
    ///
    /// # Errors
    /// As [`Self::create_values`] and [`Self::update_values`]; [`Error::NotFound`] if the
    /// row is deleted.
    pub fn put_values(&self, entity: &str, id: Id, values: &Values) -> Result<()> {
        let entity = self.schema().entity(entity)?;
        self.write(entity, id, |tx, moment| {
            if tx.get(entity.name, id)?.is_some() {
                visible(tx.reading(), entity, id)?;
            }
            device::put(tx, moment, entity, id, values.clone())
        })
    }

    /// Changes a row of a type: only the fields that `edit` changed are written.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Refused`].
    pub fn update<E: SyncEntity>(&self, id: Id, edit: impl FnOnce(&mut E)) -> Result<()> {
        let entity = self.schema().entity(E::NAME)?;
        self.write(entity, id, |tx, moment| {
            let shown = visible(tx.reading(), entity, id)?;
            let before = typed::<E>(&shown)?;
            let mut after = before.clone();
            edit(&mut after);
            let pairs = E::FIELDS.iter().zip(before.values().into_iter().zip(after.values()));
            let values: Values = pairs
                .filter(|(_, (before, after))| before != after)
                .map(|(field, (_, after))| (field.name.to_owned(), after))
                .collect();
            if values.is_empty() {
                return Ok(());
            }
            device::update(tx, moment, entity, id, values)
        })
    }

    /// Writes values into a row by the name of its entity.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Refused`], [`Error::Invalid`],
    /// [`Error::Invalid`], [`Error::Invalid`].
    pub fn update_values(&self, entity: &str, id: Id, values: &Values) -> Result<()> {
        let entity = self.schema().entity(entity)?;
        self.write(entity, id, |tx, moment| {
            visible(tx.reading(), entity, id)?;
            device::update(tx, moment, entity, id, values.clone())
        })
    }

    /// The row that `id` stands for, unless it is deleted.
    ///
    /// # Errors
    /// When the store cannot be read, or a value does not have its field's type.
    pub fn get<E: SyncEntity>(&self, id: Id) -> Result<Option<Entry<E>>> {
        self.get_values(E::NAME, id)?.map(|it| entry(&it)).transpose()
    }

    /// The row that `id` stands for, by the name of its entity, unless it is deleted.
    ///
    /// # Errors
    /// [`Error::Invalid`], or when the store cannot be read.
    pub fn get_values(&self, entity: &str, id: Id) -> Result<Option<View>> {
        let entity = self.schema().entity(entity)?;
        self.store.view(|tx| match visible(tx, entity, id) {
            Ok(it) => Ok(Some(it)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// The rows of a type that match.
    ///
    /// # Errors
    /// When the store cannot be read, or a value does not have its field's type.
    pub fn list<E: SyncEntity>(&self, find: &Find) -> Result<Vec<Entry<E>>> {
        self.list_values(E::NAME, find)?.iter().map(entry).collect()
    }

    /// The rows of a named entity that match.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Invalid`], or when the store cannot be read.
    pub fn list_values(&self, entity: &str, find: &Find) -> Result<Vec<View>> {
        let entity = self.schema().entity(entity)?;
        check_fields(entity, find)?;
        self.store.view(|tx| view::list(tx, entity, find))
    }

    /// How many rows of a named entity match.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Invalid`], or when the store cannot be read.
    pub fn count(&self, entity: &str, find: &Find) -> Result<u64> {
        let entity = self.schema().entity(entity)?;
        check_fields(entity, find)?;
        self.store.view(|tx| view::count(tx, entity, find))
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
        let entity = self.schema().entity(entity)?;
        self.write(entity, id, |tx, moment| {
            let not_found = || Error::NotFound { entity: entity.name.into(), id };
            let shown = view::view(tx.reading(), entity, id)?.ok_or_else(not_found)?;
            if shown.row.is_deleted() == deleted {
                return Ok(());
            }
            device::set_deleted(tx, moment, entity, id, deleted.then_some(moment.now))
        })
    }

    pub(super) fn write<T>(
        &self,
        entity: &EntityDescriptor,
        id: Id,
        job: impl FnOnce(&mut dyn Tx, &Moment) -> Result<T>,
    ) -> Result<T> {
        let moment = self.moment();
        let done = self.store.transact(Durability::Full, |tx| job(tx, &moment))?;
        self.wrote(entity.name, id);
        Ok(done)
    }

    /// Tells subscribers about a row that was written here, in a transaction that is
    /// committed.
    pub fn wrote(&self, entity: &str, id: Id) {
        let changed = Changed { entity: entity.to_owned(), id, here: true };
        let _no_subscriber = self.changes.send(changed);
    }
}

fn visible(tx: &dyn ReadTx, entity: &'static EntityDescriptor, id: Id) -> Result<View> {
    if let Some(it) = view::view(tx, entity, id)?
        && view::is_visible(tx, entity, &it.row)?
    {
        return Ok(it);
    }
    Err(Error::NotFound { entity: entity.name.into(), id })
}

fn typed<E: SyncEntity>(it: &View) -> Result<E> {
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
