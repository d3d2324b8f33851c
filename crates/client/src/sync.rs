//! Exchanging rows with the remote that the config names, once.

use std::sync::Arc;

use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Change, Env, Error as CoreError, Hear, Limits, Page, Progress, Pull, Push,
    Replica, Store, SyncReport, TakeSnapshot,
};
use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::{
    Ask, Client, Device, Error, Result, Step,
    account::{
        Deployment,
        merge::{self, Reviewed},
    },
    config::Config,
    purge, turn,
};

/// The other side, for whoever is about to exchange rows with it: one that people sign in to
/// or set up gets and gives nothing before the first merge was agreed to. None where none is set up.
///
/// # Errors
/// When it cannot be opened.
pub fn remote(
    client: &Client,
    config: &Config,
    replica: &Arc<Replica>,
) -> Result<Option<Arc<dyn Backend>>> {
    let deployment = Deployment::named(client, config, false)?;
    let tokens = deployment.as_ref().map(Deployment::tokens);
    let Some(remote) = client.remote(config, tokens)? else { return Ok(None) };
    let host = match &deployment {
        Some(deployment) => deployment.origin.host(),
        None if config.remote.as_ref().is_some_and(|it| it.plugin.set_up.is_some())
            || merge::is_awaited(replica, &remote.name())? =>
        {
            remote.name()
        }
        None => return Ok(Some(remote)),
    };
    Ok(Some(Arc::new(Reviewed { remote, replica: replica.clone(), host })))
}

/// Waits for the profile's turn, and exchanges everything.
///
/// # Errors
/// [`Error::NoRemote`] where none is set up; else when it was not reached, or refused.
pub async fn once(client: &Client, device: &Device, ask: &dyn Ask) -> Result<SyncReport> {
    let _turn = turn::take(client, ask).await?;
    let done = exchange(client, device, ask).await;
    purge::if_due(client, &device.replica);
    done
}

/// One sync, for which the caller has the turn.
pub(crate) async fn exchange(
    client: &Client,
    device: &Device,
    ask: &dyn Ask,
) -> Result<SyncReport> {
    let remote = remote(client, &device.config, &device.replica)?;
    exchange_with(device, &*remote.ok_or(Error::NoRemote)?, ask).await
}

/// The same, with a remote that the caller has opened.
pub(crate) async fn exchange_with(
    device: &Device,
    remote: &dyn Backend,
    ask: &dyn Ask,
) -> Result<SyncReport> {
    let steps = device.replica.subscribe_to_status();
    Ok(device.replica.sync(&Telling { remote, steps, ask }).await?)
}

/// A remote that tells how far the sync is with each call. A backend on this machine never
/// waits, so nothing beside it would get a turn to tell, or to give it up.
struct Telling<'a> {
    remote: &'a dyn Backend,
    steps: watch::Receiver<Option<Progress>>,
    ask: &'a dyn Ask,
}

impl Telling<'_> {
    async fn tell(&self) -> driftline_core::Result<()> {
        let step = *self.steps.borrow();
        // Who does not listen any more wants it to end, which loses nothing between two calls.
        let told = step.map_or(Ok(()), |it| self.ask.told(Step::Syncing(it)));
        tokio::task::yield_now().await;
        told.map_err(|error| CoreError::Unavailable {
            remote: self.remote.name(),
            retry_after: None,
            source: Some(error.into()),
        })
    }
}

#[async_trait]
impl Backend for Telling<'_> {
    fn name(&self) -> String {
        self.remote.name()
    }

    fn limits(&self) -> Limits {
        self.remote.limits()
    }

    async fn pull(&self, request: Pull) -> driftline_core::Result<Page> {
        self.tell().await?;
        self.remote.pull(request).await
    }

    async fn push(&self, request: Push) -> driftline_core::Result<Answers> {
        self.tell().await?;
        self.remote.push(request).await
    }

    async fn snapshot(
        &self,
        store: &dyn Store,
        take: TakeSnapshot<'_>,
    ) -> driftline_core::Result<Option<u64>> {
        self.tell().await?;
        self.remote.snapshot(store, take).await
    }

    async fn read_again(&self, text: &str) -> driftline_core::Result<Option<Change>> {
        self.tell().await?;
        self.remote.read_again(text).await
    }

    async fn sweep(&self, is_own: bool) -> driftline_core::Result<Vec<String>> {
        self.remote.sweep(is_own).await
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        self.remote.listen(env, hear)
    }
}
