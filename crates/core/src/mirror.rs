//! A hub's feed, copied as it is. What a first sync would bring can be looked at before
//! anything here is merged with it, and is then taken in without being fetched again.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use crate::{
    Answers, Backend, Change, Cursor, Durability, Env, Hear, Id, Identity, Limits, PROTOCOL, Page,
    Pull, Push, Result, Seq, Store,
    backend::check_protocol,
    hub,
    store::{ReadTx, StoreTx, Stored},
};

const STEP: usize = 1_000;

/// A store that holds another hub's feed up to somewhere. It is nobody's device.
#[derive(Clone)]
pub struct Mirror {
    store: Arc<dyn Store>,
}

/// How far a mirror is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whose rows they are.
    pub identity: Identity,
    /// It holds everything up to here.
    pub head: Seq,
    /// Rows that came with this call.
    pub received: u64,
}

impl Mirror {
    /// The mirror in `store`, which nothing else uses.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Runs `job` on what it holds.
    ///
    /// # Errors
    /// What `job` returned, or when the store cannot be read.
    pub fn read<T>(&self, job: impl FnOnce(&dyn ReadTx) -> Result<T>) -> Result<T> {
        self.store.view(job)
    }

    /// Copies what `remote` has beyond what is here; all of it if `remote` is not what it
    /// was. `progress` is told how far it is, and how far there is. Nothing is changed at
    /// `remote`.
    ///
    /// # Errors
    /// When `remote` cannot be read, or the store cannot be written. What was copied stays.
    pub async fn follow(
        &self,
        remote: &dyn Backend,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Seen> {
        let Limits { rows, bytes, .. } = remote.limits();
        let mut received = 0;
        loop {
            let known = self.store.view(|tx| hub::head(tx))?;
            let cursor = known.as_ref().map_or_else(Cursor::default, |(_, head)| (*head).into());
            let page = remote.pull(Pull { protocol: PROTOCOL, cursor, rows, bytes }).await?;
            check_protocol(&remote.name(), page.protocol, PROTOCOL)?;
            let is_same = known.is_none_or(|(identity, _)| identity == page.identity);
            if !is_same || cursor > page.head {
                received = 0;
                self.store.transact(Durability::Normal, |tx| empty(tx))?;
                continue;
            }
            received += page.changes.len() as u64;
            let (next, head, identity) = (page.next, page.head, page.identity.clone());
            self.store.transact(Durability::Normal, |tx| hub::copy(tx, page))?;
            progress(next.0, head.0);
            if next >= head {
                return Ok(Seen { identity, head, received });
            }
        }
    }

    /// `remote`, whose feed is read from here as far as it is here.
    pub fn before(self, remote: Arc<dyn Backend>) -> FirstPull {
        FirstPull { mirror: self, remote, is_past: AtomicBool::new(false) }
    }

    fn page(&self, request: &Pull) -> Result<Option<Page>> {
        self.store.view(|tx| {
            let Some((_, head)) = hub::head(tx)? else { return Ok(None) };
            if request.cursor >= head {
                return Ok(None);
            }
            let page = hub::serve(tx, request, None)?;
            // The hub itself has the last word on where its feed ends and what it holds.
            Ok(Some(Page { head: page.head.next(), digests: None, ..page }))
        })
    }
}

/// Takes everything away, to begin anew.
fn empty(tx: &mut dyn StoreTx) -> Result<()> {
    for entity in tx.stored_entities()? {
        loop {
            let rows: Vec<Id> =
                tx.scan(&entity, None, STEP)?.into_iter().map(|Stored { id, .. }| id).collect();
            if rows.is_empty() {
                break;
            }
            for id in rows {
                tx.remove(&entity, id)?;
            }
        }
    }
    hub::save(tx, None)
}

/// A remote whose feed is read from a mirror first.
pub struct FirstPull {
    mirror: Mirror,
    remote: Arc<dyn Backend>,
    /// The remote was asked itself: whatever it said, the mirror is behind it now.
    is_past: AtomicBool,
}

#[async_trait]
impl Backend for FirstPull {
    fn name(&self) -> String {
        self.remote.name()
    }

    fn limits(&self) -> Limits {
        self.remote.limits()
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        if !self.is_past.load(Ordering::Acquire)
            && let Some(page) = self.mirror.page(&request)?
        {
            return Ok(page);
        }
        self.is_past.store(true, Ordering::Release);
        self.remote.pull(request).await
    }

    async fn push(&self, request: Push) -> Result<Answers> {
        self.is_past.store(true, Ordering::Release);
        self.remote.push(request).await
    }

    async fn read_again(&self, text: &str) -> Result<Option<Change>> {
        self.remote.read_again(text).await
    }

    async fn sweep(&self, is_own: bool) -> Result<Vec<String>> {
        self.remote.sweep(is_own).await
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        self.remote.listen(env, hear)
    }
}
