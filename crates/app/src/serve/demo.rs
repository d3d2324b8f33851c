//! Made-up conversations, for who has none yet: in a profile of their own, in a temporary
//! folder that is gone when the app ends, so that they never mix with anybody's rows.

mod transcripts;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use driftline_web::{Door, Options, Server};
use tempfile::TempDir;
use tokio::runtime::Handle;

use super::{host::AppHost, importer::Asker};
use crate::{context::Setup, env, import, service::Service};

/// The app of the made-up profile.
pub(super) struct Demo {
    door: Door,
    _folder: TempDir,
}

impl Demo {
    /// Starts it beside the app that runs, on a port of its own. Called where waiting
    /// keeps nobody else waiting, inside the app's runtime.
    pub(super) fn start(setup: &Setup) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("driftline-demo-").tempdir();
        let folder = folder.context(
            "no temporary folder can be made; set TMPDIR to a folder that can be written",
        )?;
        let home = folder.path().join("home");
        transcripts::write(&home, setup.env.wall())?;
        let setup = setup.elsewhere(folder.path().join("profile"));
        let device = setup.device()?;
        import::run(&device.replica, Some(&home), &mut |_| ())?;
        let (service, _news) = Service::start(&setup, &device)?;
        let reading = setup.reading(&device)?;
        let env = setup.env.clone();
        let host = Arc::new(AppHost::new(setup, &device, Asker::idle(), service));
        let options = Options { reading, env, host, zone: env::zone(), port: 0 };
        let runtime = Handle::current();
        let server = runtime.block_on(Server::bind(options))?;
        let door = server.door();
        // It ends with the runtime of the app.
        runtime.spawn(server.run(std::future::pending()));
        Ok(Self { door, _folder: folder })
    }

    /// An address that lets one browser in.
    pub(super) fn link(&self) -> String {
        self.door.link("/sessions")
    }
}
