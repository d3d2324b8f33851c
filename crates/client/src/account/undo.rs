//! Taking a first merge back, on this machine alone: signed out, with the database as it
//! was before. Nothing is lost by it, and nothing in the cloud changes.

use std::path::PathBuf;

use serde::Serialize;

use super::{
    Deployment, facts,
    merge::{self, Record},
    review::Scratch,
};
use crate::{
    Client, Device, Error, Result,
    backup::{self, Until},
};

/// What an undo did.
#[derive(Clone, Debug, Serialize)]
pub struct Undone {
    /// The deployment that this profile is not in step with any more.
    pub remote: String,
    /// Whether it was told that the session is over.
    pub told: bool,
    /// The copy that is the database now.
    pub opened: PathBuf,
    /// What was here until then.
    #[serde(flatten)]
    pub until: Until,
}

/// Undoes it. The caller has the profile's turn to sync.
///
/// # Errors
/// When there is nothing to undo, the copy is gone, or what is here cannot be kept.
pub async fn undo(
    client: &Client,
    device: &Device,
    deployment: Option<&Deployment>,
) -> Result<Undone> {
    let Some(record) = merge::record(&device.replica)? else {
        return Err(Error::NothingToUndo);
    };
    let Record { remote, backup, .. } = record;
    let Some(opened) = backup.filter(|it| it.is_file()) else {
        return Err(Error::CopyGone);
    };
    let kept = backup::keep_now(client, &device.replica, "before-undo", true)?;
    let Some(until) = kept else { return Err(Error::NothingLasts) };
    // Signed out first: whatever is stopped here syncs nothing any more.
    let told = match deployment {
        Some(it) => it.session.sign_out().await?,
        None => true,
    };
    facts::forget(client.profile.path());
    device.replica.put_back(&opened)?;
    Scratch::remove(client)?;
    Ok(Undone { remote, told, opened, until })
}
