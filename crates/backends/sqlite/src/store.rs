//! [`SqliteStore`]: one connection that writes, some that read, and one that watches
//! whether anybody wrote. Readers and the writer never wait for each other.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use driftline_core::{
    Durability, Error, Result, Schema, Store,
    store::{ReadJob, TakeJob, WriteJob},
};
use driftline_sqlite_file::{Pool, locked};
use rusqlite::{Connection, TransactionBehavior, config::DbConfig};

use crate::{
    catalog::{self, Look},
    connect::{Bounded, PATIENCE, begin, connect, look},
    copy,
    error::{failure, is_damage, moved, refused, unwritable},
    files,
    fixed::{self, Found},
    log::{LOG_BYTES, Log},
    table::Tables,
    tx::{SqliteTx, given_up},
    upgrade,
};

/// Connections for reading that are kept open.
const READERS: usize = 4;

/// Rows in a SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    /// Which file it is, whatever is at the path later.
    file: Option<(u64, u64)>,
    schema: Schema,
    patience: Duration,
    tables: RwLock<Arc<Tables>>,
    readers: Pool,
    watcher: Mutex<Option<Bounded>>,
    /// Closed last: who closes last writes the log back and takes it away.
    writer: Mutex<Writer>,
}

#[derive(Debug)]
pub(crate) struct Writer {
    /// Let go of first: only the last connection takes the log away.
    pub(crate) log: Log,
    pub(crate) connection: Bounded,
    durability: Durability,
}

impl SqliteStore {
    /// Opens `path`, and makes the file and its tables if they are missing. Any number
    /// of processes may do so at once.
    ///
    /// # Errors
    /// When the file cannot be used; the error says which file, why, and what to do. A
    /// damaged file is moved aside, never overwritten.
    pub fn open(path: &Path, schema: &Schema) -> Result<Self> {
        Self::open_patiently(path, schema, PATIENCE)
    }

    pub(crate) fn open_patiently(path: &Path, schema: &Schema, patience: Duration) -> Result<Self> {
        fixed::check_library(path, rusqlite::version_number())?;
        let path = files::resolve(path)?;
        files::exists(&path)?;
        let _lock = files::lock(&path, patience)?;
        files::check_log(&path)?;
        files::create(&path)?;
        // A disk that failed to read once looks like damage to SQLite.
        let prepared = match Self::prepare(&path, schema, patience) {
            Err(it) if is_damage(&it) => Self::prepare(&path, schema, patience),
            prepared => prepared,
        };
        let (connection, tables) = match prepared {
            Ok(ready) => ready,
            Err(it) if is_damage(&it) => {
                files::read_through(&path)?;
                return Err(files::move_aside(&path, it.into()));
            }
            Err(it) => return Err(failure(&path, it)),
        };
        let file = files::identity(&path);
        Ok(Self {
            path,
            file,
            schema: schema.clone(),
            patience,
            tables: RwLock::new(Arc::new(tables)),
            writer: Mutex::new(Writer {
                log: Log::default(),
                connection,
                durability: Durability::Normal,
            }),
            readers: Pool::new(READERS),
            watcher: Mutex::new(None),
        })
    }

