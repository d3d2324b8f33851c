//! Connecting a profile with a remote, as a person does it once: the place is tried out, made
//! ready and written into the config; then somebody sees what a first merge would do, and
//! agrees. Whatever goes wrong before leaves the config as it was.

mod key;
mod secrets;
mod trial;

use std::sync::Arc;

use driftline_core::{
    Backend, BackendPlugin, ExposeSecret as _, Identity, Millis, OpenBackend, Replica, Start,
    device,
};
use serde::Serialize;

pub use self::{
    key::{key, rotate_key},
    secrets::Typed,
};
pub(crate) use self::{secrets::Asked, trial::Trial};
use crate::{
    Ask, Client, Device, Error, Overrides, Question, Result, Step,
    account::{merge, review::Scratch},
    config::{self, Config},
    first_merge::{Agreed, Between, FirstMerge},
    sign_in::{self, SignedIn},
    turn,
};

/// What a profile is to be connected with, and how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct How {
    /// The backend; none: what the config names already.
    pub backend: Option<String>,
    /// Its settings.
    pub settings: Vec<(String, String)>,
    /// Passwords and keys that were typed already.
    pub secrets: Typed,
    /// How the place is begun.
    pub start: Start,
    /// Whether secrets are kept in a file even where there is a keyring.
    pub in_file: bool,
    /// How far a first merge goes.
    pub merge: Agreed,
}

impl Default for How {
    fn default() -> Self {
        Self {
            backend: None,
            settings: Vec::new(),
            secrets: Typed::default(),
            start: Start::Join,
            in_file: false,
            merge: Agreed::Ask,
        }
    }
}

/// What connecting came to.
#[derive(Debug, Serialize)]
pub struct Connected {
    /// The remote; none where there is to be none.
    pub remote: Option<String>,
    /// Nothing had begun there before.
    pub is_new: bool,
    /// How long one call takes, in milliseconds.
    pub round_trip: Option<Millis>,
    /// Who signed in, and the first merge, where the remote asks for a sign-in.
    pub signed_in: Option<SignedIn>,
    /// The first merge elsewhere, unless it is behind.
    pub first: Option<FirstMerge>,
}

impl Connected {
    fn nothing() -> Self {
        Self { remote: None, is_new: false, round_trip: None, signed_in: None, first: None }
    }

    /// The first merge, unless it is behind.
    pub fn first_merge(&self) -> Option<&FirstMerge> {
        self.first.as_ref().or_else(|| self.signed_in.as_ref()?.first.as_ref())
    }
}

/// The backends that a profile can be connected with.
pub fn backends() -> impl Iterator<Item = &'static BackendPlugin> {
    BackendPlugin::registered().into_values().filter(|it| it.remote.is_some())
}

/// Connects the profile.
///
/// # Errors
/// When there is no such backend, the place cannot be a remote, a secret is lacking, or the
/// answer was no. The config is changed only once the place is ready.
pub async fn connect(
    client: &Client,
    replica: &Arc<Replica>,
    how: &How,
    ask: &dyn Ask,
) -> Result<Connected> {
    if how.backend.as_deref() == Some("none") {
        client.profile.create()?;
        config::set_table(client.profile.path(), "remote", &pairs("none", &[]))?;
        return Ok(Connected::nothing());
    }
    let chosen = Chosen::of(client, replica, how)?;
    client.profile.create()?;
    if chosen.plugin.sign_in.is_some() {
        return chosen.sign_in(ask).await;
    }
    chosen.connect(ask).await
}

/// Names the remote in the config, without trying it: for one that people sign in to.
///
/// # Errors
/// When there is no such backend, or it does not take these settings.
pub fn name(client: &Client, replica: &Arc<Replica>, how: &How) -> Result<()> {
    client.profile.create()?;
    Chosen::of(client, replica, how)?.write()
}

/// The keys of the config for a remote.
fn pairs(backend: &str, settings: &[(String, String)]) -> Vec<(String, String)> {
    let backend = [("backend".to_owned(), backend.to_owned())];
    backend.into_iter().chain(settings.iter().cloned()).collect()
}

/// What the profile is to be connected with, as the config would say it.
struct Chosen<'a> {
    client: &'a Client,
    replica: &'a Arc<Replica>,
    how: &'a How,
    plugin: &'static BackendPlugin,
    /// The config as it would be.
    config: Config,
    /// What the file has to say for that; nothing if it says so already.
    change: Option<Vec<(String, String)>>,
}

