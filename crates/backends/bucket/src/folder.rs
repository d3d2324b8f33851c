//! A folder of a disk as a store of objects. Only what is ours in it is listed: names there that
//! are no text, folders that nobody may read and links to elsewhere belong to others.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use object_store::{
    CopyOptions, Error as Cause, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt as _, PutMultipartOptions, PutOptions, PutPayload, PutResult,
    Result, local::LocalFileSystem, path::Path,
};

use crate::names;

/// A folder.
#[derive(Debug)]
pub(crate) struct Folder(Arc<LocalFileSystem>);

impl Folder {
    pub(crate) fn new(below: LocalFileSystem) -> Self {
        Self(Arc::new(below))
    }

    fn space(&self) -> BoxStream<'static, Result<ObjectMeta>> {
        let below = self.0.clone();
        let found = stream::once(async move { below.head(&Path::from(names::SPACE)).await });
        let is_there = |it: &Result<ObjectMeta>| !matches!(it, Err(Cause::NotFound { .. }));
        found.filter(move |it| std::future::ready(is_there(it))).boxed()
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for Folder {
    async fn put_opts(
        &self,
        path: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.0.put_opts(path, payload, options).await
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
        self.list_with_offset(prefix, &Path::default())
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        if prefix.is_some() {
            return self.0.list_with_offset(prefix, offset);
        }
        let kind = offset.as_ref().split('/').next().unwrap_or_default();
        let kinds = names::KINDS.into_iter().filter(|it| *it >= kind);
        let lists: Vec<_> =
            kinds.map(|it| self.0.list_with_offset(Some(&Path::from(it)), offset)).collect();
        stream::iter(lists).flatten().chain(self.space()).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}
