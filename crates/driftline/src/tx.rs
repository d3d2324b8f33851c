//! What happens inside one transaction: rows as their types, read from one state, written
//! all together or not at all.

use std::ops::{Deref, DerefMut};

use driftline_core::{
    EntityDescriptor, Error, Id, Replica, Result, Schema, SyncEntity, Values,
    clock::Moment,
    device,
    store::{self, Durability, Find, Tx},
    view::{self, View},
};

use crate::query::{Query, Source};

/// A row: its id and its values, which can be used as if it were they.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<E> {
    /// The id that stands for it.
    pub id: Id<E>,
    /// Its values.
    pub value: E,
}

impl<E> Deref for Entry<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.value
    }
}

impl<E> DerefMut for Entry<E> {
    fn deref_mut(&mut self) -> &mut E {
        &mut self.value
    }
}

/// A transaction that only reads.
pub struct ReadTx<'a>(Rows<'a>);

impl<'a> ReadTx<'a> {
    /// Runs `job` on one state of the database.
    pub(crate) fn run<T>(
        replica: &Replica,
        job: impl FnOnce(&ReadTx<'_>) -> Result<T>,
    ) -> Result<T> {
        replica.store().view(|tx| job(&ReadTx(Rows(tx))))
    }

    pub(crate) fn rows(&self) -> Rows<'a> {
        self.0
    }

    /// The row that `id` stands for, unless it is deleted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get<E: SyncEntity>(&self, id: Id<E>) -> Result<Option<Entry<E>>> {
        self.0.get(id)
    }

    /// The rows of `E`.
    pub fn query<E: SyncEntity>(&self) -> Query<'_, E> {
        Query::of(Source::Tx(self.0))
    }
}

/// A transaction that reads and writes. What it read last is what it wrote itself.
pub struct WriteTx<'a> {
    tx: &'a mut dyn Tx,
    replica: &'a Replica,
    moment: Moment,
    changed: Vec<(&'static str, Id)>,
}

impl WriteTx<'_> {
    /// Runs `job` in a transaction, and tells what changed once it is committed.
    pub(crate) fn run<T>(
        replica: &Replica,
        job: impl FnOnce(&mut WriteTx<'_>) -> Result<T>,
    ) -> Result<T> {
        let moment = replica.moment();
        let (done, changed) = replica.store().transact(Durability::Full, |tx| {
            let mut tx = WriteTx { tx, replica, moment, changed: Vec::new() };
            let done = job(&mut tx)?;
            Ok((done, tx.changed))
        })?;
        changed.into_iter().for_each(|(entity, id)| replica.wrote(entity, id));
        Ok(done)
    }

    /// Writes a new row and returns its id.
    ///
    /// # Errors
    /// [`Error::Refused`] if a live row has its natural key.
    #[expect(clippy::needless_pass_by_value, reason = "the caller has no more use for it")]
    pub fn insert<E: SyncEntity>(&mut self, value: E) -> Result<Id<E>> {
        let entity = self.entity::<E>()?;
        let env = self.replica.env();
        let id = Id::new(self.moment.now, [env.random(), env.random()]);
        let values = differences(&E::default(), &value);
        device::create(self.tx, &self.moment, entity, id, values)?;
        self.changed.push((entity.name, id));
        Ok(id.of())
    }

    /// Changes a row. Only the fields that `edit` changed are written, so edits of other
    /// fields elsewhere stay.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] if rows of `E` cannot be edited.
    pub fn update<E: SyncEntity>(&mut self, id: Id<E>, edit: impl FnOnce(&mut E)) -> Result<()> {
        let entity = self.entity::<E>()?;
        let not_found = || Error::NotFound { entity: entity.name.into(), id: id.erase() };
        let before = self.get(id)?.ok_or_else(not_found)?.value;
        let mut after = before.clone();
        edit(&mut after);
        let values = differences(&before, &after);
        if values.is_empty() {
            return Ok(());
        }
        device::update(self.tx, &self.moment, entity, id.erase(), values)?;
        self.changed.push((entity.name, id.erase()));
        Ok(())
    }

    /// Deletes a row: it is hidden everywhere, and can be restored.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn delete<E: SyncEntity>(&mut self, id: Id<E>) -> Result<()> {
        self.set_deleted(id, true)
    }

    /// Brings a deleted row back.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn restore<E: SyncEntity>(&mut self, id: Id<E>) -> Result<()> {
        self.set_deleted(id, false)
    }

    /// The row that `id` stands for, unless it is deleted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get<E: SyncEntity>(&self, id: Id<E>) -> Result<Option<Entry<E>>> {
        Rows(self.tx.reading()).get(id)
    }

    /// The rows of `E`.
    pub fn query<E: SyncEntity>(&self) -> Query<'_, E> {
        Query::of(Source::Tx(Rows(self.tx.reading())))
    }

    fn set_deleted<E: SyncEntity>(&mut self, id: Id<E>, deleted: bool) -> Result<()> {
        let (entity, id) = (self.entity::<E>()?, id.erase());
        let not_found = || Error::NotFound { entity: entity.name.into(), id };
        let shown = view::view(self.tx.reading(), entity, id)?.ok_or_else(not_found)?;
        if shown.row.is_deleted() == deleted {
            return Ok(());
        }
        let at = deleted.then_some(self.moment.now);
        device::set_deleted(self.tx, &self.moment, entity, id, at)?;
        self.changed.push((entity.name, id));
        Ok(())
    }

    fn entity<E: SyncEntity>(&self) -> Result<&'static EntityDescriptor> {
        entity::<E>(self.tx.schema())
    }
}

/// Rows of one state of the database.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a>(&'a dyn store::ReadTx);

impl<'a> Rows<'a> {
    pub(crate) fn schema(self) -> &'a Schema {
        self.0.schema()
    }

    pub(crate) fn list<E: SyncEntity>(
        self,
        entity: &EntityDescriptor,
        find: &Find,
    ) -> Result<Vec<Entry<E>>> {
        view::list(self.0, entity, find)?.iter().map(typed).collect()
    }

    pub(crate) fn count(self, entity: &EntityDescriptor, find: &Find) -> Result<u64> {
        view::count(self.0, entity, find)
    }

    fn get<E: SyncEntity>(self, id: Id<E>) -> Result<Option<Entry<E>>> {
        let entity = entity::<E>(self.schema())?;
        match view::view(self.0, entity, id.erase())? {
            Some(it) if view::is_visible(self.0, entity, &it.row)? => typed(&it).map(Some),
            _ => Ok(None),
        }
    }
}

fn typed<E: SyncEntity>(it: &View) -> Result<Entry<E>> {
    let value = E::from_values(&|field| it.value(field).cloned())?;
    Ok(Entry { id: it.id.of(), value })
}

/// The values of `after` that `before` does not have.
fn differences<E: SyncEntity>(before: &E, after: &E) -> Values {
    let pairs = before.values().into_iter().zip(after.values());
    let pairs = E::FIELDS.iter().zip(pairs).filter(|(_, (before, after))| before != after);
    pairs.map(|(field, (_, after))| (field.name.to_owned(), after)).collect()
}

/// What the engine knows of `E`.
pub(crate) fn entity<E: SyncEntity>(schema: &Schema) -> Result<&'static EntityDescriptor> {
    schema.get(E::NAME).ok_or_else(|| {
        let rust = std::any::type_name::<E>();
        Error::schema(format!(
            "`{}` ({rust}) is not registered; derive `SyncEntity`, or write \
             `driftline::register!({rust});` beside it",
            E::NAME
        ))
    })
}
