//! What the first merge with a deployment would do, worked out before it is done. The
//! cloud is copied into a scratch file, from which the merge then takes it in.

use std::{
    fs,
    path::{Path, PathBuf},
};

use driftline_core::{
    Backend, Identity, OpenBackend,
    mirror::{Mirror, Seen},
    review::{self, Review as Rows},
};
use serde::Serialize;

use super::secrets::{self, Likely};
use crate::{Client, Device, Result, config::Config, error::Context as _};

/// The scratch file, where the local backend has files.
const SCRATCH: &str = "first-pull.db";

/// What the first merge would do. Nothing has left this machine for it.
#[derive(Clone, Debug, Serialize)]
pub struct Review {
    /// By entity, and value by value where they clash.
    #[serde(flatten)]
    pub rows: Rows,
    /// Likely secrets in what would be sent.
    pub secrets: Vec<Likely>,
    /// Rows in which somebody wrote what is likely a secret: they stay here until their owner
    /// decides.
    pub held: u64,
    /// What `[sync] exclude` names.
    pub exclude: Vec<String>,
}

/// The copy of the cloud.
pub(crate) struct Scratch {
    pub(crate) mirror: Mirror,
}

impl Scratch {
    /// The one of this profile, as far as an earlier review came.
    pub(crate) fn open(client: &Client, config: &Config) -> Result<Self> {
        let mut settings = config.local.settings.clone();
        settings.insert("path".into(), SCRATCH.into());
        let store = (config.local.open)(&OpenBackend {
            schema: client.schema,
            profile: client.profile.path(),
            settings: &settings,
            env: client.env.clone(),
            tokens: None,
            secrets: None,
        })?;
        Ok(Self { mirror: Mirror::new(store) })
    }

    /// Takes the file away: what was in it is in the database, or still in the cloud.
    pub(crate) fn remove(client: &Client) -> Result<()> {
        let folder = client.profile.path();
        for path in files(folder).context("the profile's folder cannot be read")? {
            let shown = path.display().to_string();
            fs::remove_file(&path).with_context(|| format!("{shown} cannot be removed"))?;
        }
        Ok(())
    }
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(SCRATCH) {
            all.push(entry.path());
        }
    }
    Ok(all)
}

/// How far a look is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looking {
    /// Reads what is in the cloud.
    Reading {
        /// The place that was read last.
        at: u64,
        /// The last place there is.
        head: u64,
    },
    /// Compares it with what is here.
    Comparing,
    /// Looks for secrets in what waits.
    Secrets {
        /// How many rows were seen.
        seen: u64,
    },
}

/// Reads what is new in the cloud into the scratch file, and counts. `progress` is told how
/// far it is. Returns whose rows the cloud holds, too.
pub(crate) async fn review(
    device: &Device,
    scratch: &Scratch,
    remote: &dyn Backend,
    progress: &(dyn Fn(Looking) + Sync),
) -> Result<(Review, Identity)> {
    let tell = |at, head| progress(Looking::Reading { at, head });
    let Seen { identity, .. } = scratch.mirror.follow(remote, &tell).await?;
    progress(Looking::Comparing);
    let mut rows = None;
    device.replica.read(|here| {
        rows = Some(scratch.mirror.read(|there| review::review(here, there))?);
        Ok(())
    })?;
    let (secrets, held) = secrets::in_what_waits(&device.replica, |seen| {
        progress(Looking::Secrets { seen });
    })?;
    let (rows, exclude) = (rows.unwrap_or_default(), device.config.exclude.clone());
    Ok((Review { rows, secrets, held, exclude }, identity))
}
