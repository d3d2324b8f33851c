//! The backend: what the engine calls, over the log and its mirror.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Env, Error, Head, Hear, Heard, Hub, Limits, Millis, PROTOCOL, Page, Pull,
    Push, Result, Secrets, Store, TakeSnapshot, hub,
};
use driftline_sealing::{Held, Keeper};
use futures_util::future::BoxFuture;
use object_store::{ObjectStore, ObjectStoreExt as _, path::Path};

use crate::{
    fault,
    former::ring,
    log::{Log, Object},
    mirror::{Mirror, state},
    names,
    ring::Ring,
    seal::Codec,
    space::Space,
    time::StoreTime,
};

/// How often the bucket is looked at by who listens to it: each time is one listing.
const LOOK: Millis = 30_000;

/// Reaches the objects, at the first call and not before.
#[async_trait]
pub trait Connect: Send + Sync {
    /// What a person calls the place.
    fn name(&self) -> String;

    /// The objects.
    ///
    /// # Errors
    /// When the place cannot be used, or secrets cannot be read.
    async fn connect(&self) -> Result<Connection>;
}

/// The objects of a place.
#[derive(Clone)]
pub struct Connection {
    /// The objects.
    pub store: Arc<dyn ObjectStore>,
    /// What the service said last of the time.
    pub time: StoreTime,
}

/// Opens the store in which the mirror of this space is.
pub type MakeMirror = Box<dyn Fn(&Space) -> Result<Arc<dyn Store>> + Send + Sync>;

/// How a bucket is used.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// A snapshot is written after so many entries.
    pub snapshot_every: u64,
    /// Entries are kept for so long below a snapshot, in milliseconds.
    pub keep: Millis,
}

impl Default for Options {
    fn default() -> Self {
        Self { snapshot_every: 1_000, keep: 30 * 24 * 60 * 60 * 1_000 }
    }
}

/// A bucket as a hub.
pub struct Bucket {
    pub(crate) name: String,
    pub(crate) connect: Box<dyn Connect>,
    pub(crate) keeper: Keeper,
    mirrors: MakeMirror,
    pub(crate) env: Arc<dyn Env>,
    pub(crate) options: Options,
    opened: Mutex<Option<Arc<Opened>>>,
}

/// A bucket whose space was read.
pub(crate) struct Opened {
    pub(crate) space: Space,
    pub(crate) log: Log,
    pub(crate) mirror: Mirror,
    pub(crate) time: StoreTime,
    /// The log has at least so many entries.
    pub(crate) least: u64,
    /// The words of the key still say how long the log is at least.
    pub(crate) is_new: bool,
    /// What the store called the object of the space.
    tag: Mutex<Option<String>>,
}

impl Bucket {
    /// One that is reached by `connect`, has its key in `secrets` under the name of the place,
    /// and its mirror where `mirrors` says. Nothing is called yet.
    pub fn new(
        connect: Box<dyn Connect>,
        secrets: Arc<dyn Secrets>,
        mirrors: MakeMirror,
        env: Arc<dyn Env>,
    ) -> Self {
        let (name, opened) = (connect.name(), Mutex::new(None));
        let keeper = Keeper::new(secrets, name.clone());
        Self { name, connect, keeper, mirrors, env, options: Options::default(), opened }
    }

    /// The same with other options.
    #[must_use]
    pub fn with_options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// The bucket, its space read at the first call.
    pub(crate) async fn opened(&self) -> Result<Arc<Opened>> {
        if let Some(opened) = self.kept().clone() {
            return Ok(opened);
        }
        let Connection { store, time } = self.connect.connect().await?;
        let (space, object) = read_space(&*store, &self.name)
            .await?
            .ok_or_else(|| fault::nothing_here(&self.name))?;
        let log = Log::new(store, &self.name, &space);
        let held = self.keeper.held().await?.filter(|_| space.key.is_some());
        let given = held.as_ref().map_or(0, |it| it.least);
        let ring = ring(&log, &space, held.map(|it: Held| it.key)).await?;
        let is_new = given > 0;
        let least = ring.as_ref().map_or(0, Ring::newest_from).max(given);
        let log = Log { codec: Codec::new(&self.name, &space, ring), ..log };
        let mirror = Mirror::open((self.mirrors)(&space)?, space.clone(), self.env.clone())?;
        let tag = Mutex::new(object.tag);
        let opened = Arc::new(Opened { space, log, mirror, time, least, is_new, tag });
        *self.kept() = Some(opened.clone());
        Ok(opened)
    }

