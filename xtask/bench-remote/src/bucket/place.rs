//! A bucket in a folder, as the engine reaches it: with the key in a file, a mirror for each
//! device, and calls that can be late.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use async_trait::async_trait;
use driftline::OwnThread;
use driftline_bucket::{
    Bucket, BucketSetUp, Connect, Connection, MakeMirror, Options, Space, StoreTime,
};
use driftline_core::{Result as CoreResult, Schema, Store};
use driftline_sqlite::SqliteStore;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result as StoreResult,
    local::LocalFileSystem, path::Path as Name,
};

use crate::{device::environment, secrets::Files};

/// A bucket in a folder, as one device has it.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) store: Arc<Late>,
    /// Where the key is, and the mirror.
    own: PathBuf,
}

impl Place {
    /// The bucket in `folder`, whose calls take `latency`; the device keeps what is its own in
    /// `own`.
    pub(super) fn open(folder: &Path, own: &Path, latency: Duration) -> Result<Self> {
        fs::create_dir_all(folder)?;
        fs::create_dir_all(own)?;
        let below = LocalFileSystem::new_with_prefix(folder)?;
        let store = Arc::new(Late { below, latency, calls: AtomicU64::new(0) });
        Ok(Self { store, own: own.to_owned() })
    }

    pub(super) fn bucket(&self, options: Options) -> Result<OwnThread> {
        let own = self.own.clone();
        let mirrors: MakeMirror = Box::new(move |space: &Space| -> CoreResult<Arc<dyn Store>> {
            let path = own.join(format!("mirror-{}.db", space.epoch));
            Ok(Arc::new(SqliteStore::open(&path, Schema::registered()?)?))
        });
        let (connect, secrets) = (Box::new(self.clone()), Files::secrets(&self.own));
        let remote = Bucket::new(connect, secrets, mirrors, environment()?).with_options(options);
        Ok(OwnThread::of(Arc::new(remote))?)
    }

    /// Makes it a sealed bucket, or learns what is there.
    pub(super) fn set_up(&self) -> Result<BucketSetUp> {
        let (connect, secrets) = (Box::new(self.clone()), Files::secrets(&self.own));
        Ok(BucketSetUp::new(connect, secrets, true, environment()?))
    }
}

#[async_trait]
impl Connect for Place {
    fn name(&self) -> String {
        "bench".into()
    }

    async fn connect(&self) -> CoreResult<Connection> {
        Ok(Connection { store: self.store.clone(), time: StoreTime::default() })
    }
}

/// A folder whose calls take as long as those of a service far away. They are counted.
#[derive(Debug)]
pub(super) struct Late {
    below: LocalFileSystem,
    latency: Duration,
    calls: AtomicU64,
}

impl Late {
    /// How many calls were made since this was asked last.
    pub(super) fn calls(&self) -> u64 {
        self.calls.swap(0, Ordering::Relaxed)
    }

    async fn wait(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
    }

    fn listed(
        &self,
        list: BoxStream<'static, StoreResult<ObjectMeta>>,
    ) -> BoxStream<'static, StoreResult<ObjectMeta>> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let latency = self.latency;
        let late = async move {
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            list
        };
        stream::once(late).flatten().boxed()
    }
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.below.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for Late {
    async fn put_opts(
        &self,
        name: &Name,
        payload: PutPayload,
        options: PutOptions,
    ) -> StoreResult<PutResult> {
        self.wait().await;
        self.below.put_opts(name, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        name: &Name,
        options: PutMultipartOptions,
    ) -> StoreResult<Box<dyn MultipartUpload>> {
        self.wait().await;
        self.below.put_multipart_opts(name, options).await
    }

    async fn get_opts(&self, name: &Name, options: GetOptions) -> StoreResult<GetResult> {
        self.wait().await;
        self.below.get_opts(name, options).await
    }

    fn delete_stream(
        &self,
        names: BoxStream<'static, StoreResult<Name>>,
    ) -> BoxStream<'static, StoreResult<Name>> {
        self.below.delete_stream(names)
    }

    fn list(&self, prefix: Option<&Name>) -> BoxStream<'static, StoreResult<ObjectMeta>> {
        self.listed(self.below.list(prefix))
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Name>,
        offset: &Name,
    ) -> BoxStream<'static, StoreResult<ObjectMeta>> {
        self.listed(self.below.list_with_offset(prefix, offset))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Name>) -> StoreResult<ListResult> {
        self.wait().await;
        self.below.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Name, to: &Name, options: CopyOptions) -> StoreResult<()> {
        self.wait().await;
        self.below.copy_opts(from, to, options).await
    }
}
