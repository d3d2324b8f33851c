//! Rows in memory: for throw-away runs, for tests, and as the reference for what a
//! [`Store`] must do. It is as plain as it can be; nothing in it is fast on purpose
//! except that a failed transaction costs no more than what it changed, and that whoever reads
//! keeps nobody from writing: rows are copied if somebody writes meanwhile.

mod data;
mod find;
mod log;
mod queue;
mod rows;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use driftline_core::{
    BackendPlugin, Durability, Hub, Result, Schema, Scratch, Store,
    store::{ReadJob, WriteJob},
};

use crate::data::Data;

driftline_core::inventory::submit! {
    BackendPlugin {
        name: "memory",
        doc: "Nothing is kept: for a throw-away run",
        settings: &[],
        local: Some(|open| Ok(Arc::new(MemoryStore::new(open.schema)))),
        remote: Some(|open| {
            let store = Arc::new(MemoryStore::new(open.schema));
            Ok(Arc::new(Hub::open(store, "memory", &*open.env)?))
        }),
        scratch: Some(|| Ok(Box::new(MemoryStore::new(&Schema::of([])?)))),
        ..BackendPlugin::NONE
    }
}

/// A store that ends with its process. Clones share their rows.
#[derive(Clone)]
pub struct MemoryStore {
    schema: Schema,
    data: Arc<Mutex<Arc<Data>>>,
}

impl MemoryStore {
    /// An empty store for these entities.
    pub fn new(schema: &Schema) -> Self {
        Self { schema: schema.clone(), data: Arc::new(Mutex::new(Arc::new(Data::new(schema)))) }
    }

    fn data(&self) -> MutexGuard<'_, Arc<Data>> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn write(&self, _durability: Durability, job: WriteJob<'_>) -> Result<()> {
        let mut data = self.data();
        // Taken back on a panic of the job, too.
        let guard = RollBack(Arc::make_mut(&mut data));
        job(guard.0)?;
        guard.0.commit();
        Ok(())
    }

    fn read(&self, job: ReadJob<'_>) -> Result<()> {
        let data = Arc::clone(&*self.data());
        job(&*data)
    }

    fn version(&self) -> Result<u64> {
        Ok(self.data().version())
    }
}

impl Scratch for MemoryStore {
    fn open(&self, schema: &Schema) -> Result<Arc<dyn Store>> {
        Arc::make_mut(&mut self.data()).learn(schema);
        Ok(Arc::new(Self { schema: schema.clone(), data: self.data.clone() }))
    }

    fn copy(&self) -> Result<Box<dyn Scratch>> {
        let data = Arc::new(Mutex::new(Arc::clone(&*self.data())));
        Ok(Box::new(Self { schema: self.schema.clone(), data }))
    }
}

/// Undoes what was not committed.
struct RollBack<'a>(&'a mut Data);

impl Drop for RollBack<'_> {
    fn drop(&mut self) {
        self.0.roll_back();
    }
}
