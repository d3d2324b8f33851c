//! How a config file names this backend.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use driftline_core::{
    Backend, BackendPlugin, Error, OpenBackend, Result, Schema, SecretString, Secrets, SetUp,
    Store, Value, inventory,
};
use driftline_sealing::{KEY, wanted};
use driftline_sqlite::SqliteStore;

use crate::{
    address::{Address, Credentials},
    bucket::{Bucket, Connect, Connection, MakeMirror},
    set_up::BucketSetUp,
    space::Space,
};

const ID: &str = "access_key_id";
const SECRET: &str = "secret_access_key";

inventory::submit! {
    BackendPlugin {
        name: "bucket",
        doc: "A bucket of your own (S3, R2, Google, Azure), or a folder; sealed with your key",
        settings: &[
            (
                "url",
                "s3://BUCKET, gs://BUCKET, az://CONTAINER, https://ENDPOINT/BUCKET (R2 and others) \
                 or file:///FOLDER on a local disk; a path after the bucket is a folder in it",
            ),
            ("region", "the region of the bucket, where it has one"),
            ("sealed", "true (default) seals what is written with a key that stays on your devices"),
        ],
        secrets: &[
            (ID, "the name of the access key; not needed where the environment has credentials"),
            (SECRET, "the access key itself"),
            (KEY, "the words of the key that the bucket is sealed with, as another device shows them"),
        ],
        set_up: Some(open_set_up),
        examine: Some(|open| Ok(Arc::new(bucket(open, Place::of(open)?)))),
        remote: Some(open_remote),
        ..BackendPlugin::NONE
    }
}

fn open_remote(open: &OpenBackend<'_>) -> Result<Arc<dyn Backend>> {
    let place = Place::of(open)?;
    Ok(Arc::new(bucket(open, place)))
}

fn bucket(open: &OpenBackend<'_>, place: Place) -> Bucket {
    let (secrets, mirrors) = (place.secrets.clone(), mirrors(open.profile, open.schema));
    Bucket::new(Box::new(place), secrets, mirrors, open.env.clone())
}

fn open_set_up(open: &OpenBackend<'_>) -> Result<Arc<dyn SetUp>> {
    let place = Place::of(open)?;
    let secrets = place.secrets.clone();
    let is_sealed = wanted(open.settings)?.unwrap_or(true);
    let log = bucket(open, Place::of(open)?);
    let set_up = BucketSetUp::new(Box::new(place), secrets, is_sealed, open.env.clone());
    Ok(Arc::new(set_up.with_log(log)))
}

/// A file in the profile for each space, so that a config that points elsewhere does not read
/// the mirror of another place.
fn mirrors(profile: &Path, schema: &'static Schema) -> MakeMirror {
    let profile: PathBuf = profile.to_owned();
    Box::new(move |space: &Space| -> Result<Arc<dyn Store>> {
        let name = format!("mirror-{}-{}.db", space.account, space.epoch);
        Ok(Arc::new(SqliteStore::open(&profile.join(name), schema)?))
    })
}

/// A bucket that a config file names.
struct Place {
    address: Address,
    secrets: Arc<dyn Secrets>,
}

impl Place {
    fn of(open: &OpenBackend<'_>) -> Result<Self> {
        let text = |name: &str, takes: &str| match open.settings.get(name) {
            None => Ok(None),
            Some(Value::String(it)) if !it.is_empty() => Ok(Some(it.as_str())),
            Some(_) => Err(Error::bad_value("[remote]", name, takes)),
        };
        let url = text("url", "the address of a bucket, as text")?.unwrap_or_default();
        let address = Address::read(url, text("region", "the name of a region, as text")?)?;
        let secrets = open.secrets.clone().ok_or_else(|| Error::Store {
            what: "a bucket needs a place for its key, and this program has none".into(),
            help: "open it with one".into(),
            source: None,
        })?;
        Ok(Self { address, secrets })
    }

    async fn secret(&self, name: &str) -> Result<Option<SecretString>> {
        self.secrets.load(&self.address.name(), name).await
    }
}

#[async_trait]
impl Connect for Place {
    fn name(&self) -> String {
        self.address.name()
    }

    async fn connect(&self) -> Result<Connection> {
        let (id, secret) = (self.secret(ID).await?, self.secret(SECRET).await?);
        self.address.open(&Credentials { id, secret })
    }
}
