//! What the pages ask of this program.

use std::sync::Arc;

use driftline_core::{Replica, status::Status};
use driftline_web::{Error, Host, Importing, Result, Setting};

use super::importer::Asker;
use crate::{
    context::{Context, Device, Setup},
    profile::Turn,
    service::Service,
};

/// This program, as the pages know it.
pub(super) struct AppHost {
    setup: Setup,
    replica: Arc<Replica>,
    importer: Asker,
    #[expect(dead_code, reason = "it syncs for as long as it is held")]
    service: Service,
}

impl AppHost {
    pub(super) fn new(
        context: &Context<'_>,
        device: &Device,
        importer: Asker,
        service: Service,
    ) -> Self {
        Self { setup: context.setup().clone(), replica: device.replica.clone(), importer, service }
    }
}

impl Host for AppHost {
    fn status(&self) -> Result<Status> {
        let config = self.setup.config().map_err(|it| told(&it))?;
        let name = config.remote.as_ref().map(|it| it.name.as_str());
        let syncing =
            name.is_some() && Turn::is_taken(&self.setup.profile).map_err(|it| told(&it))?;
        Ok(self.replica.store().view(|tx| driftline_core::status::read(tx, name, syncing))?)
    }

    fn call(&self, command: &str) -> String {
        self.setup.call(command)
    }

    fn settings(&self) -> Result<Vec<Setting>> {
        let config = self.setup.config().map_err(|it| told(&it))?;
        let setting =
            |it: crate::config::Entry| Setting { key: it.key, value: it.value, origin: it.origin };
        Ok(config.entries.into_iter().map(setting).collect())
    }

    fn importing(&self) -> Importing {
        self.importer.state()
    }

    fn import_now(&self) {
        self.importer.ask();
    }
}

fn told(error: &anyhow::Error) -> Error {
    Error::Host(format!("{error:#}"))
}
