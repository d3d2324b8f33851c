//! A store that refuses some kind of call, as services and disks do.

use std::{fmt, io, sync::Arc};

use async_trait::async_trait;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, path::Path,
};

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    List,
    Read,
    Write,
    Delete,
}

/// How it is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) enum As {
    /// As a service without permission.
    Forbidden,
    /// As a disk.
    Disk(io::ErrorKind),
}

/// Refuses one kind of call.
#[derive(Debug)]
pub(crate) struct Refuse {
    pub(crate) below: Arc<dyn ObjectStore>,
    pub(crate) call: Call,
    pub(crate) with: As,
}

impl Refuse {
    fn check(&self, call: Call) -> Result<()> {
        match self.with {
            _ if call != self.call => Ok(()),
            As::Forbidden => {
                Err(Error::PermissionDenied { path: "path".into(), source: "AccessDenied".into() })
            }
            As::Disk(kind) => Err(Error::Generic {
                store: "LocalFileSystem",
                source: Box::new(io::Error::from(kind)),
            }),
        }
    }
}

impl fmt::Display for Refuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Refuse")
    }
}

#[async_trait]
impl ObjectStore for Refuse {
    async fn put_opts(
        &self,
        path: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.check(Call::Write)?;
        self.below.put_opts(path, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.check(Call::Write)?;
        self.below.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.check(Call::Read)?;
        self.below.get_opts(path, options).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        match self.check(Call::Delete) {
            Ok(()) => self.below.delete_stream(paths),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.check(Call::List) {
            Ok(()) => self.below.list(prefix),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.check(Call::List)?;
        self.below.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.check(Call::Write)?;
        self.below.copy_opts(from, to, options).await
    }
}
