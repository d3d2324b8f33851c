//! The first merge of a profile with a deployment: agreed to, with a copy of everything
//! made before, and done again from wherever it was stopped.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use driftline_auth::Account;
use driftline_core::{
    Answers, Backend, Durability, Env, Error, Hear, Millis, Page, Pull, Push, Replica, device,
    mirror::FirstPull,
};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::{Deployment, review::Scratch};
use crate::{
    context::{Device, Setup},
    time,
};

/// Where a store keeps the [`Record`].
const RECORD: &str = "first_merge";
/// Where the copies are, in the folder of the profile.
const BACKUPS: &str = "backups";

/// That somebody has agreed to the first merge. It is in the database but not in the copy
/// that was made before, so after an undo nobody has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// When.
    pub(crate) at: Millis,
    /// Who.
    pub(crate) person: String,
    /// The deployment.
    pub(crate) remote: String,
    /// The copy of everything as it was before; none where nothing outlives the program.
    pub(crate) backup: Option<PathBuf>,
}

/// What is known of the first merge.
pub(crate) fn record(replica: &Replica) -> driftline_core::Result<Option<Record>> {
    let text = replica.store().view(|tx| tx.meta(RECORD))?;
    Ok(text.and_then(|it| serde_json::from_str(&it).ok()))
}

/// Whether nothing was merged yet and nobody has agreed to it.
pub(crate) fn is_due(replica: &Replica) -> driftline_core::Result<bool> {
    let is_bound = replica.store().view(device::position)?.identity.is_some();
    Ok(!is_bound && record(replica)?.is_none())
}

/// Begins the merge that `me` has agreed to: copies everything as it is, and records that
/// this device is theirs. The caller has the profile's turn, and syncs with the remote that
/// is returned, which is read from `scratch` as far as it is there.
pub(crate) async fn start(
    setup: &Setup,
    device: &Device,
    deployment: &Deployment,
    me: &Account,
    (scratch, remote): (Scratch, Arc<dyn Backend>),
) -> Result<(Record, FirstPull)> {
    let host = deployment.origin.host();
    let record = begin(setup, device, &me.person, &host)?;
    if !deployment.link(&device.replica.device()).await? {
        return Err(Error::SignedOut { remote: host }.into());
    }
    Ok((record, scratch.mirror.before(remote)))
}

/// Copies everything as it is, and notes that `person` has agreed. A copy of an earlier
/// attempt that merged nothing gives way to the new one.
fn begin(setup: &Setup, device: &Device, person: &str, remote: &str) -> Result<Record> {
    let store = device.replica.store();
    if store.view(device::position)?.identity.is_some()
        && let Some(known) = record(&device.replica)?
    {
        return Ok(known);
    }
    let before = record(&device.replica)?;
    let path = free(setup, "before-sign-in", "db")?;
    let made = store.backup(&path)?;
    let record = Record {
        at: setup.env.wall(),
        person: person.to_owned(),
        remote: remote.to_owned(),
        backup: made.then_some(path),
    };
    let text = serde_json::to_string(&record).context("the merge cannot be noted")?;
    store.transact(Durability::Full, |tx| tx.set_meta(RECORD, Some(&text)))?;
    if let Some(old) = before.and_then(|it| it.backup) {
        // The new one holds all of it and more.
        let _it_is_gone = fs::remove_file(old);
    }
    Ok(record)
}

/// The path of a file that is not there yet, among the copies of this profile.
pub(crate) fn free(setup: &Setup, what: &str, ending: &str) -> Result<PathBuf> {
    let folder = setup.profile.path().join(BACKUPS);
    let now = time::iso(setup.env.wall()).unwrap_or_default();
    let day = now.get(..19).unwrap_or("now").replace(':', "-");
    let name = |count: u32| match count {
        1 => format!("{what}-{day}.{ending}"),
        _ => format!("{what}-{day}-{count}.{ending}"),
    };
    let path = |count| folder.join(name(count));
    let free = (1..10_000).map(path).find(|it| fs::symlink_metadata(it).is_err());
    free.with_context(|| format!("{} holds too many copies; remove some", folder.display()))
}

/// A copy, for a list of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Copy {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

/// The copies of this profile, newest last.
pub(crate) fn copies(profile: &Path) -> Vec<Copy> {
    let Ok(entries) = fs::read_dir(profile.join(BACKUPS)) else { return Vec::new() };
    let copy = |entry: fs::DirEntry| {
        let path = entry.path();
        let is_one = path.extension().is_some_and(|it| it == "db");
        is_one.then(|| Some(Copy { bytes: entry.metadata().ok()?.len(), path })).flatten()
    };
    let mut all: Vec<_> = entries.filter_map(|it| copy(it.ok()?)).collect();
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

/// A deployment that nothing is exchanged with before somebody has agreed to the first
/// merge: by whatever command, screen or background task it is asked.
pub(crate) struct Reviewed {
    pub(crate) remote: Arc<dyn Backend>,
    pub(crate) replica: Arc<Replica>,
}

impl Reviewed {
    fn check(&self) -> driftline_core::Result<()> {
        match is_due(&self.replica)? {
            true => Err(Error::Unreviewed { remote: self.remote.name() }),
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

    fn listen<'a>(&'a self, env: &'a dyn Env, hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        self.remote.listen(env, hear)
    }
}
