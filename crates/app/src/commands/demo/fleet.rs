//! Two devices and a remote. They are opened from the registry and not from any
//! config: a demo must not be able to reach the rows of the person who runs it.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use driftline_core::{
    Backend, BackendPlugin, Env, Id, OpenBackend, Replica, SyncReport, Value, Values, store::Find,
    view::View,
};
use serde_json::Map;
use tempfile::TempDir;

use super::pick::Pick;
use crate::{context::Context, error::Failed};

/// The backend that keeps rows in files.
const BACKEND: &str = "sqlite";

/// Two devices that share a remote.
pub(super) struct Fleet {
    pub(super) laptop: Device,
    pub(super) desktop: Device,
    env: Arc<dyn Env>,
    folder: TempDir,
}

/// One of them.
pub(super) struct Device {
    pub(super) name: &'static str,
    pub(super) replica: Replica,
    remote: Arc<dyn Backend>,
}

impl Fleet {
    pub(super) fn new(context: &Context<'_>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("driftline-demo-").tempdir().context(
            "no temporary folder can be made; set TMPDIR to a folder that can be written",
        )?;
        let device = |name| Device::new(context, folder.path(), name);
        let (laptop, desktop) = (device("laptop")?, device("desktop")?);
        Ok(Self { laptop, desktop, env: context.env.clone(), folder })
    }

    pub(super) fn folder(&self) -> std::path::Display<'_> {
        self.folder.path().display()
    }

    /// Lets the clock move on, so that one edit is later than another.
    pub(super) fn moment(&self) {
        let now = self.env.wall();
        while self.env.wall() == now {
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }
}

impl Device {
    fn new(context: &Context<'_>, folder: &Path, name: &'static str) -> Result<Self> {
        let missing = || Failed::failed("no_backend", format!("no backend `{BACKEND}` is linked"));
        let plugins = BackendPlugin::registered();
        let plugin = plugins.get(BACKEND).ok_or_else(missing)?;
        let (local, remote) = plugin.local.zip(plugin.remote).ok_or_else(missing)?;
        let profile = folder.join(name);
        std::fs::create_dir(&profile)?;
        let path = folder.join("remote.db").to_string_lossy().into_owned();
        let shared = Map::from_iter([("path".to_owned(), Value::from(path))]);
        let (none, schema, env) = (Map::new(), context.schema, context.env.clone());
        let open = |settings| OpenBackend {
            schema,
            profile: &profile,
            settings,
            env: env.clone(),
            tokens: None,
            secrets: None,
        };
        let replica = Replica::open(local(&open(&none))?, env.clone())?;
        Ok(Self { name, replica, remote: remote(&open(&shared))? })
    }

    pub(super) fn create(&self, pick: &Pick, name: &str, number: i64) -> Result<Id> {
        Ok(self.replica.create_values(pick.entity.name, &pick.values(name, number))?)
    }

    pub(super) fn write(&self, pick: &Pick, id: Id, field: &str, value: Value) -> Result<()> {
        let values = Values::from([(field.to_owned(), value)]);
        Ok(self.replica.update_values(pick.entity.name, id, &values)?)
    }

    pub(super) fn delete(&self, pick: &Pick, id: Id) -> Result<()> {
        Ok(self.replica.set_deleted(pick.entity.name, id, true)?)
    }

    pub(super) fn restore(&self, pick: &Pick, id: Id) -> Result<()> {
        Ok(self.replica.set_deleted(pick.entity.name, id, false)?)
    }

    pub(super) fn rows(&self, pick: &Pick) -> Result<Vec<View>> {
        Ok(self.replica.list_values(pick.entity.name, &Find::new())?)
    }

    pub(super) fn sync(&self) -> Result<SyncReport> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        Ok(runtime.block_on(self.replica.sync(&*self.remote))?)
    }
}
