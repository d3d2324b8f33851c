//! What every command works with: the output, the profile, its config, and from them
//! the device and its remote.

use std::{ops::Deref, path::PathBuf, sync::Arc};

use anyhow::Result;
use driftline_core::{Backend, Env, OpenBackend, Replica, Schema, status::Status};
use driftline_reading::{Index, Reading};

use crate::{
    account::{Deployment, exclude, merge::Reviewed},
    cli::Arguments,
    config::{self, Config},
    env::SystemEnv,
    hints, log,
    output::Output,
    profile::{Profile, Turn},
};

/// What is worked out from the rows, beside them.
const INDEX: &str = "index.db";

/// What a command works with.
pub(crate) struct Context<'a> {
    pub(crate) output: &'a Output,
    setup: Setup,
}

/// A profile, and how the program was told to use it; a thread of its own gets a copy.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) profile: Profile,
    pub(crate) env: Arc<dyn Env>,
    pub(crate) schema: &'static Schema,
    flags: Vec<String>,
}

impl Deref for Context<'_> {
    type Target = Setup;

    fn deref(&self) -> &Setup {
        &self.setup
    }
}

impl Setup {
    /// The same program on a profile in another folder, which syncs with nobody.
    pub(crate) fn elsewhere(&self, folder: PathBuf) -> Self {
        let flags = ["local.backend=sqlite", "remote.backend=none"].map(str::to_owned).into();
        Self { profile: Profile::at(folder), env: self.env.clone(), schema: self.schema, flags }
    }

    /// What was set for this call alone.
    pub(crate) fn flags(&self) -> &[String] {
        &self.flags
    }

    /// Where the config is read from.
    pub(crate) fn config_file(&self) -> PathBuf {
        self.profile.path().join(config::FILE)
    }

    /// The config in force.
    pub(crate) fn config(&self) -> Result<Config> {
        Config::load(self.profile.path(), &self.flags)
    }

    /// Opens the rows of this profile.
    pub(crate) fn device(&self) -> Result<Device> {
        let config = self.config()?;
        self.profile.create()?;
        let store = (config.local.open)(&OpenBackend {
            schema: self.schema,
            profile: self.profile.path(),
            settings: &config.local.settings,
            env: self.env.clone(),
            tokens: None,
        })?;
        let replica = Arc::new(Replica::open(store, self.env.clone())?);
        exclude::apply(&replica, &config.exclude)?;
        Ok(Device { replica, config })
    }

    /// Opens what people read of `device`: lists and searches, from an index beside the
    /// rows that can be deleted at any time.
    pub(crate) fn reading(&self, device: &Device) -> Result<Reading> {
        let index = Index::open(&self.profile.path().join(INDEX), self.schema)?;
        Ok(Reading::with_index(device.replica.clone(), Arc::new(index)))
    }

    /// Opens the other side, if one is set up, for whoever is signed in at `deployment`.
    pub(crate) fn remote(
        &self,
        config: &Config,
        deployment: Option<&Deployment>,
    ) -> Result<Option<Arc<dyn Backend>>> {
        let Some(remote) = &config.remote else { return Ok(None) };
        let backend = (remote.open)(&OpenBackend {
            schema: self.schema,
            profile: self.profile.path(),
            settings: &remote.settings,
            env: self.env.clone(),
            tokens: deployment.map(Deployment::tokens),
        })?;
        Ok(Some(backend))
    }

    /// What this program was called as.
    pub(crate) fn name(&self) -> String {
        hints::program()
    }

    /// How this program would be called for `command` on this profile.
    pub(crate) fn call(&self, command: &str) -> String {
        let name = self.name();
        match self.profile.flag() {
            Some(flag) => format!("{name} {flag} {command}"),
            None => format!("{name} {command}"),
        }
    }
}

impl Setup {
    /// The other side, for whoever is about to exchange rows with it: one that people sign
    /// in to gets and gives nothing before the first merge was agreed to.
    pub(crate) fn remote_to_sync(
        &self,
        config: &Config,
        replica: &Arc<Replica>,
    ) -> Result<Option<Arc<dyn Backend>>> {
        let deployment = Deployment::named(self, config, false)?;
        let Some(remote) = self.remote(config, deployment.as_ref())? else { return Ok(None) };
        let Some(deployment) = deployment else { return Ok(Some(remote)) };
        let host = deployment.origin.host();
        Ok(Some(Arc::new(Reviewed { remote, replica: replica.clone(), host })))
    }
}

impl<'a> Context<'a> {
    pub(crate) fn new(output: &'a Output, arguments: Arguments) -> Result<Self> {
        let schema = Schema::registered()?;
        let env = Arc::new(SystemEnv::new()?);
        let profile = Profile::choose(arguments.profile)?;
        profile.check()?;
        log::start(&profile)?;
        Ok(Self { output, setup: Setup { profile, env, schema, flags: arguments.config } })
    }

    /// What a thread of its own needs.
    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Where `device` stands, also while another process syncs.
    pub(crate) fn status(&self, device: &Device) -> Result<Status> {
        let name = device.config.remote.as_ref().map(|it| it.name.as_str());
        let syncing = name.is_some() && Turn::is_taken(&self.profile)?;
        let mut status =
            device.replica.read(|tx| driftline_core::status::read(tx, name, syncing))?;
        if let Some(failure) = &mut status.error {
            failure.message = hints::after(&failure.message, hints::of_failure(failure));
        }
        Ok(status)
    }
}

/// The rows of this profile, and the config they were opened with.
pub(crate) struct Device {
    pub(crate) replica: Arc<Replica>,
    pub(crate) config: Config,
}

impl Device {
    /// The rows as people read them, without lists and searches.
    pub(crate) fn reading(&self) -> Reading {
        Reading::new(self.replica.clone())
    }

    /// What a person calls the other side, if there is one.
    pub(crate) fn remote(&self) -> Option<&str> {
        self.config.remote.as_ref().map(|it| it.name.as_str())
    }
}
