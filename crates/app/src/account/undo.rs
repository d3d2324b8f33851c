//! Taking a first merge back, on this machine alone: signed out, with the database as it
//! was before. Nothing is lost by it, and nothing in the cloud changes.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;

use super::{
    Deployment, facts,
    merge::{self, Record},
    review::Scratch,
};
use crate::{
    backup::{self, Until},
    context::{Device, Setup},
    error::Failed,
};

/// What an undo did.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Undone {
    /// The deployment that this profile is not in step with any more.
    pub(crate) remote: String,
    /// Whether it was told that the session is over.
    pub(crate) told: bool,
    /// The copy that is the database now.
    pub(crate) opened: PathBuf,
    #[serde(flatten)]
    pub(crate) until: Until,
}

/// Undoes it. The caller has the profile's turn to sync.
pub(crate) async fn undo(
    setup: &Setup,
    device: &Device,
    deployment: Option<&Deployment>,
) -> Result<Undone> {
    let Some(record) = merge::record(&device.replica)? else {
        let message = "no first merge was made here, so there is nothing to undo";
        return Err(Failed::not_found(message));
    };
    let Record { remote, backup, .. } = record;
    let Some(opened) = backup.filter(|it| it.is_file()) else {
        return Err(Failed::not_found(
            "the copy from before the first merge is gone, so it cannot be undone; \
             `driftline sign-out` ends syncing and keeps everything here",
        ));
    };
    let kept = backup::keep_now(setup, &device.replica, "before-undo", true)?;
    let Some(until) = kept else { return Err(backup::nothing_lasts()) };
    // Signed out first: whatever is stopped here syncs nothing any more.
    let told = match deployment {
        Some(it) => it.session.sign_out().await?,
        None => true,
    };
    facts::forget(setup.profile.path());
    device.replica.put_back(&opened)?;
    Scratch::remove(setup)?;
    Ok(Undone { remote, told, opened, until })
}
