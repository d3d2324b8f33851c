//! The calls that the log consists of: list, get, create if absent, overwrite by empty.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use driftline_core::{Error, Millis, Result};
use futures_util::TryStreamExt as _;
use object_store::{
    Error as Cause, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload, path::Path,
};

use crate::{fault, names, seal::Codec, space::Space};

/// What a listing says of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) tag: Option<String>,
    pub(crate) size: u64,
    /// When it was written, by the store's clock.
    pub(crate) written: Millis,
}

impl Object {
    pub(crate) fn of(meta: &ObjectMeta) -> Self {
        let written = Millis::try_from(meta.last_modified.timestamp_millis()).unwrap_or(0);
        Self { tag: meta.e_tag.clone(), size: meta.size, written }
    }
}

/// What there is: the space, the entries from one on, the snapshots, and what devices lack.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) space: Option<Object>,
    pub(crate) entries: BTreeMap<u64, Object>,
    pub(crate) snapshots: BTreeMap<u64, Object>,
    /// The entries that devices lack.
    pub(crate) wanted: BTreeSet<u64>,
}

/// What is known of a creation.
#[derive(Debug)]
pub(crate) enum Created {
    /// It was created, under this tag.
    Yes(Option<String>),
    /// Something was there before; a client that repeats a call by itself finds its own.
    Exists,
    /// No answer came.
    Unknown(Error),
}

/// The objects of one epoch.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) name: String,
    pub(crate) epoch: String,
    pub(crate) codec: Codec,
}

impl Log {
    /// That of a space, before its keys are known.
    pub(crate) fn new(store: Arc<dyn ObjectStore>, name: &str, space: &Space) -> Self {
        let codec = Codec::new(name, space, None);
        Self { store, name: name.to_owned(), epoch: space.epoch.clone(), codec }
    }

    /// What there is from entry `from` on. Who has read none first looks for a snapshot. The
    /// newest one after `from` stands; void ones are left out.
    pub(crate) async fn list(&self, from: u64) -> Result<Listed> {
        if from == 0 {
            let path = Path::from(format!("snapshot/{}", self.epoch));
            let listed = self.list_standing(&path, from).await?;
            if !listed.snapshots.is_empty() {
                return Ok(listed);
            }
        }
        self.list_standing(&names::entry(&self.epoch, from.saturating_sub(1)), from).await
    }

    async fn list_standing(&self, offset: &Path, from: u64) -> Result<Listed> {
        let mut listed = self.list_after(offset).await?;
        while let Some((&number, _)) = listed.snapshots.last_key_value()
            && number > from
            && !self.stands(number).await?
        {
            listed.snapshots.remove(&number);
        }
        Ok(listed)
    }

    /// What there is behind this name, void snapshots included.
    pub(crate) async fn list_after(&self, offset: &Path) -> Result<Listed> {
        let found = self.store.list_with_offset(None, offset).try_collect::<Vec<_>>().await;
        let mut listed = Listed::default();
        for meta in found.map_err(|it| self.failed("listing", it))? {
            if meta.location.as_ref() == names::SPACE {
                listed.space = Some(Object::of(&meta));
                continue;
            }
            match names::read(&meta.location) {
                Some(("entry", epoch, number)) if epoch == self.epoch => {
                    listed.entries.insert(number, Object::of(&meta));
                }
                Some(("snapshot", epoch, number)) if epoch == self.epoch && meta.size > 0 => {
                    listed.snapshots.insert(number, Object::of(&meta));
                }
                Some(("wanted", epoch, number)) if epoch == self.epoch && meta.size > 0 => {
                    listed.wanted.insert(number);
                }
                _ => {}
            }
        }
        Ok(listed)
    }

    /// The object and what is said of it; none if there is none.
    pub(crate) async fn get(&self, path: &Path) -> Result<Option<(Bytes, Object)>> {
        let got = match self.store.get(path).await {
            Ok(got) => got,
            Err(error) if fault::is_absent(&error) => return Ok(None),
            Err(error) => return Err(self.failed("reading", error)),
        };
        let object = Object::of(&got.meta);
        let bytes = got.bytes().await.map_err(|it| self.failed("reading", it))?;
        Ok(Some((bytes, object)))
    }

    /// Creates an object if there is none of its name.
    pub(crate) async fn create(&self, path: &Path, bytes: Bytes) -> Result<Created> {
        let put = self.store.put_opts(path, PutPayload::from(bytes), PutMode::Create.into()).await;
        match put {
            Ok(put) => Ok(Created::Yes(put.e_tag)),
            Err(Cause::AlreadyExists { .. } | Cause::Precondition { .. }) => Ok(Created::Exists),
            Err(error) => match self.failed("writing", error) {
                error @ Error::Unavailable { .. } => Ok(Created::Unknown(error)),
                error => Err(error),
            },
        }
    }

    /// Writes an object, whatever is there.
    pub(crate) async fn put(&self, path: &Path, bytes: Bytes) -> Result<()> {
        let put = self.store.put(path, PutPayload::from(bytes)).await;
        put.map(|_| ()).map_err(|it| self.failed("writing", it))
    }

    /// Removes an object, if it is there. Who may write and not delete empties it.
    pub(crate) async fn remove(&self, path: &Path) -> Result<()> {
        match self.store.delete(path).await {
            Ok(()) | Err(Cause::NotFound { .. }) => Ok(()),
            Err(error) if fault::is_forbidden(&error) => self.put(path, Bytes::new()).await,
            Err(error) => Err(self.failed("deleting", error)),
        }
    }

    fn failed(&self, doing: &str, error: Cause) -> Error {
        fault::failed_to(&self.name, doing, error)
    }
}
