//! Checks everything that syncing and signing in need. Nothing is sent, and nobody is signed in.

mod deployment;
mod place;

use driftline_core::Millis;

use crate::{Client, Error, Result, account::Deployment};

/// Something that was looked at, and what was found.
#[derive(Debug)]
pub struct Check {
    /// What, in a word or two.
    pub what: &'static str,
    /// What was found, or what is wrong.
    pub found: Result<Found>,
    /// The moment that it is about, if there is one.
    pub at: Option<Millis>,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// What is in order.
    Fine(String),
    /// There is no remote, which is no fault: everything stays on this device.
    NoRemote,
    /// Somebody is signed in.
    SignedIn,
    /// Nobody is, which is no fault.
    SignedOut,
    /// Somebody was, and the sign-in has ended.
    Ended,
    /// Whoever runs the deployment has not set this up.
    NotSetUp,
}

impl Found {
    /// Whether it is in order.
    pub fn is_fine(&self) -> bool {
        matches!(self, Self::Fine(_) | Self::NoRemote | Self::SignedIn | Self::SignedOut)
    }
}

/// Checks all of it.
pub async fn check(client: &Client) -> Vec<Check> {
    let mut all = Checks(Vec::new());
    let rows = client.profile.path().display().to_string();
    let device = client.device();
    match client.config() {
        Err(error) => {
            let again = Error::Config(error.told());
            all.add("config", Err::<String, _>(error));
            all.add("rows", device.map(|_| rows).map_err(|_| again));
        }
        Ok(config) => {
            all.add("config", Ok::<_, Error>(config.file.display().to_string()));
            let device = match device {
                Ok(device) => Some(device),
                Err(error) => {
                    all.add("rows", Err::<String, _>(error));
                    None
                }
            };
            if device.is_some() {
                all.add("rows", Ok::<_, Error>(rows));
            }
            match (Deployment::named(client, &config, false), &config.remote) {
                (Err(error), _) => all.add("remote", Err::<String, _>(error)),
                (Ok(Some(deployment)), _) => all.deployment(client, &deployment).await,
                (Ok(None), Some(remote)) => all.place(client, remote, device.as_ref()).await,
                (Ok(None), None) => all.find("remote", Ok(Found::NoRemote)),
            }
        }
    }
    all.0
}

struct Checks(Vec<Check>);

impl Checks {
    fn find(&mut self, what: &'static str, found: Result<Found>) {
        self.0.push(Check { what, found, at: None });
    }

    fn add<E: Into<Error>>(&mut self, what: &'static str, found: Result<String, E>) {
        self.find(what, found.map(Found::Fine).map_err(Into::into));
    }
}
