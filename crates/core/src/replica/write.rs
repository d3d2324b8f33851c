//! What an application writes. Every door here stamps and queues what it stores, in the
//! transaction that stores it; the ones that do not, which a backend needs, are out of
//! reach.

use super::{Changed, Entry, Replica, rows};
use crate::{
    Durability, EntityDescriptor, Env, Error, FieldName, Id, Input, Result, Stamp, SyncEntity,
    Value, Values,
    clock::Moment,
    device::{self, Exported, Imported, Joined},
    store::{Find, ReadTx, StoreTx},
};

/// How the names of the values begin that the engine keeps for itself.
const OURS: [&str; 10] =
    ["audit", "clock", "contact", "device", "held", "hub", "keep", "link", "purge", "unread"];

/// Several writes that count as one: all of them are stored, or none.
///
/// ```standalone_crate
/// # use driftline_core::{Replica, Schema, Simulated};
/// # use driftline_derive::SyncEntity;
/// # use std::sync::Arc;
/// /// Something to remember.
/// #[derive(Clone, Default, PartialEq, SyncEntity)]
/// #[sync(name = "notes")]
/// struct Note {
///     /// What it says.
///     text: String,
/// }
/// # let store = driftline_memory::MemoryStore::new(Schema::registered()?);
/// # let replica = Replica::open(Arc::new(store), Arc::new(Simulated::new(1, 1_790_000_000_000)))?;
/// replica.write(|tx| {
///     let milk = tx.insert(&Note { text: "Buy milk".into() })?;
///     tx.insert(&Note { text: "Buy bread".into() })?;
///     tx.update::<Note>(milk, |it| it.text.push_str(" and butter"))
/// })?;
/// # Ok::<(), driftline_core::Error>(())
/// ```
///
/// A row that is neither stamped nor queued would never leave this device, so nothing here
/// stores one:
///
/// ```compile_fail,E0599
/// # use driftline_core::{Replica, Result, store::Stored};
/// fn hide(replica: &Replica, row: &Stored) -> Result<()> {
///     replica.write(|tx| tx.put("notes", row))
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use driftline_core::{Id, Replica, Result};
/// fn lie(replica: &Replica, id: Id) -> Result<()> {
///     replica.write(|tx| tx.acknowledge("notes", id, 0))
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use driftline_core::{Replica, Result, store::Queued};
/// fn meddle(replica: &Replica, entry: &Queued) -> Result<()> {
///     replica.write(|tx| tx.enqueue(entry))
/// }
/// ```
pub struct WriteTx<'a> {
    pub(super) tx: &'a mut dyn StoreTx,
    pub(super) moment: Moment,
    env: &'a dyn Env,
    changed: Vec<Changed>,
}

impl Replica {
    /// Runs `job` on one consistent state of the rows. No writer waits for it.
    ///
    /// # Errors
    /// What `job` returned, or when the store cannot be read.
    pub fn read<T>(&self, job: impl FnOnce(&dyn ReadTx) -> Result<T>) -> Result<T> {
        self.store.view(job)
    }

    /// Runs `job` in one transaction that survives a power cut. Subscribers hear of its
    /// rows after the commit.
    ///
    /// # Errors
    /// What `job` returned, or when the store cannot be written. Nothing is kept then.
    pub fn write<T>(&self, job: impl FnOnce(&mut WriteTx<'_>) -> Result<T>) -> Result<T> {
        self.write_with(Durability::Full, job)
    }

    /// The same with a commit that waits for less, for what can be read again.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_with<T>(
        &self,
        durability: Durability,
        job: impl FnOnce(&mut WriteTx<'_>) -> Result<T>,
    ) -> Result<T> {
        let (moment, env) = (self.moment(), &*self.env);
        let (done, changed) = self.store.transact(durability, |tx| {
            let mut tx = WriteTx { tx, moment, env, changed: Vec::new() };
            let done = job(&mut tx)?;
            let WriteTx { tx, changed, .. } = tx;
            if let Some(guard) = self.guard() {
                for it in changed.iter().filter(|it| it.here) {
                    device::judge_row(tx, guard, &it.entity, it.id)?;
                }
            }
            Ok((done, changed))
        })?;
        for it in changed {
            let _no_subscriber = self.changes.send(it);
        }
        Ok(done)
    }
}

impl WriteTx<'_> {
    /// What can be read here, with what was written before in this transaction.
    pub fn reading(&self) -> &dyn ReadTx {
        self.tx.reading()
    }

    /// The row that `id` stands for, unless it is deleted.
    ///
    /// # Errors
    /// When the store cannot be read, or a value does not have its field's type.
    pub fn get<E: SyncEntity>(&self, id: Id) -> Result<Option<Entry<E>>> {
        self.reading().entry(id)
    }

    /// The rows of a type that match.
    ///
    /// # Errors
    /// When the store cannot be read, or a value does not have its field's type.
    pub fn list<E: SyncEntity>(&self, find: &Find) -> Result<Vec<Entry<E>>> {
        self.reading().entries(find)
    }

    /// Creates a row of a type and returns its id.
    ///
    /// # Errors
    /// [`Error::Refused`] if a live row has its natural key.
    pub fn insert<E: SyncEntity>(&mut self, value: &E) -> Result<Id> {
        let absent = E::default().values();
        let given = E::FIELDS.iter().zip(value.values()).zip(absent);
        let values = given
            .filter(|((_, value), absent)| value != absent)
            .map(|((field, value), _)| (field.name.to_owned(), value))
            .collect();
        self.insert_values(E::NAME, values)
    }

