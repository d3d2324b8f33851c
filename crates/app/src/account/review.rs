//! What the first merge with a deployment would do, worked out before it is done. The
//! cloud is copied into a scratch file, from which the merge then takes it in.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use driftline_core::{
    Backend, OpenBackend,
    mirror::Mirror,
    rehearsal::{self, Forecast},
};
use serde::Serialize;

use super::secrets::{self, Likely};
use crate::{
    config::Config,
    context::{Device, Setup},
};

/// The scratch file, where the local backend has files.
const SCRATCH: &str = "first-pull.db";

/// What the first merge would do. Nothing has left this machine for it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Review {
    #[serde(flatten)]
    pub(crate) forecast: Forecast,
    /// Likely secrets in what would be sent.
    pub(crate) secrets: Vec<Likely>,
    /// What `[sync] exclude` names.
    pub(crate) exclude: Vec<String>,
}

/// The copy of the cloud.
pub(crate) struct Scratch {
    pub(crate) mirror: Mirror,
}

impl Scratch {
    /// The one of this profile, as far as an earlier rehearsal came.
    pub(crate) fn open(setup: &Setup, config: &Config) -> Result<Self> {
        let mut settings = config.local.settings.clone();
        settings.insert("path".into(), SCRATCH.into());
        let store = (config.local.open)(&OpenBackend {
            schema: setup.schema,
            profile: setup.profile.path(),
            settings: &settings,
            env: setup.env.clone(),
            tokens: None,
        })?;
        Ok(Self { mirror: Mirror::new(store) })
    }

    /// Takes the file away: what was in it is in the database, or still in the cloud.
    pub(crate) fn remove(setup: &Setup) -> Result<()> {
        let folder = setup.profile.path();
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

/// Reads what is new in the cloud into the scratch file, and counts. `progress` is told
/// what is done, in a line.
pub(crate) async fn review(
    device: &Device,
    scratch: &Scratch,
    remote: &dyn Backend,
    progress: &(dyn Fn(String) + Sync),
) -> Result<Review> {
    let tell = |at, head| progress(format!("Reading what is there: {at} of {head}"));
    scratch.mirror.follow(remote, &tell).await?;
    progress("Comparing".into());
    let mut forecast = None;
    device.replica.read(|here| {
        forecast = Some(scratch.mirror.read(|there| rehearsal::forecast(here, there))?);
        Ok(())
    })?;
    let secrets = secrets::in_what_waits(&device.replica, |seen| {
        progress(format!("Looking for secrets: {seen} rows"));
    })?;
    Ok(Review {
        forecast: forecast.unwrap_or_default(),
        secrets,
        exclude: device.config.exclude.clone(),
    })
}
