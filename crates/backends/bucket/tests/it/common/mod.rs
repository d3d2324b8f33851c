//! A store whose wire fails, and buckets over it.

pub(crate) mod halt;
pub(crate) mod listing;
pub(crate) mod refuse;
pub(crate) mod story;
pub(crate) mod wire;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use driftline_bucket::{Bucket, BucketSetUp, Connect, Connection, MakeMirror, Options, StoreTime};
use driftline_core::{Env, ExposeSecret as _, Result, Schema, Secrets, SetUp, Start};
use driftline_memory::MemoryStore;
use driftline_testing::MemorySecrets;
use futures_executor::block_on;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, memory::InMemory, path::Path};

pub(crate) const PLACE: &str = "memory bucket";

/// Reaches a store that is there already, with the key that is kept.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) secrets: Arc<MemorySecrets>,
    pub(crate) time: StoreTime,
}

#[async_trait]
impl Connect for Given {
    fn name(&self) -> String {
        PLACE.into()
    }

    async fn connect(&self) -> Result<Connection> {
        Ok(Connection { store: self.store.clone(), time: self.time.clone() })
    }
}

impl Given {
    pub(crate) fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, secrets: Arc::default(), time: StoreTime::default() }
    }

    pub(crate) fn in_memory() -> Self {
        Self::new(Arc::new(InMemory::new()))
    }

    /// The same place, from a device without a key.
    pub(crate) fn elsewhere(&self) -> Self {
        Self::new(self.store.clone())
    }

    pub(crate) fn set_up(&self, is_sealed: bool, env: &Arc<dyn Env>) -> BucketSetUp {
        BucketSetUp::new(Box::new(self.clone()), self.secrets.clone(), is_sealed, env.clone())
    }

    pub(crate) fn begin(&self, is_sealed: bool, env: &Arc<dyn Env>) -> Result<()> {
        block_on(self.set_up(is_sealed, env).begin(Start::Join)).map(|_| ())
    }

    pub(crate) fn bucket(&self, schema: &Schema, env: &Arc<dyn Env>, options: Options) -> Bucket {
        let (schema, made) = (schema.clone(), Mutex::new(BTreeMap::new()));
        // One for each space, which lasts as long as the device does.
        let mirrors: MakeMirror = Box::new(move |space| {
            let mut made = made.lock().unwrap();
            let make = || Arc::new(MemoryStore::new(&schema));
            Ok(made.entry(space.epoch.clone()).or_insert_with(make).clone())
        });
        let secrets = self.secrets.clone();
        Bucket::new(Box::new(self.clone()), secrets, mirrors, env.clone()).with_options(options)
    }

    pub(crate) fn words(&self) -> Option<String> {
        let words = block_on(self.secrets.load(PLACE, "key")).unwrap();
        words.map(|it| it.expose_secret().to_owned())
    }

    /// Has these words, as somebody who typed them in.
    pub(crate) fn keep(&self, words: &str) {
        block_on(self.secrets.save(PLACE, "key", &words.to_owned().into())).unwrap();
    }

    pub(crate) fn put(&self, name: &str, bytes: Vec<u8>) {
        block_on(self.store.put(&Path::from(name), PutPayload::from(bytes))).unwrap();
    }
}

/// Every object, by its name.
pub(crate) fn objects(store: &dyn ObjectStore) -> Vec<(String, Vec<u8>)> {
    block_on(async {
        use futures_util::TryStreamExt as _;
        let mut all = Vec::new();
        for meta in store.list(None).try_collect::<Vec<_>>().await.unwrap() {
            let bytes = store.get(&meta.location).await.unwrap().bytes().await.unwrap();
            all.push((meta.location.to_string(), bytes.to_vec()));
        }
        all.sort();
        all
    })
}

/// Makes a store hold these objects and no others.
pub(crate) fn fill(store: &dyn ObjectStore, all: &[(String, Vec<u8>)]) {
    block_on(replace(store, all));
}

/// Removes everything in a folder.
async fn clear(store: &dyn ObjectStore, folder: &str) {
    use futures_util::TryStreamExt as _;
    let all = store.list(Some(&Path::from(folder))).try_collect::<Vec<_>>().await.unwrap();
    for meta in all {
        store.delete(&meta.location).await.unwrap();
    }
}

async fn replace(store: &dyn ObjectStore, all: &[(String, Vec<u8>)]) {
    use futures_util::TryStreamExt as _;
    for meta in store.list(None).try_collect::<Vec<_>>().await.unwrap() {
        store.delete(&meta.location).await.unwrap();
    }
    for (name, bytes) in all {
        store.put(&Path::from(name.as_str()), PutPayload::from(bytes.clone())).await.unwrap();
    }
}