    /// Forgets what was read of the space.
    pub(crate) fn close(&self) {
        *self.kept() = None;
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Arc<Opened>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_protocol(&self, theirs: u32) -> Result<()> {
        if theirs.abs_diff(PROTOCOL) <= 1 {
            return Ok(());
        }
        let older = if theirs < PROTOCOL { "this program" } else { "the remote" };
        Err(Error::Protocol { remote: self.name.clone(), theirs: PROTOCOL, ours: theirs, older })
    }
}

impl Opened {
    /// Whether the space is still the one that was read, according to a listing.
    pub(crate) async fn is_same_space(&self, listed: Option<&Object>) -> Result<bool> {
        let Some(listed) = listed else { return Err(fault::nothing_here(&self.log.name)) };
        let is_known = listed.tag.is_some() && *self.tag() == listed.tag;
        if is_known {
            return Ok(true);
        }
        let found = read_space(&*self.log.store, &self.log.name).await?;
        let Some((space, object)) = found else { return Err(fault::nothing_here(&self.log.name)) };
        if space != self.space {
            return Ok(false);
        }
        *self.tag() = object.tag;
        Ok(true)
    }

    fn tag(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.tag.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The space of a place; none if there is none.
pub(crate) async fn read_space(
    store: &dyn ObjectStore,
    name: &str,
) -> Result<Option<(Space, Object)>> {
    let got = match store.get(&Path::from(names::SPACE)).await {
        Ok(got) => got,
        Err(error) if fault::is_absent(&error) => return Ok(None),
        Err(error) => return Err(fault::failed_to(name, "reading", error)),
    };
    let object = Object::of(&got.meta);
    let bytes = got.bytes().await.map_err(|it| fault::failed_to(name, "reading", it))?;
    Ok(Some((Space::read(name, &bytes)?, object)))
}

#[async_trait]
impl Backend for Bucket {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn limits(&self) -> Limits {
        Hub::LIMITS
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.check_protocol(request.protocol)?;
        let (opened, _) = self.catch_up().await?;
        let time = opened.time.last();
        opened.mirror.store.view(|tx| hub::serve(tx, &request, time))
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.check_protocol(request.protocol)?;
        self.append(request).await
    }

    async fn snapshot(&self, store: &dyn Store, take: TakeSnapshot<'_>) -> Result<Option<u64>> {
        let (opened, _) = self.catch_up().await?;
        let mirror = opened.mirror.store.clone();
        Hub::open(mirror, &opened.space.person, &*self.env)?.snapshot(store, take).await
    }

    async fn sweep(&self, is_own: bool) -> Result<Vec<String>> {
        let (opened, _) = self.catch_up().await?;
        if is_own {
            opened.log.empty_below(&opened.mirror, &self.env).await?;
        }
        opened.mirror.store.sweep()?;
        Ok(vec![format!("older versions of objects, if {} keeps them", self.name)])
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        Some(Box::pin(async move {
            let mut said = Heard::Nothing;
            loop {
                let heard = match self.catch_up().await {
                    Ok((opened, _)) => at(&opened).map_or(Heard::Lost, |it| Heard::At(Some(it))),
                    Err(_) => Heard::Lost,
                };
                if heard != said {
                    said = heard.clone();
                    hear(heard);
                }
                env.sleep(LOOK).await;
            }
        }))
    }
}

fn at(opened: &Opened) -> Result<Head> {
    opened.mirror.store.view(|tx| Ok(state(tx)?.at()))
}
