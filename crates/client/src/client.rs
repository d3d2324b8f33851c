//! A profile, and how the program uses it: its config, its rows, and the index over them.
//! Nothing here opens the other side; that is done by what syncs.

use std::{path::PathBuf, sync::Arc};

use driftline::OwnThread;
use driftline_auth::ProfileVault;
use driftline_core::{
    Backend, Env, OpenBackend, Replica, Schema, Secrets, TokenSource, status::Status,
};
use driftline_reading::Reading;

use crate::{
    Error, Result,
    config::{self, Config, Overrides},
    exclude, held,
    profile::{Profile, Turn},
};

/// What is worked out from the rows, beside them.
pub(crate) const INDEX: &str = "index.db";

const EXCLUDE: &str = "sync.exclude";

/// A profile, and how the program was told to use it; a thread of its own gets a copy.
#[derive(Clone)]
pub struct Client {
    /// The folder.
    pub profile: Profile,
    /// Time and randomness.
    pub env: Arc<dyn Env>,
    /// The entities of this program.
    pub schema: &'static Schema,
    over: Overrides,
}

impl Client {
    /// The program on `profile`, with `over` standing over its config.
    ///
    /// # Errors
    /// When the entities of this program do not fit together.
    pub fn new(profile: Profile, env: Arc<dyn Env>, over: Overrides) -> Result<Self> {
        Ok(Self { profile, env, schema: Schema::registered()?, over })
    }

    /// The same program on a profile in another folder, which syncs with nobody.
    pub fn elsewhere(&self, folder: PathBuf) -> Self {
        let pairs = ["local.backend=sqlite", "remote.backend=none"].map(str::to_owned).into();
        let over = Overrides { origin: "this program".into(), pairs };
        Self { profile: Profile::at(folder), env: self.env.clone(), schema: self.schema, over }
    }

    /// Where the config is read from.
    pub fn config_file(&self) -> PathBuf {
        self.profile.path().join(config::FILE)
    }

    /// The config in force.
    ///
    /// # Errors
    /// When it is wrong; it says where.
    pub fn config(&self) -> Result<Config> {
        Config::load(self.profile.path(), &self.over)
    }

    /// The config in force, if `more` stood over it as well.
    pub(crate) fn config_with(&self, more: Overrides) -> Result<Config> {
        let pairs = self.over.pairs.iter().cloned().chain(more.pairs).collect();
        Config::load(self.profile.path(), &Overrides { origin: more.origin, pairs })
    }

    /// Where passwords and keys of remotes are kept; `in_file` asks for files even where there
    /// is a keyring.
    pub(crate) fn secrets(&self, in_file: bool) -> Arc<dyn Secrets> {
        Arc::new(ProfileVault::new(self.profile.path(), in_file, self.env.clone()))
    }

    /// Opens the rows of this profile.
    ///
    /// # Errors
    /// When the config is wrong, or the rows cannot be opened.
    pub fn device(&self) -> Result<Device> {
        let config = self.config()?;
        self.profile.create()?;
        let store = (config.local.open)(&OpenBackend {
            schema: self.schema,
            profile: self.profile.path(),
            settings: &config.local.settings,
            env: self.env.clone(),
            tokens: None,
            secrets: None,
        })?;
        let replica = Replica::open(store, self.env.clone())?.guarded(held::guard());
        let replica = Arc::new(replica);
        exclude::apply(&replica, &config.exclude)?;
        Ok(Device { replica, config })
    }

    /// The rows that are open already, with the config as it is now.
    ///
    /// # Errors
    /// When the config is wrong, or the rows cannot be written.
    pub fn device_of(&self, replica: Arc<Replica>) -> Result<Device> {
        let config = self.config()?;
        exclude::apply(&replica, &config.exclude)?;
        Ok(Device { replica, config })
    }

    /// Opens what people read of `device`: lists and searches, from an index beside the
    /// rows that can be deleted at any time.
    ///
    /// # Errors
    /// When the index cannot be opened.
    pub fn reading(&self, device: &Device) -> Result<Reading> {
        Ok(Reading::open(device.replica.clone(), &self.profile.path().join(INDEX))?)
    }

    /// Opens the other side, if one is set up; `tokens` says for whom.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn remote(
        &self,
        config: &Config,
        tokens: Option<Arc<dyn TokenSource>>,
    ) -> Result<Option<Arc<dyn Backend>>> {
        let Some(remote) = &config.remote else { return Ok(None) };
        let backend = (remote.open)(&OpenBackend {
            schema: self.schema,
            profile: self.profile.path(),
            settings: &remote.settings,
            env: self.env.clone(),
            tokens,
            secrets: Some(self.secrets(false)),
        })?;
        Ok(Some(Arc::new(OwnThread::of(backend)?)))
    }

    /// Writes into the file of the profile that `name` is excluded, or that it is not, and lets
    /// that hold for `replica` at once.
    pub fn exclude(&self, replica: &Replica, name: &str, excluded: bool) -> Result<()> {
        let there = self.config()?.exclude.iter().any(|it| it == name);
        if !there && !excluded {
            return Err(Error::NotExcluded(name.to_owned()));
        }
        self.profile.create()?;
        config::set_member(self.profile.path(), EXCLUDE, name, excluded)?;
        let config = self.config()?;
        // A variable or a flag stands over the file, whatever is written into that.
        if config.exclude.iter().any(|it| it == name) != excluded {
            let origin =
                config.entries.iter().find(|it| it.key == EXCLUDE).map(|it| it.origin.as_str());
            let origin = origin.unwrap_or("what is set elsewhere");
            let file = config.file.display();
            let message =
                format!("{file} is changed, but {origin} stands over it; change {EXCLUDE} there");
            return Err(Error::Config(message));
        }
        exclude::apply(replica, &config.exclude)
    }

    /// Where `device` stands, also while another process syncs.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn status(&self, device: &Device) -> Result<Status> {
        let syncing = device.config.remote.is_some() && Turn::is_taken(&self.profile)?;
        let name = device.remote();
        Ok(device.replica.read(|tx| driftline_core::status::read(tx, name, syncing))?)
    }
}

/// The rows of this profile, and the config they were opened with.
pub struct Device {
    /// The rows.
    pub replica: Arc<Replica>,
    /// The config.
    pub config: Config,
}

impl Device {
    /// The rows as people read them, without lists and searches.
    pub fn reading(&self) -> Reading {
        Reading::new(self.replica.clone())
    }

    /// What a person calls the other side, if there is one.
    pub fn remote(&self) -> Option<&str> {
        self.config.remote.as_ref().map(|it| it.name.as_str())
    }
}
