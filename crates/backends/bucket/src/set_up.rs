//! What a person does once with a place: it is tried, and a space is made or joined.

use std::sync::Arc;

use async_trait::async_trait;
use driftline_core::{
    Begun, Env, Error, ExposeSecret as _, Result, SecretString, Secrets, SetUp, Start, Tried,
};
use futures_util::TryStreamExt as _;
use object_store::{
    Error as Cause, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload, path::Path,
};

use crate::{
    bucket::{Connect, Connection, read_space},
    fault, names,
    race::race,
    seal::Key,
    space::{FORMAT, Space, random_name},
};

/// The name under which the words of the key are kept.
pub(crate) const KEY: &str = "key";

/// The name under which the person of a place is kept, who stays the same when the place is
/// filled again.
const PERSON: &str = "person";

/// Sets a bucket up.
pub struct BucketSetUp {
    connect: Box<dyn Connect>,
    secrets: Arc<dyn Secrets>,
    place: String,
    is_sealed: bool,
    env: Arc<dyn Env>,
}

impl BucketSetUp {
    /// For what `connect` reaches. Its key is kept in `secrets` under the name of the place; a
    /// new space is sealed if `is_sealed`.
    pub fn new(
        connect: Box<dyn Connect>,
        secrets: Arc<dyn Secrets>,
        is_sealed: bool,
        env: Arc<dyn Env>,
    ) -> Self {
        let place = connect.name();
        Self { connect, secrets, place, is_sealed, env }
    }

    async fn try_one(&self, store: &dyn ObjectStore) -> Result<u64> {
        let failed = |it| fault::failed(&self.place, it);
        let path = Path::from(format!("{}/{}", names::TEST, random_name(&*self.env)));
        store.put(&path, PutPayload::from_static(b"driftline")).await.map_err(failed)?;
        let before = self.env.monotonic();
        let got = store.get(&path).await.map_err(failed)?.bytes().await.map_err(failed)?;
        let round_trip = self.env.monotonic().saturating_sub(before);
        store.delete(&path).await.map_err(failed)?;
        if &got[..] != b"driftline" {
            return Err(fault::changed(&self.place, "an object", "it was read otherwise"));
        }
        Ok(round_trip)
    }

    async fn has_others(&self, store: &dyn ObjectStore) -> Result<bool> {
        let listed = store.list_with_delimiter(None).await;
        let listed = listed.map_err(|it| fault::failed(&self.place, it))?;
        let ours = ["data", "entry", "snapshot", names::TEST];
        let folders = listed.common_prefixes.iter().any(|it| !ours.contains(&it.as_ref()));
        Ok(folders || listed.objects.iter().any(|it| it.location.as_ref() != names::SPACE))
    }

    async fn create(
        &self,
        store: &dyn ObjectStore,
        key: Option<Key>,
        person: Option<SecretString>,
    ) -> Result<Begun> {
        let is_drawn = self.is_sealed && key.is_none();
        let key = match self.is_sealed {
            true => Some(key.unwrap_or_else(|| Key::draw(&*self.env))),
            false => None,
        };
        let space =
            Space::draw(key.as_ref(), person.map(|it| it.expose_secret().to_owned()), &*self.env);
        let path = Path::from(names::SPACE);
        let payload = PutPayload::from(space.to_bytes());
        match store.put_opts(&path, payload, PutMode::Create.into()).await {
            Ok(_) | Err(Cause::AlreadyExists { .. } | Cause::Precondition { .. }) => {}
            Err(error) => return Err(fault::failed(&self.place, error)),
        }
        // Another device may have been faster: words are shown only of the key that is there.
        let there = read_space(store, &self.place).await?;
        let (there, _) = there.ok_or_else(|| fault::nothing_here(&self.place))?;
        if there != space {
            return self.join(&there, key.filter(|_| !is_drawn)).await;
        }
        self.remember(&space).await?;
        if let Some(key) = &key {
            self.secrets.save(&self.place, KEY, &key.words()).await?;
        }
        Ok(Begun { is_new: true, key: key.filter(|_| is_drawn).map(|it| it.words()) })
    }

    async fn join(&self, space: &Space, key: Option<Key>) -> Result<Begun> {
        space.check(&self.place, key.as_ref())?;
        self.remember(space).await?;
        Ok(Begun { is_new: false, key: None })
    }

    async fn remember(&self, space: &Space) -> Result<()> {
        self.secrets.save(&self.place, PERSON, &space.person.clone().into()).await
    }

    /// Takes away what is left of a former space, so that it is not mixed with what comes.
    async fn clear(&self, store: &dyn ObjectStore) -> Result<()> {
        let failed = |it| fault::failed(&self.place, it);
        for kind in ["data", "entry", "snapshot"] {
            let prefix = Path::from(kind);
            let left = store.list(Some(&prefix)).try_collect::<Vec<_>>().await.map_err(failed)?;
            for meta in left {
                store.delete(&meta.location).await.map_err(failed)?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl SetUp for BucketSetUp {
    async fn try_out(&self) -> Result<Tried> {
        let Connection { store, key } = self.connect.connect().await?;
        let space = read_space(&*store, &self.place).await?.map(|(space, _)| space);
        let mut tried = Tried { is_begun: space.is_some(), ..Tried::default() };
        if let Some(space) = &space {
            if space.key.is_some() && key.is_none() {
                tried.lacks.push(KEY);
                return Ok(tried);
            }
            space.check(&self.place, key.as_ref())?;
        }
        tried.round_trip = self.try_one(&*store).await?;
        race(&*store, &self.place, &*self.env).await?;
        if self.has_others(&*store).await? {
            tried.notes.push("there are other files; they are left alone".into());
        }
        if space.is_some_and(|it| it.key.is_none()) || (!tried.is_begun && !self.is_sealed) {
            tried.notes.push("nothing is sealed: whoever reads the bucket reads all rows".into());
        }
        Ok(tried)
    }

    async fn begin(&self, start: Start) -> Result<Begun> {
        let Connection { store, key } = self.connect.connect().await?;
        match read_space(&*store, &self.place).await? {
            Some((space, _)) => self.join(&space, key).await,
            None if start == Start::Refill => {
                self.clear(&*store).await?;
                let person = self.secrets.load(&self.place, PERSON).await?;
                self.create(&*store, key, person).await
            }
            None => self.create(&*store, key, None).await,
        }
    }

    async fn key(&self) -> Result<Option<SecretString>> {
        self.secrets.load(&self.place, KEY).await
    }

    async fn rotate(&self, _lost: bool) -> Result<SecretString> {
        Err(Error::Store {
            what: format!("the key of {} cannot be changed by format {FORMAT}", self.place),
            help: "connect to another place, which gets a key of its own".into(),
            source: None,
        })
    }
}