    /// The file, with every link resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn prepare(
        path: &Path,
        schema: &Schema,
        patience: Duration,
    ) -> rusqlite::Result<(Bounded, Tables)> {
        let connection = connect(path, patience)?;
        let found = fixed::look(&connection, path)?;
        if connection.is_readonly("main")? {
            return Err(refused(unwritable(path, None)));
        }
        let mode: String =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |it| it.get(0))?;
        if mode != "wal" {
            return Err(refused(no_shared_memory(path)));
        }
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        connection.pragma_update(None, "journal_size_limit", LOG_BYTES.cast_signed())?;
        if !matches!(found, Found::Empty | Found::Ours) {
            copy::before_upgrade(&connection, path).map_err(refused)?;
        }
        if found != Found::Ours || upgrade::is_needed(&connection, schema)? {
            connection.pragma_update(None, "synchronous", "FULL")?;
            let transaction = begin(&connection, TransactionBehavior::Immediate)?;
            let found = fixed::look(&transaction, path)?;
            upgrade::upgrade(&transaction, found, schema)?;
            transaction.commit()?;
        }
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let tables = catalog::tables(&connection, schema)?;
        // The file is sound and ours, so this connection may tidy up when it closes.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        Ok((connection, tables))
    }

    /// A further connection, which cannot write.
    pub(crate) fn reader(&self) -> rusqlite::Result<Bounded> {
        connect(&self.path, self.patience)?.read_only()
    }

    /// The tables as the running transaction sees them: another version of this
    /// program may have added some since, which it counts by `generation`.
    pub(crate) fn tables(
        &self,
        connection: &Connection,
        generation: i64,
    ) -> rusqlite::Result<Arc<Tables>> {
        let known = Arc::clone(&self.tables.read().unwrap_or_else(PoisonError::into_inner));
        if generation == known.generation {
            return Ok(known);
        }
        let tables = Arc::new(catalog::tables(connection, &self.schema)?);
        let mut known = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        *known = Arc::clone(&tables);
        Ok(tables)
    }

    /// The connection that writes, for this thread alone.
    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        locked(&self.writer)
    }

    /// Closes every connection but the one that writes, whose `log` this is.
    pub(crate) fn close_others(&self, log: &mut Log) {
        log.wait();
        self.readers.close();
        locked(&self.watcher).take();
    }

    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// Refuses to go on with a file that is not at its path any more: SQLite would go on
    /// with it, and what is written would be gone with the last process that has it open.
    fn is_in_place(&self) -> Result<()> {
        if self.file.is_none() || files::identity(&self.path) == self.file {
            Ok(())
        } else {
            Err(moved(&self.path, None))
        }
    }

    fn named<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|it| failure(&self.path, it))
    }

    pub(crate) fn tx<'a>(
        &'a self,
        connection: &'a Connection,
        tables: &'a Tables,
        look: Look,
    ) -> SqliteTx<'a> {
        SqliteTx::new(connection, tables, look, &self.schema, &self.path)
    }
}

impl Writer {
    /// Can only be changed between transactions.
    pub(crate) fn set_durability(&mut self, durability: Durability) -> rusqlite::Result<()> {
        if self.durability != durability {
            let value = match durability {
                Durability::Full => "FULL",
                Durability::Normal => "NORMAL",
            };
            self.connection.pragma_update(None, "synchronous", value)?;
            self.durability = durability;
        }
        Ok(())
    }
}

impl Store for SqliteStore {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn write(&self, durability: Durability, job: WriteJob<'_>) -> Result<()> {
        self.is_in_place()?;
        let mut writer = self.writer();
        self.named(writer.set_durability(durability))?;
        let transaction = self.named(begin(&writer.connection, TransactionBehavior::Immediate))?;
        let look = self.named(Look::at(&transaction))?;
        let tables = self.named(self.tables(&transaction, look.generation))?;
        let mut tx = self.tx(&transaction, &tables, look);
        job(&mut tx)?;
        tx.finish()?;
        drop(tx);
        if transaction.is_autocommit() {
            return Err(given_up(&self.path));
        }
        self.named(transaction.commit())?;
        writer.log.tend(&self.path);
        Ok(())
    }

    fn read(&self, job: ReadJob<'_>) -> Result<()> {
        self.is_in_place()?;
        let open = || self.named(self.reader());
        self.readers.with(open, |reader| {
            let read = look(reader, catalog::LOOK, |row| {
                let look = self.named(Look::read(row))?;
                let tables = self.named(self.tables(reader, look.generation))?;
                job(&self.tx(reader, &tables, look))
            });
            self.named(read)?
        })?
    }

    fn version(&self) -> Result<u64> {
        let mut watcher = locked(&self.watcher);
        let connection = match watcher.take() {
            Some(connection) => connection,
            None => self.named(self.reader())?,
        };
        let version: i64 =
            self.named(connection.pragma_query_value(None, "data_version", |row| row.get(0)))?;
        *watcher = Some(connection);
        Ok(version.cast_unsigned())
    }

    fn backup(&self, to: &Path) -> Result<bool> {
        self.copy_to(to).map(|()| true)
    }

    fn restore(&self, from: &Path) -> Result<()> {
        self.copy_from(from)
    }

    fn sweep(&self) -> Result<()> {
        self.is_in_place()?;
        self.zero()
    }

    fn sweep_copy(&self, copy: &Path, job: WriteJob<'_>) -> Result<()> {
        self.zero_copy(copy, job)
    }

    fn file(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn take_rows(&self, from: &Path, job: TakeJob<'_>) -> Result<Option<u64>> {
        self.is_in_place()?;
        self.take_from(from, job)
    }

    fn read_copy(&self, from: &Path, job: ReadJob<'_>) -> Result<()> {
        self.read_from(from, job)
    }
}

fn no_shared_memory(path: &Path) -> Error {
    Error::Store {
        what: format!("the disk that holds {} cannot be shared by processes", path.display()),
        help: "choose a place on a local disk".into(),
        source: None,
    }
}

#[cfg(test)]
mod tests;
