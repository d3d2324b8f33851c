//! What a person does once with a place: it is tried, and a space is made or joined.

use std::sync::Arc;

use async_trait::async_trait;
use driftline_core::{
    Begun, Env, Error, ExposeSecret as _, Result, SecretString, Secrets, SetUp, Start, Tried,
};
use driftline_sealing::{Held, KEY, Keeper, Key, numbered};
use futures_util::TryStreamExt as _;
use object_store::{
    Error as Cause, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload, path::Path,
};

use crate::{
    bucket::{Bucket, Connect, Connection, read_space},
    fault,
    former::ring,
    log::{Listed, Log},
    names,
    race::{self, race},
    seal::Codec,
    space::{Space, random_name},
};

/// The name under which the person of a place is kept, who stays the same when the place is
/// filled again.
const PERSON: &str = "person";

/// What a person should know of a place where nothing can be deleted.
const KEEPS_ALL: &str = "nothing can be deleted there: small objects of this trial stay under test/, \
                         and syncing empties what it would delete";

/// Sets a bucket up.
pub struct BucketSetUp {
    connect: Box<dyn Connect>,
    secrets: Arc<dyn Secrets>,
    place: String,
    keeper: Keeper,
    is_sealed: bool,
    env: Arc<dyn Env>,
    log: Option<Bucket>,
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
        let keeper = Keeper::new(secrets.clone(), place.clone());
        Self { connect, secrets, place, keeper, is_sealed, env, log: None }
    }

    /// The same, which can change the key: that is an entry of this log.
    #[must_use]
    pub fn with_log(self, log: Bucket) -> Self {
        Self { log: Some(log), ..self }
    }

    /// How long one call takes, and whether what was written could be deleted.
    async fn try_one(&self, store: &dyn ObjectStore) -> Result<(u64, bool)> {
        let failed = |doing| move |it| fault::failed_to(&self.place, doing, it);
        let path = Path::from(format!("{}/{}", names::TEST, random_name(&*self.env)));
        store.put(&path, PutPayload::from_static(b"driftline")).await.map_err(failed("writing"))?;
        let before = self.env.monotonic();
        let got = store.get(&path).await.map_err(failed("reading"))?;
        let got = got.bytes().await.map_err(failed("reading"))?;
        let round_trip = self.env.monotonic().saturating_sub(before);
        let is_deleted = race::remove(store, &self.place, &path).await?;
        if &got[..] != b"driftline" {
            return Err(fault::changed(&self.place, "an object", "it was read otherwise"));
        }
        Ok((round_trip, is_deleted))
    }

    async fn has_others(&self, store: &dyn ObjectStore) -> Result<bool> {
        let listed = match store.list_with_delimiter(None).await {
            // A name in a folder that is no text is nobody's of ours.
            Err(Cause::InvalidPath { .. }) => return Ok(true),
            listed => listed,
        };
        let listed = listed.map_err(|it| fault::failed_to(&self.place, "listing", it))?;
        let is_ours = |it: &str| it == names::TEST || names::KINDS.contains(&it);
        let folders = listed.common_prefixes.iter().any(|it| !is_ours(it.as_ref()));
        Ok(folders || listed.objects.iter().any(|it| it.location.as_ref() != names::SPACE))
    }

    async fn create(
        &self,
        store: &Arc<dyn ObjectStore>,
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
            Err(error) => return Err(fault::failed_to(&self.place, "writing", error)),
        }
        // Another device may have been faster: words are shown only of the key that is there.
        let there = read_space(&**store, &self.place).await?;
        let (there, _) = there.ok_or_else(|| fault::nothing_here(&self.place))?;
        if there != space {
            return self.join(store, &there, key.filter(|_| !is_drawn)).await;
        }
        self.remember(&space).await?;
        if let Some(key) = &key {
            self.secrets.save(&self.place, KEY, &key.words()).await?;
        }
        Ok(Begun { is_new: true, key: key.filter(|_| is_drawn).map(|it| it.words()) })
    }

    async fn join(
        &self,
        store: &Arc<dyn ObjectStore>,
        space: &Space,
        key: Option<Key>,
    ) -> Result<Begun> {
        self.log_of(store, space, key).await?;
        self.remember(space).await?;
        Ok(Begun { is_new: false, key: None })
    }

    /// The log of what is there, to be read with this key.
    async fn log_of(
        &self,
        store: &Arc<dyn ObjectStore>,
        space: &Space,
        key: Option<Key>,
    ) -> Result<Log> {
        let log = Log::new(store.clone(), &self.place, space);
        let ring = ring(&log, space, key).await?;
        Ok(Log { codec: Codec::new(&self.place, space, ring), ..log })
    }

    /// Whether what is there can be read on with the key that is here: after it was lost to
    /// somebody, the words of the next one are needed. An older state of the log is refused.
    async fn can_read_on(&self, log: &Log, least: u64) -> Result<bool> {
        let Some(ring) = &log.codec.ring else { return Ok(true) };
        let Listed { entries, snapshots, .. } = match log.list(0).await {
            Err(error) if fault::unknown(&error).is_some() => {
                let id = fault::unknown(&error).unwrap_or_default();
                return Ok(log.rotation_to(ring, id).await?.is_some_and(|(_, it)| it.leads_on()));
            }
            listed => listed?,
        };
        if let Some((&number, _)) = entries.last_key_value()
            && let Some(id) = log.newer_key(ring, number).await?
        {
            return Ok(log.rotation_to(ring, &id).await?.is_some_and(|(_, it)| it.leads_on()));
        }
        let last = entries.keys().chain(snapshots.keys()).max().copied().unwrap_or_default();
        let least = least.max(ring.newest_from());
        if last < least {
            return Err(fault::went_back(&self.place, last, least));
        }
        Ok(true)
    }

    async fn remember(&self, space: &Space) -> Result<()> {
        self.secrets.save(&self.place, PERSON, &space.person.clone().into()).await
    }

    /// Takes away what is left of a former space, so that it is not mixed with what comes.
    async fn clear(&self, store: &dyn ObjectStore) -> Result<()> {
        let failed = |doing| move |it| fault::failed_to(&self.place, doing, it);
        for kind in names::KINDS {
            let prefix = Path::from(kind);
            let left = store.list(Some(&prefix)).try_collect::<Vec<_>>().await;
            for meta in left.map_err(failed("listing"))? {
                store.delete(&meta.location).await.map_err(failed("deleting"))?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl SetUp for BucketSetUp {
    async fn try_out(&self) -> Result<Tried> {
        let Connection { store, .. } = self.connect.connect().await?;
        let held = self.keeper.held().await?;
        let space = read_space(&*store, &self.place).await?.map(|(space, _)| space);
        let mut tried = Tried { is_begun: space.is_some(), ..Tried::default() };
        if let Some(space) = &space {
            let is_lacking = space.key.is_some() && held.is_none();
            let least = held.as_ref().map_or(0, |it| it.least);
            if is_lacking
                || !self
                    .can_read_on(&self.log_of(&store, space, held.map(|it| it.key)).await?, least)
                    .await?
            {
                tried.lacks.push(KEY);
                return Ok(tried);
            }
        }
        let is_deleted;
        (tried.round_trip, is_deleted) = self.try_one(&*store).await?;
        if !is_deleted {
            tried.notes.push(KEEPS_ALL.into());
        }
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
        let Connection { store, .. } = self.connect.connect().await?;
        let key = self.keeper.held().await?.map(|it: Held| it.key);
        match read_space(&*store, &self.place).await? {
            Some((space, _)) => self.join(&store, &space, key).await,
            None if start == Start::Refill => {
                self.clear(&*store).await?;
                let person = self.secrets.load(&self.place, PERSON).await?;
                self.create(&store, key, person).await
            }
            None => self.create(&store, key, None).await,
        }
    }

    async fn key(&self) -> Result<Option<SecretString>> {
        let Some(log) = &self.log else { return self.secrets.load(&self.place, KEY).await };
        // Reading on may bring another key. Without the place, there are words without a number.
        let number = match log.catch_up().await {
            Ok((_, at)) => Some(at.number),
            Err(Error::Unavailable { .. }) => None,
            Err(error) => return Err(error),
        };
        let Some(held) = self.keeper.held().await? else { return Ok(None) };
        let words = held.key.words();
        Ok(Some(number.map_or_else(|| words.clone(), |it| numbered(&words, it))))
    }

    async fn rotate(&self, lost: bool) -> Result<SecretString> {
        match &self.log {
            Some(log) => log.rotate(lost).await,
            None => Err(fault::not_sealed(&self.place)),
        }
    }
}
