//! That somebody has agreed to the first merge of a profile with a remote, with a copy of
//! everything made before; and that nothing is exchanged until then.

use std::{fs, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Change, Env, Error, Hear, Identity, Millis, Page, Pull, Push, Replica,
    SignInCause, Store, TakeSnapshot, device,
};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::{Client, Device, Result, backup, error::Context as _};

/// Where a store keeps the [`Record`].
const RECORD: &str = "first_merge";
/// Where a store keeps the place that somebody is connecting it with.
const CONNECTING: &str = "connecting";

/// That somebody has agreed to the first merge. It is in the database but not in the copy
/// that was made before, so after an undo nobody has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// When.
    pub at: Millis,
    /// Who.
    pub person: String,
    /// The deployment.
    pub remote: String,
    /// The copy of everything as it was before; none where nothing outlives the program.
    pub backup: Option<PathBuf>,
}

/// What is known of the first merge.
pub(crate) fn record(replica: &Replica) -> driftline_core::Result<Option<Record>> {
    let text = replica.read(|tx| tx.meta(RECORD))?;
    Ok(text.and_then(|it| serde_json::from_str(&it).ok()))
}

/// Whether nobody has agreed to a merge with the deployment at `remote`. That another one
/// says it has the same person's rows is only what it says.
pub(crate) fn is_due(replica: &Replica, remote: &str) -> driftline_core::Result<bool> {
    Ok(record(replica)?.is_none_or(|it| it.remote != remote))
}

/// Notes that somebody is connecting this profile with `remote`, so that nothing is exchanged
/// with it before they have agreed, whatever kind of remote it is.
pub(crate) fn awaits(replica: &Replica, remote: &str) -> driftline_core::Result<()> {
    replica.write(|tx| tx.set_value(CONNECTING, Some(remote)))
}

/// Whether somebody is connecting this profile with `remote`.
pub(crate) fn is_awaited(replica: &Replica, remote: &str) -> driftline_core::Result<bool> {
    Ok(replica.read(|tx| tx.meta(CONNECTING))?.is_some_and(|it| it == remote))
}

/// Whether rows of this profile were ever merged, or were to be, with those of `person`.
pub(crate) fn has_met(replica: &Replica, person: &str) -> driftline_core::Result<bool> {
    let bound = replica.read(|tx| device::link(tx))?.identity;
    let agreed = record(replica)?;
    Ok(bound.is_some_and(|it| it.person == person) || agreed.is_some_and(|it| it.person == person))
}

/// Copies everything as it is, and notes that somebody has agreed to merge with the rows of
/// `there`. A copy of an earlier attempt that merged nothing gives way to the new one. Rows
/// that are bound to somebody else's remote leave that for this one.
pub(crate) fn begin(
    client: &Client,
    device: &Device,
    there: &Identity,
    remote: &str,
) -> Result<Record> {
    let replica = &device.replica;
    let bound = replica.read(|tx| device::position(tx))?.identity;
    let is_bound = bound.is_some();
    let moves = bound.is_some_and(|it| is_elsewhere(&it, there));
    let before = record(replica)?;
    if let Some(known) = before.as_ref().filter(|it| is_bound && !moves && it.remote == remote) {
        return Ok(known.clone());
    }
    let backup = backup::make(client, replica, "before-merge")?;
    let record = Record {
        at: client.env.wall(),
        person: there.person.clone(),
        remote: remote.to_owned(),
        backup,
    };
    let text = serde_json::to_string(&record).context("the merge cannot be noted")?;
    replica.write(|tx| {
        if moves {
            tx.leave_hub()?;
        }
        tx.set_value(CONNECTING, None)?;
        tx.set_value(RECORD, Some(&text))
    })?;
    if let Some(old) = before.filter(|_| !is_bound).and_then(|it| it.backup) {
        // The new one holds all of it and more.
        let _it_is_gone = fs::remove_file(old);
    }
    Ok(record)
}

/// Whether these are the rows of two, so that a device of one is refused by the other.
pub(crate) fn is_elsewhere(one: &Identity, other: &Identity) -> bool {
    one.account != other.account && one.person != other.person
}

/// A remote that nothing is exchanged with before somebody has agreed to the first
/// merge: by whatever command, screen or background task it is asked.
pub(crate) struct Reviewed {
    pub(crate) remote: Arc<dyn Backend>,
    pub(crate) replica: Arc<Replica>,
    /// The place that has to be agreed to.
    pub(crate) host: String,
}

impl Reviewed {
    fn check(&self) -> driftline_core::Result<()> {
        match is_due(&self.replica, &self.host)? {
            true => Err(Error::SignIn { remote: self.remote.name(), why: SignInCause::Unreviewed }),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Backend for Reviewed {
    fn name(&self) -> String {
        self.remote.name()
    }

    fn limits(&self) -> driftline_core::Limits {
        self.remote.limits()
    }

    async fn pull(&self, request: Pull) -> driftline_core::Result<Page> {
        self.check()?;
        self.remote.pull(request).await
    }

    async fn push(&self, request: Push) -> driftline_core::Result<Answers> {
        self.check()?;
        self.remote.push(request).await
    }

    async fn snapshot(
        &self,
        store: &dyn Store,
        take: TakeSnapshot<'_>,
    ) -> driftline_core::Result<Option<u64>> {
        self.check()?;
        self.remote.snapshot(store, take).await
    }

    async fn read_again(&self, text: &str) -> driftline_core::Result<Option<Change>> {
        self.check()?;
        self.remote.read_again(text).await
    }

    async fn sweep(&self, is_own: bool) -> driftline_core::Result<Vec<String>> {
        self.check()?;
        self.remote.sweep(is_own).await
    }

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        self.remote.listen(env, hear)
    }
}
