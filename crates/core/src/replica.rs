//! The door for applications: a person's rows on this device, typed or by name.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::{broadcast, watch};

use crate::{
    Backend, Digests, Durability, EntityDescriptor, Env, Error, Id, Millis, Result, Row, Schema,
    Store, SyncEntity, SyncReport, Value, Values, alias, audit,
    clock::{Correction, Moment},
    device::{self, Imported},
    status::{self, Contact, Failure, Status},
    store::{AuditEntry, AuditKind, Find},
    sync::{Exchange, Progress},
    view::{self, View},
};

/// A person's rows on this device. Reads and writes never wait for a network.
///
/// ```
/// use driftline_core::{Replica, Schema, Simulated, store::Find};
/// use driftline_derive::SyncEntity;
/// # use std::sync::Arc;
///
/// /// Something to remember.
/// #[derive(Clone, Default, PartialEq, SyncEntity)]
/// #[sync(name = "notes")]
/// struct Note {
///     /// What it says.
///     text: String,
///     /// Whether it stays on top.
///     pinned: bool,
/// }
///
/// let store = driftline_memory::MemoryStore::new(Schema::registered()?);
/// let replica = Replica::open(Arc::new(store), Arc::new(Simulated::new(1, 1_790_000_000_000)))?;
/// let id = replica.create(&Note { text: "Buy milk".into(), ..Note::default() })?;
/// replica.update::<Note>(id, |note| note.pinned = true)?;
///
/// let pinned = replica.list::<Note>(&Find::new().equal("pinned", true))?;
/// assert_eq!(pinned[0].value.text, "Buy milk");
///
/// replica.delete::<Note>(id)?;
/// assert!(replica.get::<Note>(id)?.is_none());
/// replica.restore::<Note>(id)?;
/// assert!(replica.get::<Note>(id)?.is_some());
/// # Ok::<(), driftline_core::Error>(())
/// ```
pub struct Replica {
    store: Arc<dyn Store>,
    env: Arc<dyn Env>,
    node: u64,
    correction: Mutex<Option<Correction>>,
    changes: broadcast::Sender<Changed>,
    syncing: AtomicBool,
    progress: watch::Sender<Option<Progress>>,
}

/// A row that changed on this device, by a person or by a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// Whether it was written here, so that the hub has yet to hear of it.
    pub here: bool,
}

/// A row as its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<E> {
    /// The id that stands for it.
    pub id: Id,
    /// Its values.
    pub value: E,
}