    /// Creates a row by the name of its entity and returns its id.
    ///
    /// # Errors
    /// [`Error::Refused`] if a live row has its natural key, [`Error::Invalid`].
    pub fn insert_values(&mut self, entity: &str, values: Values) -> Result<Id> {
        let entity = self.entity(entity)?;
        let id = Id::new(self.moment.now, [self.env.random(), self.env.random()]);
        device::create(self.tx, &self.moment, entity, id, values)?;
        self.changed(entity.name, id);
        Ok(id)
    }

    /// Writes values into the row with this id, and creates it if it is not here: for rows
    /// whose id is a function of what they are about.
    ///
    /// # Errors
    /// As [`Self::insert_values`] and [`Self::update_values`]; [`Error::NotFound`] if the
    /// row is deleted.
    pub fn put_values(&mut self, entity: &str, id: Id, values: Values) -> Result<()> {
        let entity = self.entity(entity)?;
        if self.tx.get(entity.name, id)?.is_some() {
            rows::visible(self.tx.reading(), entity, id)?;
        }
        device::put(self.tx, &self.moment, entity, id, values)?;
        self.changed(entity.name, id);
        Ok(())
    }

    /// Changes a row of a type: only the fields that `edit` changed are written.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] if it is append-only.
    pub fn update<E: SyncEntity>(&mut self, id: Id, edit: impl FnOnce(&mut E)) -> Result<()> {
        let entity = self.entity(E::NAME)?;
        let members = rows::visible(self.tx.reading(), entity, id)?;
        let before = rows::typed::<E>(&members.clone().into())?;
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
        device::edit(self.tx, &self.moment, entity, id, &members, values)?;
        self.changed(entity.name, id);
        Ok(())
    }

    /// Writes values into a row by the name of its entity.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`]; [`Error::Refused`] if it is append-only.
    pub fn update_values(&mut self, entity: &str, id: Id, values: Values) -> Result<()> {
        let entity = self.entity(entity)?;
        let members = rows::visible(self.tx.reading(), entity, id)?;
        device::edit(self.tx, &self.moment, entity, id, &members, values)?;
        self.changed(entity.name, id);
        Ok(())
    }

    /// Deletes a row of a type: it is hidden everywhere, and can be restored.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn delete<E: SyncEntity>(&mut self, id: Id) -> Result<()> {
        self.set_deleted(E::NAME, id, true)
    }

    /// Restores a deleted row of a type.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn restore<E: SyncEntity>(&mut self, id: Id) -> Result<()> {
        self.set_deleted(E::NAME, id, false)
    }

    /// Deletes or restores a row by the name of its entity. Doing it twice is the same
    /// as doing it once.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub fn set_deleted(&mut self, entity: &str, id: Id, deleted: bool) -> Result<()> {
        let entity = self.entity(entity)?;
        device::set_deleted(self.tx, &self.moment, entity, id, deleted)?;
        self.changed(entity.name, id);
        Ok(())
    }

    /// Joins what a transcript's record says of a row: values that travel, with stamps that
    /// are functions of the record, and values that stay here.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn import(
        &mut self,
        entity: &'static EntityDescriptor,
        id: Id,
        cells: Vec<(FieldName, Value, Stamp)>,
        local: Vec<(FieldName, Value)>,
    ) -> Result<Imported> {
        let done = device::import(self.tx, &self.moment, entity, id, cells, local)?;
        if matches!(done, Imported::New | Imported::Grown) {
            self.changed.push(Changed { entity: entity.name.to_owned(), id, here: false });
        }
        Ok(done)
    }

    /// Joins rows of an export file, as [`device::join`] does.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn join(&mut self, rows: Vec<Exported>, meets_others: bool) -> Result<Vec<Joined>> {
        let names: Vec<_> = rows.iter().map(|it| (it.entity.clone(), it.id)).collect();
        let done = device::join(self.tx, &self.moment, rows, meets_others)?;
        for ((entity, id), done) in names.into_iter().zip(&done) {
            if matches!(done.done, Imported::New | Imported::Grown) {
                self.changed.push(Changed { entity, id, here: false });
            }
        }
        Ok(done)
    }

    /// Forgets the hub of this device, so that the next one that it meets is given every row.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn leave_hub(&mut self) -> Result<()> {
        device::leave(self.tx, self.moment.now)
    }

    /// Notes in the journal that a row changed for those who read it, for a reason that is
    /// in no row.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn note(&mut self, entity: &str, id: Id) -> Result<()> {
        self.tx.note(entity, id)
    }

    /// A value that the application keeps on this device under a name of its own.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn value(&self, name: &str) -> Result<Option<String>> {
        self.tx.meta(name)
    }

    /// Sets such a value, or takes it away.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name that the engine keeps for itself; when the store
    /// cannot be written.
    pub fn set_value(&mut self, name: &str, value: Option<&str>) -> Result<()> {
        let first = name.split('.').next().unwrap_or(name);
        if OURS.contains(&first) {
            let reason = format!("`{name}` is a name of the engine's own; choose another");
            return Err(Error::Invalid { what: Input::Value, reason });
        }
        self.tx.set_meta(name, value)
    }

    fn entity(&self, name: &str) -> Result<&'static EntityDescriptor> {
        self.tx.schema().entity(name)
    }

    pub(super) fn changed(&mut self, entity: &str, id: Id) {
        self.changed.push(Changed { entity: entity.to_owned(), id, here: true });
    }
}
