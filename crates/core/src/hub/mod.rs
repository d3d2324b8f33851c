//! The role of a hub: it puts everybody's changes into one order and says which births
//! are the same thing. Both happen inside one serialised transaction, so whoever has
//! read the feed up to a number has everything up to it.

//!
//! [`judge`] is the rule and [`page`] the feed; both are functions of what a hub holds.
//! [`Hub`] applies them to a [`Store`]. A hub that keeps its rows elsewhere
//! brings its own reading and writing, and shares the rest; where each read is a call, it
//! judges a [`WorkingSet`].

mod feed;
mod judge;
mod overlay;
mod purge;
mod state;
mod working_set;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

pub(crate) use self::feed::{copy, head};
pub use self::{
    feed::{page, serve, wanted},
    judge::{Judged, judge},
    overlay::Taken,
    state::{State, load, save},
    working_set::{Attempt, Missing, Owned, WorkingSet},
};
use self::{judge::go_on, state::loaded};
use crate::{
    Answers, Backend, Env, Hear, Identity, Limits, Millis, PROTOCOL, Page, Pull, Push, Result,
    Snapshot, TakeSnapshot,
    backend::check_protocol,
    live,
    store::{Durability, ReadMeta, ReadTx, Store, StoreTx},
};

/// A store that serves as the remote of others.
pub struct Hub {
    store: Arc<dyn Store>,
    env: Option<Arc<dyn Env>>,
    name: String,
    limits: Limits,
}

impl Hub {
    /// How much a store takes in one call.
    pub const LIMITS: Limits = Limits { rows: 500, bytes: 4 << 20, row_bytes: 64 << 20 };

    /// Serves `store` to `person`. The first time, it draws the names of an account and
    /// an epoch. It refuses no stamp: a hub in a file has no clock of its own.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn open(store: Arc<dyn Store>, person: &str, env: &dyn Env) -> Result<Self> {
        let fresh = || format!("{:016x}{:016x}", env.random(), env.random());
        store.transact(Durability::Full, |tx| {
            if load(tx)?.is_none() {
                let identity = Identity { person: person.into(), account: fresh(), epoch: fresh() };
                save(tx, Some(&State::new(identity)))?;
            }
            Ok(())
        })?;
        Ok(Self { store, env: None, name: person.to_owned(), limits: Self::LIMITS })
    }

    /// The same hub with a clock: it refuses stamps too far ahead of it, and says its
    /// time.
    #[must_use]
    pub fn with_clock(self, env: Arc<dyn Env>) -> Self {
        Self { env: Some(env), ..self }
    }

    /// The same hub with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Answers a pull: what [`Backend::pull`] does, without waiting.
    ///
    /// # Errors
    /// When the caller speaks another version, or the store cannot be read.
    pub fn page(&self, request: &Pull) -> Result<Page> {
        check_protocol(&self.name, PROTOCOL, request.protocol)?;
        let time = self.time();
        let serve = |tx: &dyn ReadTx| {
            let is_complete = !loaded(tx)?.is_purging();
            if is_complete { serve(tx, request, time).map(Some) } else { Ok(None) }
        };
        loop {
            if let Some(page) = self.store.view(serve)? {
                return Ok(page);
            }
            self.store.transact(Durability::Normal, |tx| {
                let (taken, state) = go_on(tx, loaded(tx)?)?;
                take_in(tx, &taken)?;
                save(tx, Some(&state))
            })?;
        }
    }

    /// Answers a push: what [`Backend::push`] does, without waiting.
    ///
    /// # Errors
    /// As [`judge`], and when the store cannot be written.
    pub fn take(&self, request: Push) -> Result<Answers> {
        check_protocol(&self.name, PROTOCOL, request.protocol)?;
        let time = self.time();
        self.store.transact(Durability::Normal, |tx| {
            let Judged { answers, taken, state } =
                judge(tx, loaded(tx)?, &self.name, request, time)?;
            take_in(tx, &taken)?;
            save(tx, Some(&state))?;
            Ok(answers)
        })
    }

    fn time(&self) -> Option<Millis> {
        self.env.as_ref().map(|it| it.wall())
    }
}

#[async_trait]
impl Backend for Hub {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.page(&request)
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.take(request)
    }

    async fn snapshot(&self, store: &dyn Store, take: TakeSnapshot<'_>) -> Result<Option<u64>> {
        let Some(file) = self.store.file() else { return Ok(None) };
        if self.store.view(|tx| loaded(tx))?.snapshots.is_none() {
            return Ok(None);
        }
        let time = self.time();
        let take = |tx: &mut dyn StoreTx, given: &dyn ReadMeta| {
            let state = loaded(given)?;
            let (latest, has_purged) = (state.latest(), state.has_purged());
            let digests = Some(state.every_digest(tx.schema()));
            let State { identity, head, .. } = state;
            let page = Page {
                protocol: PROTOCOL,
                head,
                next: head.into(),
                changes: Vec::new(),
                unread: Vec::new(),
                digests,
                identity,
                time,
            };
            take(tx, Snapshot { page, latest, has_purged })
        };
        store.take_rows(file, Box::new(take))
    }

    async fn sweep(&self, _is_own: bool) -> Result<Vec<String>> {
        self.store.sweep().map(|()| Vec::new())
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        Some(Box::pin(live::watch(&*self.store, env, hear, |tx| Ok(loaded(tx)?.at()))))
    }
}

/// Writes rows that a hub took.
///
/// # Errors
/// When the store cannot be written.
pub fn take_in(tx: &mut dyn StoreTx, taken: &[Taken]) -> Result<()> {
    for Taken { entity, stored, is_new } in taken {
        match is_new {
            true => tx.insert(entity, stored)?,
            false => tx.put(entity, stored)?,
        }
    }
    Ok(())
}
