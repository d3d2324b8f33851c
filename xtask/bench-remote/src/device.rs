//! A device with its own file and this machine's clock, through the doors that programs use.

use std::{path::Path, sync::Arc};

use anyhow::{Result, ensure};
use async_trait::async_trait;
use driftline::SystemEnv;
use driftline_core::{
    Answers, Backend, Durability, Env, Limits, Page, Pull, Push, Replica, Schema, SyncReport,
    Values,
};
use driftline_sqlite::SqliteStore;
use xtask_bench::data::{self, Draft};

/// A device.
pub(crate) struct Device {
    pub(crate) replica: Replica,
}

/// The clock of this machine.
pub(crate) fn environment() -> Result<Arc<dyn Env>> {
    Ok(Arc::new(SystemEnv::new()?))
}

impl Device {
    /// Opens its file, or makes it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let store = Arc::new(SqliteStore::open(path, Schema::registered()?)?);
        Ok(Self { replica: Replica::open(store, environment()?)? })
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
    pub(crate) fn note(&self, session: u64, note: &str) -> Result<()> {
        let values = Values::from([("note".to_owned(), note.into())]);
        Ok(self.replica.update_values("sessions", data::session(session).id, &values)?)
    }

    /// Exchanges everything with a remote.
    pub(crate) async fn sync(&self, remote: &dyn Backend) -> Result<SyncReport> {
        whole(self.replica.sync(remote).await?)
    }

    /// Sends what waits, as a service does that hears of what is new.
    pub(crate) async fn send(&self, remote: &dyn Backend) -> Result<SyncReport> {
        whole(self.replica.send(remote).await?)
    }
}

fn whole(report: SyncReport) -> Result<SyncReport> {
    let is_whole = report.parked == 0 && report.failed == 0 && report.restarts == 0;
    ensure!(is_whole, "a sync did not go through: {report:?}");
    Ok(report)
}

/// A remote that can be read page by page and in no other way.
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
