//! Who is signed in, on which devices, and what is stored where.

use std::path::PathBuf;

use driftline_auth::State;
use driftline_core::{Error as CoreError, Millis, device};
use serde::Serialize;

use super::{
    Deployment,
    facts::{self, Facts},
    merge::{self, Record},
    unsent::Unsent,
};
use crate::{
    Client, Device, Error, Result,
    backup::{self, Copy},
};

/// Everything that an account page shows.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// The deployment.
    pub remote: String,
    /// `provider:account id`.
    pub person: String,
    /// The provider.
    pub provider: String,
    /// The name by which the provider tells them from others.
    pub login: Option<String>,
    /// What they call themselves there.
    pub name: Option<String>,
    /// Their picture, fetched when they signed in.
    pub picture: Option<PathBuf>,
    /// Whose rows these are; none before the first merge.
    pub bound_to: Option<String>,
    /// Their devices; none if the deployment could not be asked.
    pub devices: Option<Vec<Listed>>,
    /// Why it could not.
    pub unreachable: Option<String>,
    /// Where the sign-in is kept.
    pub sign_in_kept_in: String,
    /// Where the rows are.
    pub profile: PathBuf,
    /// What the remote does not have.
    pub unsent: Unsent,
    /// The first merge, if there was one.
    pub first_merge: Option<Record>,
    /// Copies of the database.
    pub copies: Vec<Copy>,
}

/// A device of the person, or a session that nobody knows the device of.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Its id.
    pub device: String,
    /// What its owner calls it.
    pub name: Option<String>,
    /// When it last called.
    pub last_contact_at: Millis,
    /// Whether it is signed in.
    pub signed_in: bool,
    /// Whether it is a device that has said what it is.
    pub known: bool,
    /// Whether it is this one.
    pub is_this: bool,
}

/// Asks the deployment, and tells what is kept here where it does not answer.
pub async fn overview(
    client: &Client,
    device: &Device,
    deployment: &Deployment,
) -> Result<Overview> {
    let remote = deployment.origin.host();
    let out = || CoreError::signed_out(remote.clone());
    if deployment.session.state().await? != State::SignedIn {
        return Err(out().into());
    }
    let profile = client.profile.path().to_owned();
    let kept = facts::load(&profile, &remote);
    let (who, devices, unreachable) = match deployment.me().await {
        Ok(None) => return Err(out().into()),
        Ok(Some(me)) => {
            let this = device.replica.device();
            let devices = me.devices.iter().map(|it| Listed {
                device: it.device.clone(),
                name: it.name.clone(),
                last_contact_at: millis(it.last_contact_at),
                signed_in: it.signed_in,
                known: it.known,
                is_this: it.device == this,
            });
            let named =
                me.devices.iter().filter_map(|it| Some((it.device.clone(), it.name.clone()?)));
            driftline_inspect::devices::remember(&device.replica, &named.collect())?;
            let mut devices: Vec<_> = devices.collect();
            devices.sort_by_key(|it| (!it.is_this, std::cmp::Reverse(it.last_contact_at)));
            ((me.person, me.provider, me.login, me.name), Some(devices), None)
        }
        Err(error) => match &kept {
            Some(Facts { person, provider, login, name, .. }) if error.is_transient() => {
                let who = (person.clone(), provider.clone(), login.clone(), name.clone());
                (who, None, Some(error.to_string()))
            }
            _ => return Err(error.into()),
        },
    };
    let (person, provider, login, name) = who;
    let link = device.replica.read(|tx| device::link(tx))?;
    Ok(Overview {
        picture: kept.and_then(|it| facts::picture(&profile, &it)),
        sign_in_kept_in: deployment.session.place().await?,
        unsent: Unsent::of(&device.replica)?,
        bound_to: link.identity.map(|it| it.person),
        first_merge: merge::record(&device.replica)?,
        copies: backup::list(&profile),
        remote,
        person,
        provider,
        login,
        name,
        devices,
        unreachable,
        profile,
    })
}

/// The device that somebody means by the beginning of its id.
///
/// # Errors
/// When no other device, or more than one, is called so, or none is known now.
pub fn find(overview: &Overview, typed: &str) -> Result<String> {
    let Some(devices) = &overview.devices else {
        return Err(Error::NotAsked(overview.unreachable.clone().unwrap_or_default()));
    };
    let mut met = devices.iter().filter(|it| it.device.starts_with(typed));
    match (met.next(), met.next()) {
        (Some(it), None) if it.is_this => Err(Error::ThisDevice),
        (Some(it), None) => Ok(it.device.clone()),
        (None, _) => Err(Error::NoDevice(driftline_core::excerpt(typed))),
        (Some(_), Some(_)) => Err(Error::SeveralDevices),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time")]
fn millis(number: f64) -> Millis {
    number.max(0.0) as Millis
}
