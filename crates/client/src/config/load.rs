//! The config in force: what its layers say, with the backends that were chosen.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use driftline_core::{Backend, BackendPlugin, Open, Store, Value};
use driftline_transcripts::Secrets;
use serde_json::Map;

use super::{
    check, duration,
    file::{self, FILE},
    given::{self, Given, told},
    layers,
    overrides::Overrides,
};
use crate::{Error, error::Result};

/// The config in force.
#[derive(Clone)]
pub struct Config {
    /// Where it is written.
    pub file: PathBuf,
    /// Where the rows are.
    pub local: Side<dyn Store>,
    /// With what they are synced, if with anything.
    pub remote: Option<Side<dyn Backend>>,
    /// How long after the last change it is sent.
    pub debounce: Duration,
    /// Whether nothing is synced but what a person asks for.
    pub paused: bool,
    /// What stays on this device, as it was written.
    pub exclude: Vec<String>,
    /// What becomes of likely secrets in transcripts that are imported.
    pub secrets: Secrets,
    /// Every key in force.
    pub entries: Vec<Entry>,
}

/// One side, ready to be opened.
pub struct Side<T: ?Sized> {
    /// What a person calls it.
    pub name: String,
    /// What opens it.
    pub open: Open<T>,
    /// The settings of its backend.
    pub settings: Map<String, Value>,
    /// The backend.
    pub(crate) plugin: &'static BackendPlugin,
}

impl<T: ?Sized> Clone for Side<T> {
    fn clone(&self) -> Self {
        let Self { name, open, settings, plugin } = self;
        Self { name: name.clone(), open: *open, settings: settings.clone(), plugin }
    }
}

/// One key in force.
#[derive(Clone)]
pub struct Entry {
    /// Such as `remote.backend`.
    pub key: String,
    /// What is in force; no secret.
    pub value: String,
    /// Where it was written.
    pub origin: String,
}

impl Config {
    /// Reads and checks the config of the profile in `folder`.
    pub fn load(folder: &Path, over: &Overrides) -> Result<Self> {
        let file = folder.join(FILE);
        let text = file::read(&file)?;
        Self::of(file, text.as_deref(), over)
    }

    /// Checks the config that `text` would be.
    pub(super) fn of(file: PathBuf, text: Option<&str>, over: &Overrides) -> Result<Self> {
        let values = layers::in_force(&file, text, over)?;
        let plugins = BackendPlugin::registered();
        let chosen = |key: &str| {
            let name = values.get(key).and_then(|it| it.value.as_str());
            name.and_then(|it| plugins.get(it)).copied()
        };
        let local = chosen("local.backend").and_then(|it| Some((it, it.local?)));
        let Some((plugin, open)) = local else {
            let message = "this program has no backend that can be the local side; link one";
            return Err(Error::Config(message.into()));
        };
        let local = Side::of("local", plugin, open, &values);
        let remote = chosen("remote.backend").and_then(|it| Some((it, it.remote?)));
        let remote = remote.map(|(plugin, open)| Side::of("remote", plugin, open, &values));
        let debounce = values.get("sync.debounce").and_then(|it| it.value.as_str());
        let debounce = debounce.and_then(duration::parse).unwrap_or_default();
        let paused = values.get("sync.paused").and_then(|it| given::truth(&it.value));
        let paused = paused.unwrap_or_default();
        let exclude = values.get("sync.exclude").and_then(|it| given::texts(&it.value));
        let exclude = exclude.unwrap_or_default();
        let secrets = values.get("import.secrets").and_then(|it| it.value.as_str());
        let secrets = secrets.and_then(check::secrets).unwrap_or_default();
        let entries = values.into_iter().map(|(key, given)| {
            let value = if is_secret(&key) { "(not shown)".into() } else { told(&given.value) };
            Entry { key, value, origin: given.origin }
        });
        let entries = entries.collect();
        Ok(Self { file, local, remote, debounce, paused, exclude, secrets, entries })
    }
}

impl<T: ?Sized> Side<T> {
    fn of(
        table: &str,
        plugin: &'static BackendPlugin,
        open: Open<T>,
        values: &BTreeMap<String, Given>,
    ) -> Self {
        let setting = |name: &str| values.get(&format!("{table}.{name}"));
        // A setting of a backend that another layer replaced is none of this one's.
        let settings: Map<String, Value> = plugin
            .settings
            .iter()
            .filter_map(|(name, _)| Some(((*name).to_owned(), setting(name)?.value.clone())))
            .collect();
        let first = plugin.settings.iter().map(|(name, _)| *name).find(|it| !is_secret(it));
        let name = match first.and_then(|it| settings.get(it)) {
            Some(value) => format!("{}: {}", plugin.name, told(value)),
            None => plugin.name.to_owned(),
        };
        Self { name, open, settings, plugin }
    }

    /// The address that people sign in at, if its backend wants that.
    pub fn sign_in_address(&self) -> Option<&str> {
        self.settings.get(self.plugin.sign_in?)?.as_str()
    }
}

fn is_secret(key: &str) -> bool {
    // What is done with secrets is none.
    key != "import.secrets" && ["token", "secret", "password"].iter().any(|it| key.contains(it))
}
