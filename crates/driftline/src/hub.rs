//! A hub in a file, for the programs of one machine.

use std::path::Path;

use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Change, Env, Hear, Limits, Page, Pull, Push, Result, Schema, Store,
    TakeSnapshot,
};
use futures_util::future::BoxFuture;

use crate::SystemEnv;

/// A hub in a SQLite file that several databases of one machine sync with.
pub struct SqliteHub(driftline_sqlite::SqliteHub);

impl SqliteHub {
    /// Opens the file at `path`, and makes it if it is missing.
    ///
    /// # Errors
    /// When the file cannot be used, is a [`Db`](crate::Db)'s, or is on a network disk or in
    /// a folder that is copied to a cloud, where it would be damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let (schema, env) = (Schema::registered()?, SystemEnv::new()?);
        driftline_sqlite::SqliteHub::open(path.as_ref(), schema, &env).map(Self)
    }
}

#[async_trait]
impl Backend for SqliteHub {
    fn name(&self) -> String {
        self.0.name()
    }

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.0.pull(request).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.0.push(request).await
    }

    async fn snapshot(&self, store: &dyn Store, take: TakeSnapshot<'_>) -> Result<Option<u64>> {
        self.0.snapshot(store, take).await
    }

    async fn read_again(&self, text: &str) -> Result<Option<Change>> {
        self.0.read_again(text).await
    }

    async fn sweep(&self, is_own: bool) -> Result<Vec<String>> {
        self.0.sweep(is_own).await
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        self.0.listen(env, hear)
    }
}
