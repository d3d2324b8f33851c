//! A wire to a store that loses answers after the effect, lets creations take effect later, and
//! repeats calls by itself, all from a seed.

use std::{
    fmt,
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use driftline_core::{Env, Simulated};
use futures_util::stream::BoxStream;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
    path::Path,
};

/// Objects by their names.
type Objects = Vec<(String, Vec<u8>)>;

/// The wire.
pub(crate) struct Wire {
    pub(crate) below: Arc<dyn ObjectStore>,
    dice: Simulated,
    /// One call of so many fails; none if 0.
    odds: u64,
    late: Mutex<Vec<(Path, PutPayload)>>,
    /// What the store is put back to just before the next pack of a snapshot is written.
    copy: Mutex<Option<Objects>>,
    /// Every pack is removed just before the next snapshot names those that it wrote.
    sweeps: AtomicBool,
}

impl Wire {
    pub(crate) fn new(below: Arc<dyn ObjectStore>, seed: u64, odds: u64) -> Self {
        let (late, copy, sweeps) = Default::default();
        Self { below, dice: Simulated::new(seed, 0), odds, late, copy, sweeps }
    }

    /// Puts the store back to `copy` while a device writes its next snapshot.
    pub(crate) fn put_back_at_snapshot(&self, copy: Vec<(String, Vec<u8>)>) {
        *self.copy.lock().unwrap() = Some(copy);
    }

    /// Removes every pack while a device writes its next snapshot.
    pub(crate) fn sweep_at_snapshot(&self) {
        self.sweeps.store(true, Ordering::Relaxed);
    }

    /// Forgets what is on the way.
    pub(crate) fn forget(&self) {
        self.late.lock().unwrap().clear();
    }

    fn fails(&self) -> bool {
        self.odds > 0 && self.dice.random().is_multiple_of(self.odds)
    }

    async fn arrive(&self) {
        if !self.dice.random().is_multiple_of(3) {
            return;
        }
        let late = self.late.lock().unwrap().pop();
        if let Some((path, payload)) = late {
            let _late = self.below.put_opts(&path, payload, PutMode::Create.into()).await;
        }
    }
}

fn lost() -> Error {
    Error::Generic { store: "wire", source: "the answer was lost".into() }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

#[async_trait]
impl ObjectStore for Wire {
    async fn put_opts(
        &self,
        path: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.arrive().await;
        if path.as_ref().starts_with("data/") {
            let copy = self.copy.lock().unwrap().take();
            if let Some(copy) = copy {
                super::replace(&*self.below, &copy).await;
            }
        }
        if path.as_ref().starts_with("snapshot/") && self.sweeps.swap(false, Ordering::Relaxed) {
            super::clear(&*self.below, "data").await;
        }
        let is_create = options.mode == PutMode::Create;
        if !self.fails() {
            return self.below.put_opts(path, payload, options).await;
        }
        match self.dice.random() % 4 {
            0 if is_create => self.late.lock().unwrap().push((path.clone(), payload)),
            1 => {}
            2 if is_create => {
                let _repeated = self.below.put_opts(path, payload.clone(), options.clone()).await;
                return self.below.put_opts(path, payload, options).await;
            }
            _ => {
                let _unheard = self.below.put_opts(path, payload, options).await;
            }
        }
        Err(lost())
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.below.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.arrive().await;
        if self.fails() { Err(lost()) } else { self.below.get_opts(path, options).await }
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.below.get_ranges(path, ranges).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.below.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.below.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.below.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.below.copy_opts(from, to, options).await
    }
}

/// A store that says that it creates only what is absent, and overwrites.
#[derive(Debug)]
pub(crate) struct Careless(pub(crate) Arc<dyn ObjectStore>);

impl fmt::Display for Careless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Careless")
    }
}

#[async_trait]
impl ObjectStore for Careless {
    async fn put_opts(&self, path: &Path, payload: PutPayload, _: PutOptions) -> Result<PutResult> {
        self.0.put_opts(path, payload, PutOptions::default()).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(path, options).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}
