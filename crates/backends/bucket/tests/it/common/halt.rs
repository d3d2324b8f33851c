//! A store whose caller stops: from a certain call on, nothing is ever answered.

use std::{
    fmt,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, path::Path,
};

/// Answers so many calls, and no more.
#[derive(Debug)]
pub(crate) struct Halt {
    below: Arc<dyn ObjectStore>,
    left: Arc<AtomicUsize>,
    has_effect: AtomicBool,
    answered: AtomicUsize,
}

impl Halt {
    pub(crate) fn over(below: Arc<dyn ObjectStore>) -> Self {
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let answered = AtomicUsize::new(0);
        Self { below, left, has_effect: AtomicBool::new(false), answered }
    }

    /// The call after `stop` others is not answered; it has its effect or has none.
    pub(crate) fn at(&self, stop: usize, has_effect: bool) {
        self.has_effect.store(has_effect, Ordering::Relaxed);
        self.left.store(stop, Ordering::Relaxed);
    }

    /// Everything is answered again.
    pub(crate) fn never(&self) {
        self.left.store(usize::MAX, Ordering::Relaxed);
    }

    /// How many calls were answered since this was asked last.
    pub(crate) fn answered(&self) -> usize {
        self.answered.swap(0, Ordering::Relaxed)
    }

    fn is_answered(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        let is_answered =
            self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok();
        self.answered.fetch_add(usize::from(is_answered), Ordering::Relaxed);
        is_answered
    }

    async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        if self.is_answered() {
            return call.await;
        }
        if self.has_effect.load(Ordering::Relaxed) {
            let _unheard = call.await;
        }
        pending().await
    }

    fn stream<T: Send + 'static>(&self, answer: BoxStream<'static, T>) -> BoxStream<'static, T> {
        if self.is_answered() { answer } else { stream::pending().boxed() }
    }
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Halt")
    }
}

#[async_trait]
impl ObjectStore for Halt {
    async fn put_opts(
        &self,
        path: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.call(self.below.put_opts(path, payload, options)).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.below.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.call(self.below.get_opts(path, options)).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let removed = self.below.delete_stream(paths);
        self.stream(removed)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.stream(self.below.list(prefix))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.call(self.below.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.below.copy_opts(from, to, options).await
    }
}
