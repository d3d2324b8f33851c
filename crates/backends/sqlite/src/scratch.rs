//! A file that is gone with its owner: what the convergence suite runs over.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use driftline_core::{Error, Result, Schema, Scratch, Store};

use crate::SqliteStore;

/// A disk in memory, where the system has one: thousands of files come and go.
const MEMORY_DISK: &str = "/dev/shm";

/// A database in a folder of its own.
pub(crate) struct TemporaryFile(PathBuf);

impl TemporaryFile {
    pub(crate) fn new() -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let memory = PathBuf::from(MEMORY_DISK);
        let base = if memory.is_dir() { memory } else { env::temp_dir() };
        let (process, place) = (process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = base.join(format!("driftline-suite-{process}-{place}"));
        fs::create_dir(&folder).map_err(|error| Error::Store {
            what: format!("{} cannot be made", folder.display()),
            help: "make room there, or remove what an earlier run left".into(),
            source: Some(Box::new(error)),
        })?;
        Ok(Self(folder))
    }

    /// Starts from a copy of an empty store: making one takes ten times as long.
    fn copy_model(&self, schema: &Schema) -> Result<()> {
        static MODELS: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
        let unreadable = |error| Error::Store {
            what: format!("{} cannot be written", self.path().display()),
            help: "make room there".into(),
            source: Some(Box::new(error)),
        };
        let mut models = MODELS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = models.get(schema.fingerprint()) {
            return fs::write(self.path(), model).map_err(unreadable);
        }
        drop(SqliteStore::open(&self.path(), schema)?);
        let model = fs::read(self.path()).map_err(unreadable)?;
        models.insert(schema.fingerprint().to_owned(), model);
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.0.join("scratch.db")
    }
}

impl Scratch for TemporaryFile {
    fn open(&self, schema: &Schema) -> Result<Arc<dyn Store>> {
        if !self.path().exists() {
            self.copy_model(schema)?;
        }
        Ok(Arc::new(SqliteStore::open(&self.path(), schema)?))
    }

    fn copy(&self) -> Result<Box<dyn Scratch>> {
        let copy = Self::new()?;
        if Path::exists(&self.path()) {
            SqliteStore::open(&self.path(), &Schema::of([])?)?.copy_to(&copy.path())?;
        }
        Ok(Box::new(copy))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // Whoever still has it open goes on without a name for it.
        let _ = fs::remove_dir_all(&self.0);
    }
}
