//! The database of a program.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use driftline_core::{
    Backend, Changed, Env, Id, Replica, Result, Schema, Store, SyncEntity, SyncReport,
    device::Guard, status::Status,
};
use driftline_sqlite::SqliteStore;
use tokio::sync::broadcast;

use crate::{
    Entry, Query, ReadTx, SystemEnv, WriteTx,
    background::{self, BackgroundSync},
    query::Source,
    turn::Turns,
};

/// The rows of a program on this device: every entity that is linked into it, in one file.
///
/// Any number of threads and processes may use the same file. A clone is the same database.
#[derive(Clone)]
pub struct Db {
    replica: Arc<Replica>,
    /// None where no other process can reach the rows.
    turns: Option<Turns>,
    /// What the hub is called that it was told to sync with.
    remote: Arc<Mutex<Option<String>>>,
}

impl Db {
    /// Opens the file at `path`, and makes it if it is missing.
    ///
    /// # Errors
    /// When the file cannot be used, or is a hub's; when the entities of the program do not
    /// fit together, such as one that refers to another that is not linked. The error names
    /// it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path.as_ref(), None)
    }

    /// The same with a guard: rows in which it names what was written are held, and not sent
    /// before somebody decides by [`Replica::decide`].
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_guarded(path: impl AsRef<Path>, guard: Arc<dyn Guard>) -> Result<Self> {
        Self::open_with(path.as_ref(), Some(guard))
    }

    fn open_with(path: &Path, guard: Option<Arc<dyn Guard>>) -> Result<Self> {
        let store = SqliteStore::open_device(path, Schema::registered()?)?;
        let turns = Turns::of(store.path());
        let replica = Replica::open(Arc::new(store), Arc::new(SystemEnv::new()?))?;
        let replica = match guard {
            Some(guard) => replica.guarded(guard),
            None => replica,
        };
        Ok(Self { turns: Some(turns), ..Self::of(replica) })
    }

    /// Opens another store, or another clock: for tests, and for rows that are kept elsewhere.
    /// No other process may sync it at the same time.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn with(store: Arc<dyn Store>, env: Arc<dyn Env>) -> Result<Self> {
        Ok(Self::of(Replica::open(store, env)?))
    }

    fn of(replica: Replica) -> Self {
        Self { replica: Arc::new(replica), turns: None, remote: Arc::default() }
    }

    /// Writes a new row and returns its id. It is on the disk then.
    ///
    /// # Errors
    /// [`Error::Refused`](crate::Error::Refused) if a live row has its natural key.
    pub fn insert<E: SyncEntity>(&self, value: E) -> Result<Id<E>> {
        self.write(|tx| tx.insert(value))
    }

    /// The row that `id` stands for, unless it is deleted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn get<E: SyncEntity>(&self, id: Id<E>) -> Result<Option<Entry<E>>> {
        self.read(|tx| tx.get(id))
    }

    /// Changes a row. Only the fields that `edit` changed are written, so edits of other
    /// fields elsewhere stay.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound);
    /// [`Error::Refused`](crate::Error::Refused) if rows of `E` cannot be edited.
    pub fn update<E: SyncEntity>(&self, id: Id<E>, edit: impl FnOnce(&mut E)) -> Result<()> {
        self.write(|tx| tx.update(id, edit))
    }

    /// Deletes a row: it is hidden everywhere, and can be restored.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound).
    pub fn delete<E: SyncEntity>(&self, id: Id<E>) -> Result<()> {
        self.write(|tx| tx.delete(id))
    }

    /// Brings a deleted row back.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound).
    pub fn restore<E: SyncEntity>(&self, id: Id<E>) -> Result<()> {
        self.write(|tx| tx.restore(id))
    }

    /// The rows of `E`.
    pub fn query<E: SyncEntity>(&self) -> Query<'_, E> {
        Query::of(Source::Replica(self.replica()))
    }

    /// Reads from one state of the database, whatever is written meanwhile.
    ///
    /// # Errors
    /// What `job` returned, or when the database cannot be read.
    pub fn read<T>(&self, job: impl FnOnce(&ReadTx<'_>) -> Result<T>) -> Result<T> {
        self.replica.read(|tx| job(&ReadTx(tx)))
    }

    /// Writes several rows together: all of them are on the disk when it returns, or none if
    /// it fails.
    ///
    /// # Errors
    /// What `job` returned, or when the database cannot be written.
    pub fn write<T>(&self, job: impl FnOnce(&mut WriteTx<'_, '_>) -> Result<T>) -> Result<T> {
        self.replica.write(|tx| job(&mut WriteTx(tx)))
    }

    /// Hears of every row that changes from now on, by this process or by its syncs:
    /// `blocking_recv` on a thread, `recv` in a task.
    pub fn subscribe(&self) -> broadcast::Receiver<Changed> {
        self.replica.subscribe()
    }

    /// Where it stands with the hub that it last synced with: `local` until it is told to
    /// sync with one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn status(&self) -> Result<Status> {
        let remote = self.remote.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.replica.status(remote.as_deref())
    }

    /// Exchanges everything with `remote`, and returns when it is done. In a task, hand it to
    /// a thread that may block. Interrupted anywhere, the next one goes on.
    ///
    /// # Errors
    /// When the hub cannot be reached or refuses; the changes wait. [`Self::status`] tells
    /// the same afterwards.
    pub fn sync(&self, remote: &dyn Backend) -> Result<SyncReport> {
        self.told_of(remote);
        let _turn = self.turns.as_ref().map(Turns::take).transpose()?;
        background::to_its_end(self.replica.sync(remote))
    }

    /// Keeps in step with `remote` on a thread of its own, until what it returns is dropped.
    ///
    /// # Errors
    /// When the system gives it no thread.
    pub fn sync_in_background(&self, remote: impl Backend + 'static) -> Result<BackgroundSync> {
        self.told_of(&remote);
        BackgroundSync::start(self.replica.clone(), self.turns.clone(), Arc::new(remote))
    }

    /// The engine underneath, for rows by the names of their entities.
    pub fn replica(&self) -> &Arc<Replica> {
        &self.replica
    }

    fn told_of(&self, remote: &dyn Backend) {
        let mut name = self.remote.lock().unwrap_or_else(PoisonError::into_inner);
        *name = Some(remote.name());
    }
}
