//! The door for applications: a person's rows on this device, typed or by name.

mod apart;
mod contact;
mod held;
mod purge;
mod rows;
mod write;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use tokio::sync::{broadcast, watch};

pub use self::write::WriteTx;

use crate::{
    Digests, Durability, Env, Id, Millis, Result, Schema, Store, Values, alias, audit,
    clock::{self, Correction, Moment},
    device::{self, Exclusions, Guard},
    status::Progress,
    store::{AuditEntry, AuditKind, ReadTx},
};

/// Changes that are held for a subscriber.
const HELD: usize = 128;

/// A person's rows on this device. Reads and writes never wait for a network.
///
/// ```standalone_crate
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
    guard: Option<Arc<dyn Guard>>,
    correction: Mutex<Option<Correction>>,
    changes: broadcast::Sender<Changed>,
    syncing: AtomicBool,
    has_synced: AtomicBool,
    /// Something was purged through this door.
    has_purged: AtomicBool,
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
        let now = env.wall();
        let device_of = |tx: &dyn ReadTx| -> Result<Option<u32>> {
            Ok(tx.meta(device::DEVICE)?.and_then(|it| u32::from_str_radix(&it, 16).ok()))
        };
        // Nearly every opening has nothing to write, and so waits for nobody who does.
        let known = store.view(|tx| Ok((device_of(tx)?, audit::is_due(tx, now, false)?)))?;
        let device = match known {
            (Some(device), false) => device,
            _ => store.transact(Durability::Normal, |tx| {
                audit::sight(tx, now, false)?;
                if let Some(device) = device_of(tx.reading())? {
                    return Ok(device);
                }
                let device = low(env.random());
                tx.set_meta(device::DEVICE, Some(&format!("{device:08x}")))?;
                Ok(device)
            })?,
        };
        let node = u64::from(device) << 32 | u64::from(low(env.random()));
        Ok(Self {
            store,
            env,
            node,
            guard: None,
            correction: Mutex::default(),
            changes: broadcast::Sender::new(HELD),
            syncing: AtomicBool::new(false),
            has_synced: AtomicBool::new(false),
            has_purged: AtomicBool::new(false),
            progress: watch::Sender::new(None),
        })
    }

    /// The entities it knows.
    pub fn schema(&self) -> &Schema {
        self.store.schema()
    }

    /// Where it keeps them. No application gets hold of it: what is written there without
    /// a stamp and a place in the queue never leaves this device.
    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// Something that changes whenever the data does, also by another process.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn version(&self) -> Result<u64> {
        self.store.version()
    }

    /// Copies everything to a new file, as [`Store::backup`] does.
    ///
    /// # Errors
    /// As [`Store::backup`].
    pub fn backup(&self, to: &Path) -> Result<bool> {
        self.store.backup(to)
    }

    /// Puts such a copy of its own in the place of everything that is here. One that
    /// somebody else may have written goes through [`Self::replace_rows`].
    ///
    /// # Errors
    /// As [`Store::restore`].
    pub fn put_back(&self, from: &Path) -> Result<()> {
        // What was stamped since the copy may be known elsewhere: no stamp is given twice.
        let (last, marks) = self.store.view(|tx| Ok((clock::last(tx)?, device::purged(tx)?)))?;
        self.store.restore(from)?;
        let moment = self.moment();
        self.store.transact(Durability::Full, |tx| {
            clock::go_on_after(tx, last)?;
            // What was purged since the copy does not come back with it.
            device::mark_again(tx, &moment, &marks).map(drop)
        })?;
        self.go_on_purging(Durability::Full).map(drop)
    }

    /// Sets what stays on this device from now on. Returns whether that was anything new;
    /// if not, nothing is written.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn exclude(&self, rules: &Exclusions) -> Result<bool> {
        if self.store.view(|tx| device::exclusions(tx))? == *rules {
            return Ok(false);
        }
        self.store.transact(Durability::Full, |tx| device::exclude(tx, rules))
    }

    /// The name of this device, drawn when its store was first opened.
    pub fn device(&self) -> String {
        format!("{:08x}", self.node >> 32)
    }

    /// Its time and randomness.
    pub fn env(&self) -> &dyn Env {
        &*self.env
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
    /// [`Error::NotFound`](crate::Error::NotFound), [`Error::Refused`](crate::Error::Refused).
    pub fn bring_back(&self, lost: &AuditEntry) -> Result<()> {
        if lost.field == crate::DELETED_AT {
            return self.set_deleted(&lost.entity, lost.id, !lost.lost.is_null());
        }
        let values = Values::from([(lost.field.clone(), lost.lost.clone())]);
        self.update_values(&lost.entity, lost.id, &values)
    }

    /// Puts the rows of a copy that somebody else may have written in the place of everything
    /// that is here.
    ///
    /// # Errors
    /// As [`Store::read_copy`], and when the store cannot be written. Nothing is changed then.
    pub fn replace_rows(&self, from: &Path) -> Result<()> {
        let moment = self.moment();
        let replace = |theirs: &dyn ReadTx| {
            self.store.transact(Durability::Full, |tx| device::replace(tx, &moment, theirs))
        };
        self.store.read_copy(from, Box::new(replace))
    }

    /// Puts parked rows back into the queue, and returns how many there were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn retry_parked(&self) -> Result<u64> {
        self.store.transact(Durability::Full, |tx| device::retry_parked(tx))
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
            let known = tx.schema().tables().map(|it| (it.name.to_owned(), 0));
            let mut digests: Digests = known.collect();
            tx.each_row(|entity, it| {
                let counts = !alias::is_provisional(entity, &it);
                let hash = if counts { it.row.hash(entity, it.id) } else { 0 };
                match digests.get_mut(entity) {
                    Some(sum) => *sum = sum.wrapping_add(hash),
                    None => _ = digests.insert(entity.to_owned(), hash),
                }
                Ok(())
            })?;
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

    fn correction(&self) -> MutexGuard<'_, Option<Correction>> {
        self.correction.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn low(random: u64) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "half of the bits are wanted")]
    return random as u32;
}
