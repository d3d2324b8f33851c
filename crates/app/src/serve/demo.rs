//! Made-up conversations, for who has none yet: in a profile of their own, in a temporary
//! folder that is gone when the app ends, so that they never mix with anybody's rows.

mod transcripts;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use driftline_client::{Client, import, importer::Asker, service::Service};
use driftline_web::{Door, Options, Server};
use tempfile::TempDir;
use tokio::runtime::Handle;

use super::host::AppHost;
use crate::{call::Call, env};

/// The app of the made-up profile.
pub(super) struct Demo {
    door: Door,
    _folder: TempDir,
}

impl Demo {
    /// Starts it beside the app that runs, on a port of its own. Called where waiting
    /// keeps nobody else waiting, inside the app's runtime.
    pub(super) fn start(client: &Client, call: &Call) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("driftline-demo-").tempdir();
        let folder = folder.context(
            "no temporary folder can be made; set TMPDIR to a folder that can be written",
        )?;
        let home = folder.path().join("home");
        transcripts::write(&home, client.env.wall())?;
        let client = client.elsewhere(folder.path().join("profile"));
        let call = call.elsewhere(client.profile.path());
        let device = client.device()?;
        import::run(&device.replica, Some(&home), &mut |_| ())?;
        let (service, _news) = Service::start(&client, &device)?;
        let reading = client.reading(&device)?;
        let env = client.env.clone();
        let host = Arc::new(AppHost::new(client, call, &device, Asker::idle(), service));
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
