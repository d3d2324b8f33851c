//! A remote whose calls go on while the device is busy. Storing a page blocks the thread that syncs,
//! and a call of several steps would wait at its first one until that is done.

use std::{panic::resume_unwind, sync::Arc, thread};

use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Change, Env, Error, Hear, Limits, Page, Pull, Push, Result, Store,
    TakeSnapshot,
};
use futures_util::future::BoxFuture;
use tokio::{
    runtime::Handle,
    sync::oneshot,
    task::{JoinError, JoinHandle},
};

use crate::background::{no_room, runtime};

/// A remote whose pulls and pushes run on a thread of their own, with a tokio runtime for sockets
/// and timers. Everything else runs where it is called.
///
/// ```
/// use std::sync::Arc;
/// use driftline::{OwnThread, SqliteHub, core::Backend as _};
///
/// # fn main() -> driftline::Result<()> {
/// # let folder = tempfile::tempdir().unwrap();
/// let hub = SqliteHub::open(folder.path().join("shared.db"))?;
/// let remote = OwnThread::of(Arc::new(hub))?;
/// assert!(remote.name().ends_with("shared.db"));
/// # Ok(())
/// # }
/// ```
pub struct OwnThread {
    remote: Arc<dyn Backend>,
    tasks: Handle,
    /// The thread ends when this is dropped.
    _end: oneshot::Sender<()>,
}

impl OwnThread {
    /// Starts a thread for `remote`.
    ///
    /// # Errors
    /// When the system gives no thread, or no sockets and timers.
    pub fn of(remote: Arc<dyn Backend>) -> Result<Self> {
        let runtime = runtime()?;
        let tasks = runtime.handle().clone();
        let (end, ended) = oneshot::channel();
        let run = move || {
            // Nobody sends anything.
            let _ = runtime.block_on(ended);
            runtime.shutdown_background();
        };
        let begun = thread::Builder::new().name("driftline-remote".into()).spawn(run);
        begun.map_err(|error| no_room("thread", error))?;
        Ok(Self { remote, tasks, _end: end })
    }

    async fn run<T: Send + 'static>(
        &self,
        call: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let mut call = Call(self.tasks.spawn(call));
        match (&mut call.0).await {
            Ok(done) => done,
            Err(error) => Err(self.broken(error)),
        }
    }

    fn broken(&self, error: JoinError) -> Error {
        if error.is_panic() {
            resume_unwind(error.into_panic());
        }
        let source = Some(error.into());
        Error::Unavailable { remote: self.remote.name(), retry_after: None, source }
    }
}

/// A call. Who does not wait for it any more ends it, as any future.
struct Call<T>(JoinHandle<T>);

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[async_trait]
impl Backend for OwnThread {
    fn name(&self) -> String {
        self.remote.name()
    }

    fn limits(&self) -> Limits {
        self.remote.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        let remote = self.remote.clone();
        self.run(async move { remote.pull(request).await }).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        let remote = self.remote.clone();
        self.run(async move { remote.push(request).await }).await
    }

    async fn snapshot(&self, store: &dyn Store, take: TakeSnapshot<'_>) -> Result<Option<u64>> {
        self.remote.snapshot(store, take).await
    }

    async fn sweep(&self, is_own: bool) -> Result<Vec<String>> {
        self.remote.sweep(is_own).await
    }

    async fn read_again(&self, text: &str) -> Result<Option<Change>> {
        self.remote.read_again(text).await
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        self.remote.listen(env, hear)
    }
}