impl Replica {
    /// Opens a store as a device. What it writes from now on carries a name that no
    /// other opening of this or a copied store ever has.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn open(store: Arc<dyn Store>, env: Arc<dyn Env>) -> Result<Self> {
        let device = store.transact(Durability::Normal, |tx| {
            let known = tx.meta(device::DEVICE)?.and_then(|it| u32::from_str_radix(&it, 16).ok());
            audit::sight(tx, env.wall(), false)?;
            if let Some(device) = known {
                return Ok(device);
            }
            let device = low(env.random());
            tx.set_meta(device::DEVICE, Some(&format!("{device:08x}")))?;
            Ok(device)
        })?;
        let node = u64::from(device) << 32 | u64::from(low(env.random()));
        Ok(Self {
            store,
            env,
            node,
            correction: Mutex::default(),
            changes: broadcast::Sender::new(128),
            syncing: AtomicBool::new(false),
            progress: watch::Sender::new(None),
        })
    }

    /// The entities it knows.
    pub fn schema(&self) -> &Schema {
        self.store.schema()
    }

    /// Where it keeps them.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Its time and randomness.
    pub fn env(&self) -> &dyn Env {
        &*self.env
    }

    /// Creates a row of a type and returns its id.
    ///
    /// # Errors
    /// [`Error::KeyTaken`] if a live row has its natural key.
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
    /// [`Error::KeyTaken`], [`Error::UnknownEntity`], [`Error::UnknownField`],
    /// [`Error::BadValue`].
    pub fn create_values(&self, entity: &str, values: &Values) -> Result<Id> {
        let entity = self.schema().entity(entity)?;
        let id = Id::new(self.now(), [self.env.random(), self.env.random()]);
        self.write(entity, id, |tx, moment| {
            device::create(tx, moment, entity, id, values.clone())
        })?;
        Ok(id)
    }

    /// Changes a row of a type: only the fields that `edit` changed are written.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::AppendOnly`].
    pub fn update<E: SyncEntity>(&self, id: Id, mut edit: impl FnMut(&mut E)) -> Result<()> {
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
    /// [`Error::NotFound`], [`Error::AppendOnly`], [`Error::UnknownEntity`],
    /// [`Error::UnknownField`], [`Error::BadValue`].
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
    /// [`Error::UnknownEntity`], or when the store cannot be read.
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
    /// [`Error::UnknownEntity`], [`Error::UnknownField`], or when the store cannot be read.
    pub fn list_values(&self, entity: &str, find: &Find) -> Result<Vec<View>> {
        let entity = self.schema().entity(entity)?;
        check_fields(entity, find)?;
        self.store.view(|tx| view::list(tx, entity, find))
    }

    /// How many rows of a named entity match.
    ///
    /// # Errors
    /// [`Error::UnknownEntity`], [`Error::UnknownField`], or when the store cannot be read.
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
    /// [`Error::NotFound`], [`Error::UnknownEntity`].
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

    /// Joins what a transcript's record says, inside a transaction of the caller's.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn import(
        &self,
        tx: &mut dyn crate::store::Tx,
        entity: &'static EntityDescriptor,
        id: Id,
        row: &Row,
        local: Vec<(crate::FieldName, Value)>,
    ) -> Result<Imported> {
        let cells = row.cells().map(|(f, cell)| (f.clone(), cell.value.clone(), cell.stamp));
        device::import(tx, &self.moment(), entity, id, cells.collect(), local)
    }

    /// Values that gave way, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn audit(&self, kind: Option<AuditKind>, limit: usize) -> Result<Vec<AuditEntry>> {
        self.store.view(|tx| tx.audit(kind, limit))
    }

    /// Writes a value that gave way again, as an ordinary new edit.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::AppendOnly`].
    pub fn bring_back(&self, lost: &AuditEntry) -> Result<()> {
        if lost.field == crate::DELETED_AT {
            return self.set_deleted(&lost.entity, lost.id, !lost.lost.is_null());
        }
        let values = Values::from([(lost.field.clone(), lost.lost.clone())]);
        self.update_values(&lost.entity, lost.id, &values)
    }

    /// Puts parked rows back into the queue, and returns how many there were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn retry_parked(&self) -> Result<u64> {
        self.store.transact(Durability::Full, device::retry_parked)
    }

    /// Exchanges everything with `remote`. Interrupted anywhere, the next one goes on.
    ///
    /// # Errors
    /// Sorted by what to do next; the same is told by [`Self::status`] afterwards.
    pub async fn sync(&self, remote: &dyn Backend) -> Result<SyncReport> {
        let syncing = Syncing::begin(self);
        let show = |it| {
            self.progress.send_replace(Some(it));
        };
        let mut exchange = Exchange::new(self, remote, &show);
        let outcome = exchange.run().await;
        let report = std::mem::take(&mut exchange.report);
        let failure = outcome.as_ref().err().map(Failure::from);
        let reached = !matches!(outcome, Err(Error::Unavailable { .. }));
        let (now, confirmed) = (self.now(), self.correction().is_some());
        self.store.transact(Durability::Normal, |tx| {
            let mut contact = Contact::load(tx.reading())?;
            contact.at = if reached { Some(now) } else { contact.at };
            contact.failure.clone_from(&failure);
            audit::sight(tx, now, confirmed)?;
            contact.store(tx)
        })?;
        drop(syncing);
        outcome.map(|()| report)
    }

    /// Where it stands with its remote, whose name is given if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn status(&self, remote: Option<&str>) -> Result<Status> {
        let syncing = self.syncing.load(Ordering::Relaxed);
        self.store.view(|tx| status::read(tx, remote, syncing))
    }

    /// Hears of every row that changes in this process from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Changed> {
        self.changes.subscribe()
    }

    /// Hears how far a sync in this process is; none while there is none. Ask
    /// [`Self::status`] when it changes.
    pub fn subscribe_to_status(&self) -> watch::Receiver<Option<Progress>> {
        self.progress.subscribe()
    }

    /// A sum per entity of what is here, equal on replicas that hold the same; rows of
    /// entities that this program does not know are in it, too.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn digest(&self) -> Result<Digests> {
        self.store.view(|tx| {
            let mut digests = Digests::new();
            let known = tx.schema().tables().map(|it| it.name.to_owned());
            let names: BTreeSet<String> = known.chain(tx.stored_entities()?).collect();
            for name in names {
                let (mut sum, mut after) = (0_u64, None);
                loop {
                    let rows = tx.scan(&name, after, 1_000)?;
                    let Some(last) = rows.last() else { break };
                    after = Some(last.id);
                    let counted = rows.iter().filter(|it| !alias::is_provisional(&name, it));
                    sum = counted.map(|it| it.row.hash(&name, it.id)).fold(sum, u64::wrapping_add);
                }
                digests.insert(name, sum);
            }
            Ok(digests)
        })
    }

    /// Corrected time, in milliseconds since 1970.
    pub fn now(&self) -> Millis {
        Correction::now(*self.correction(), &*self.env)
    }

    /// When and as whom a write made now is stamped.
    pub fn moment(&self) -> Moment {
        Moment { now: self.now(), node: self.node }
    }

    pub(crate) fn correct(&self, measured: Correction) {
        *self.correction() = Some(measured);
    }

    /// Tells subscribers about rows that a sync or an import changed.
    pub fn announce(&self, rows: Vec<(String, Id)>) {
        for (entity, id) in rows {
            let _no_subscriber = self.changes.send(Changed { entity, id, here: false });
        }
    }

    fn correction(&self) -> MutexGuard<'_, Option<Correction>> {
        self.correction.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(
        &self,
        entity: &EntityDescriptor,
        id: Id,
        mut job: impl FnMut(&mut dyn crate::store::Tx, &Moment) -> Result<()>,
    ) -> Result<()> {
        let moment = self.moment();
        self.store.transact(Durability::Full, |tx| job(tx, &moment))?;
        let changed = Changed { entity: entity.name.to_owned(), id, here: true };
        let _no_subscriber = self.changes.send(changed);
        Ok(())
    }
}

/// Marks a sync as under way, also if its future is dropped half way.
struct Syncing<'a>(&'a Replica);

impl<'a> Syncing<'a> {
    fn begin(replica: &'a Replica) -> Self {
        replica.syncing.store(true, Ordering::Relaxed);
        replica.progress.send_replace(Some(Progress::default()));
        Self(replica)
    }
}

impl Drop for Syncing<'_> {
    fn drop(&mut self) {
        self.0.syncing.store(false, Ordering::Relaxed);
        self.0.progress.send_replace(None);
    }
}

fn low(random: u64) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "half of the bits are wanted")]
    return random as u32;
}

fn visible(
    tx: &dyn crate::store::ReadTx,
    entity: &'static EntityDescriptor,
    id: Id,
) -> Result<View> {
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
    let named = find.equal.iter().map(|(field, _)| field).chain(&find.order);
    for field in named {
        if entity.field(field).is_none() && field != "id" && field != crate::DELETED_AT {
            let known: Vec<_> = entity.fields.iter().map(|it| it.name).collect();
            return Err(Error::UnknownField {
                entity: entity.name.into(),
                field: crate::excerpt(field),
                known: known.join(", "),
            });
        }
    }
    Ok(())
}
