//! A device with its own file, through the doors that programs use.

use std::sync::Arc;

use anyhow::{Context, Result};
use driftline_core::{
    Durability, EntityDescriptor, Hub, Id, Replica, Schema, Simulated, Store, SyncReport, Values,
    store::Find,
};
use driftline_sqlite::SqliteStore;
use futures_executor::block_on;
use tempfile::TempDir;

use super::data::Draft;

/// A device.
pub(super) struct Device {
    replica: Replica,
    env: Arc<Simulated>,
    _folder: TempDir,
}

/// A hub in a file.
pub(super) struct Remote {
    hub: Hub,
    _folder: TempDir,
}

fn store() -> Result<(Arc<dyn Store>, TempDir)> {
    let folder = tempfile::tempdir()?;
    let store = SqliteStore::open(&folder.path().join("rows.db"), Schema::registered()?)?;
    Ok((Arc::new(store), folder))
}

fn environment(seed: u64) -> Arc<Simulated> {
    Arc::new(Simulated::new(seed, 1_790_000_000_000))
}

impl Remote {
    pub(super) fn new() -> Result<Self> {
        let (store, folder) = store()?;
        let hub = Hub::open(store, "bench", &*environment(0))?;
        Ok(Self { hub, _folder: folder })
    }
}

impl Device {
    pub(super) fn new(seed: u64) -> Result<Self> {
        let (store, folder) = store()?;
        let env = environment(seed);
        Ok(Self { replica: Replica::open(store, env.clone())?, env, _folder: folder })
    }

    /// Imports rows in one transaction.
    pub(super) fn import(&self, entity: &'static EntityDescriptor, drafts: &[Draft]) -> Result<()> {
        self.replica.write_with(Durability::Normal, |tx| {
            for Draft { id, row, local } in drafts {
                let local = local.iter().map(|(field, value)| ((*field).into(), value.clone()));
                tx.import(entity, *id, row.clone().into_cells().collect(), local.collect())?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Sets the note of a session, as a person does.
    pub(super) fn note(&self, id: Id, note: &str) -> Result<()> {
        self.env.pass(1);
        let values = Values::from([("note".to_owned(), note.into())]);
        Ok(self.replica.update_values("sessions", id, &values)?)
    }

    /// Reads the message with this id.
    pub(super) fn get(&self, id: Id) -> Result<()> {
        self.replica.get_values("messages", id)?.context("a message is missing").map(drop)
    }

    /// Reads the newest 50 messages, of a session if one is given.
    pub(super) fn newest(&self, session: Option<Id>) -> Result<usize> {
        let find = Find::new().descending("created_at").limit(50);
        let find = session.map_or(find.clone(), |id| find.refers("session", id));
        Ok(self.replica.list_values("messages", &find)?.len())
    }

    /// Exchanges everything with the hub.
    pub(super) fn sync(&self, remote: &Remote) -> Result<SyncReport> {
        Ok(block_on(self.replica.sync(&remote.hub))?)
    }
}
