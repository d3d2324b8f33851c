//! A device with its own file, through the doors that programs use.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use driftline_core::{
    Answers, Backend, Durability, Id, Limits, Page, Pull, Push, Replica, Schema, Simulated, Store,
    SyncReport, Values, store::Find,
};
use driftline_sqlite::{SqliteHub, SqliteStore};
use futures_executor::block_on;

use crate::data::Draft;

/// The seed of a device. Devices of one hub have different ones.
pub(crate) const ONE: u64 = 1;
/// The seed of another.
pub(crate) const OTHER: u64 = 2;

/// Rows in a transaction of many edits.
const EDITS: usize = 1_000;

/// A device.
pub(crate) struct Device {
    pub(crate) replica: Arc<Replica>,
    env: Arc<Simulated>,
}

/// A hub in a file.
pub(crate) struct Remote(pub(crate) SqliteHub);

fn environment(seed: u64) -> Arc<Simulated> {
    Arc::new(Simulated::new(seed, 1_790_000_000_000))
}

impl Remote {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let store = Arc::new(SqliteStore::open(path, Schema::registered()?)?);
        Ok(Self(SqliteHub::over(store, "bench", &*environment(0))?))
    }
}

impl Device {
    /// Opens its file, or makes it.
    pub(crate) fn open(path: &Path, seed: u64) -> Result<Self> {
        Self::of(Arc::new(SqliteStore::open(path, Schema::registered()?)?), seed)
    }

    pub(crate) fn of(store: Arc<dyn Store>, seed: u64) -> Result<Self> {
        let env = environment(seed);
        Ok(Self { replica: Arc::new(Replica::open(store, env.clone())?), env })
    }

    /// Imports rows in one transaction.
    pub(crate) fn import(&self, entity: &str, drafts: &[Draft]) -> Result<()> {
        let entity = Schema::registered()?.entity(entity)?;
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
    pub(crate) fn note(&self, id: Id, note: &str) -> Result<()> {
        self.env.pass(1);
        Ok(self.replica.update_values("sessions", id, &noted(note))?)
    }

    /// Sets the notes of many sessions, which need not survive a power cut.
    pub(crate) fn note_many(&self, notes: &[(Id, String)]) -> Result<()> {
        for batch in notes.chunks(EDITS) {
            self.env.pass(1);
            self.replica.write_with(Durability::Normal, |tx| {
                let mut notes = batch.iter();
                notes.try_for_each(|(id, note)| tx.update_values("sessions", *id, noted(note)))
            })?;
        }
        Ok(())
    }

    /// Reads the message with this id.
    pub(crate) fn get(&self, id: Id) -> Result<()> {
        self.replica.get_values("messages", id)?.context("a message is missing").map(drop)
    }

    /// Reads the newest 50 messages of a session.
    pub(crate) fn newest(&self, session: Id) -> Result<usize> {
        let find = Find::new().descending("created_at").limit(50).refers("session", session);
        Ok(self.replica.list_values("messages", &find)?.len())
    }

    /// Exchanges everything with the hub.
    pub(crate) fn sync(&self, remote: &Remote) -> Result<SyncReport> {
        self.sync_with(&remote.0)
    }

    /// The same with any remote.
    pub(crate) fn sync_with(&self, remote: &dyn Backend) -> Result<SyncReport> {
        self.env.pass(1);
        let report = block_on(self.replica.sync(remote))?;
        let is_whole = report.parked == 0 && report.failed == 0 && report.restarts == 0;
        ensure!(is_whole, "a sync did not go through: {report:?}");
        Ok(report)
    }
}

fn noted(note: &str) -> Values {
    Values::from([("note".to_owned(), note.into())])
}

/// A hub that can be read page by page and in no other way.
pub(crate) struct ByPages<'a>(pub(crate) &'a dyn Backend);

#[async_trait]
impl Backend for ByPages<'_> {
    fn name(&self) -> String {
        self.0.name()
    }

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    async fn pull(&self, request: Pull) -> driftline_core::Result<Page> {
        self.0.pull(request).await
    }

    async fn push(&self, request: Push) -> driftline_core::Result<Answers> {
        self.0.push(request).await
    }
}
