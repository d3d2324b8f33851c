//! A hub in a file, at work in threads of its own: it reads a page while a device stores the
//! one before, and stores rows while the device reads those that go next.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Change, Env, Hear, Hub, Limits, Page, Pull, Push, Result, Schema, Store,
    TakeSnapshot,
};
use futures_util::future::BoxFuture;

use crate::{SqliteStore, worker::Worker};

/// One stores rows; another one reads for somebody else meanwhile.
const THREADS: usize = 2;

/// A hub in a SQLite file that devices of one machine sync with.
pub struct SqliteHub {
    hub: Arc<Hub>,
    worker: Worker,
}

impl SqliteHub {
    /// Opens the file at `path`, and makes it if it is missing.
    ///
    /// # Errors
    /// As [`SqliteStore::open_hub`].
    pub fn open(path: &Path, schema: &Schema, env: &dyn Env) -> Result<Self> {
        let store = SqliteStore::open_hub(path, schema)?;
        let person = store.person();
        Self::over(Arc::new(store), &person, env)
    }

    /// Serves `store` to `person`.
    ///
    /// # Errors
    /// As [`Hub::open`], and when no thread can be started.
    pub fn over(store: Arc<dyn Store>, person: &str, env: &dyn Env) -> Result<Self> {
        let hub = Arc::new(Hub::open(store, person, env)?);
        Ok(Self { hub, worker: Worker::start("driftline-hub", THREADS)? })
    }
}

#[async_trait]
impl Backend for SqliteHub {
    fn name(&self) -> String {
        self.hub.name()
    }

    fn limits(&self) -> Limits {
        self.hub.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        let hub = Arc::clone(&self.hub);
        self.worker.run(move || hub.page(&request)).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        let hub = Arc::clone(&self.hub);
        self.worker.run(move || hub.take(request)).await
    }

    async fn snapshot(&self, store: &dyn Store, take: TakeSnapshot<'_>) -> Result<Option<u64>> {
        self.hub.snapshot(store, take).await
    }

    async fn sweep(&self, is_own: bool) -> Result<Vec<String>> {
        self.hub.sweep(is_own).await
    }

    async fn read_again(&self, text: &str) -> Result<Option<Change>> {
        self.hub.read_again(text).await
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        self.hub.listen(env, hear)
    }
}