impl<'a> Chosen<'a> {
    fn of(client: &'a Client, replica: &'a Arc<Replica>, how: &'a How) -> Result<Self> {
        let known = || backends().map(|it| it.name).collect();
        let (config, change) = match &how.backend {
            None => (client.config()?, None),
            Some(name) if backends().all(|it| it.name != name) => {
                return Err(Error::NoBackend { name: name.clone(), known: known() });
            }
            Some(name) => {
                let change = pairs(name, &how.settings);
                let written = |(key, value): &(String, String)| format!("remote.{key}={value}");
                let pairs = change.iter().map(written).collect();
                let over = Overrides { origin: "what was typed".into(), pairs };
                (client.config_with(over)?, Some(change))
            }
        };
        let Some(remote) = &config.remote else { return Err(Error::NoRemote) };
        let plugin = remote.plugin;
        Ok(Self { client, replica, how, plugin, config, change })
    }

    /// Writes the config. What stands over the file must not say something else.
    fn write(&self) -> Result<()> {
        let Some(change) = &self.change else { return Ok(()) };
        config::set_table(self.client.profile.path(), "remote", change)?;
        let (wanted, now) = (&self.config.remote, self.client.config()?.remote);
        if wanted.as_ref().map(|it| &it.name) == now.as_ref().map(|it| &it.name) {
            return Ok(());
        }
        let file = self.config.file.display();
        Err(Error::Config(format!(
            "{file} is changed, but a variable or a flag stands over it; take that away"
        )))
    }

    fn device(&self) -> Device {
        Device { replica: self.replica.clone(), config: self.config.clone() }
    }

    async fn sign_in(&self, ask: &dyn Ask) -> Result<Connected> {
        if self.how.merge != Agreed::No {
            self.write()?;
        }
        let device = self.device();
        let how = sign_in::How {
            in_file: self.how.in_file,
            secrets: self.how.secrets.clone(),
            merge: self.how.merge,
            ..sign_in::How::default()
        };
        let signed_in = sign_in::sign_in(self.client, &device, &how, ask).await?;
        let remote = Some(signed_in.remote.clone());
        Ok(Connected { remote, signed_in: Some(signed_in), ..Connected::nothing() })
    }

    async fn connect(&self, ask: &dyn Ask) -> Result<Connected> {
        let remote = self.config.remote.as_ref().ok_or(Error::NoRemote)?;
        let secrets =
            Arc::new(Asked::over(self.client.secrets(self.how.in_file), &self.how.secrets));
        let open = OpenBackend {
            schema: self.client.schema,
            profile: self.client.profile.path(),
            settings: &remote.settings,
            env: self.client.env.clone(),
            tokens: None,
            secrets: Some(secrets.clone()),
        };
        let only_looks = self.how.merge == Agreed::No;
        let trial = Trial { plugin: self.plugin, open: &open, secrets: &secrets, ask };
        let mut connected = Connected { remote: Some(remote.name.clone()), ..Connected::nothing() };
        let tried = trial.run(&remote.name).await?;
        connected.round_trip = tried.as_ref().map(|it| it.round_trip);
        connected.is_new = tried.as_ref().is_some_and(|it| !it.is_begun);
        if only_looks && connected.is_new {
            // There is nothing to look at yet, and a look begins nothing.
            return Ok(connected);
        }
        if !only_looks {
            let begun = trial.begin(self.how.start).await?;
            secrets.keep().await?;
            let place = (remote.open)(&open)?.name();
            if merge::is_due(self.replica, &place)? {
                merge::awaits(self.replica, &place)?;
            }
            self.write()?;
            if let Some(words) = begun.key {
                ask.told(Step::Key(words.expose_secret()))?;
            }
        }
        let backend = (remote.open)(&open)?;
        connected.first = self.first_merge(backend, ask).await?;
        Ok(connected)
    }

    /// The first merge, if nobody has agreed to one with this remote.
    async fn first_merge(
        &self,
        remote: Arc<dyn Backend>,
        ask: &dyn Ask,
    ) -> Result<Option<FirstMerge>> {
        let (client, agreed) = (self.client, self.how.merge);
        let device = self.device();
        let place = remote.name();
        if agreed != Agreed::No && !merge::is_due(&device.replica, &place)? {
            return Ok(None);
        }
        let between = Between { client, device: &device, remote, place: &place, agreed, ask };
        let bound = device.replica.read(|tx| device::position(tx))?.identity;
        let leaves = |there: &Identity| {
            bound.as_ref().filter(|it| merge::is_elsewhere(it, there)).map(|it| it.person.clone())
        };
        let goes_on = |there: &Identity| match agreed {
            Agreed::No => Ok(false),
            Agreed::Yes => Ok(true),
            Agreed::Ask => {
                let leaves = leaves(there);
                ask.agrees(Question::Connect { remote: &place, leaves: leaves.as_deref() })
            }
        };
        let done = between.merge(&goes_on).await;
        if agreed == Agreed::No {
            let _turn = turn::take(client, ask).await?;
            Scratch::remove(client)?;
        }
        done.map(Some)
    }
}
