//! The key of a remote that seals what it keeps.

use driftline_core::{OpenBackend, SecretString, SetUp};
use std::sync::Arc;

use crate::{Client, Error, Result};

/// The key of the remote that the config names, as words; none where nothing is sealed.
///
/// # Errors
/// When there is no remote, or its key is not kept here.
pub async fn key(client: &Client) -> Result<Option<SecretString>> {
    match set_up(client)? {
        Some(place) => Ok(place.key().await?),
        None => Ok(None),
    }
}

/// Seals with another key from now on, and returns its words. After a key was `lost` to
/// somebody else, the old one gives no way to the new one.
///
/// # Errors
/// When nothing is sealed, or the remote is not reached.
pub async fn rotate_key(client: &Client, lost: bool) -> Result<SecretString> {
    let place = set_up(client)?.ok_or(Error::NoKey)?;
    Ok(place.rotate(lost).await?)
}

fn set_up(client: &Client) -> Result<Option<Arc<dyn SetUp>>> {
    let config = client.config()?;
    let remote = config.remote.as_ref().ok_or(Error::NoRemote)?;
    let Some(set_up) = remote.plugin.set_up else { return Ok(None) };
    let place = set_up(&OpenBackend {
        schema: client.schema,
        profile: client.profile.path(),
        settings: &remote.settings,
        env: client.env.clone(),
        tokens: None,
        secrets: Some(client.secrets(false)),
    })?;
    Ok(Some(place))
}
