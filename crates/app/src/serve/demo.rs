//! Made-up conversations, for who has none yet: in a profile of their own, in a temporary
//! folder that is gone when the app ends, so that they never mix with anybody's rows.

mod transcripts;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use driftline_client::{Client, import, importer::Asker, service::Service};
use driftline_web::{Door, Options, Server};
use tempfile::TempDir;
use tokio::runtime::Handle;

use super::host::{AppHost, StartDemo};
use crate::{call::Call, env};

/// Starts the app of the made-up profile when it is first asked for. Every answer is an
/// address that lets one browser in.
pub(super) fn when_asked(client: Client, call: Call) -> StartDemo {
    let kept: Mutex<Option<Demo>> = Mutex::default();
    Box::new(move || {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let demo = match kept.take() {
            Some(demo) => demo,
            None => Demo::start(&client, &call)?,
        };
        Ok(kept.insert(demo).link())
    })
}

/// The app of the made-up profile.
struct Demo {
    door: Door,
    _folder: TempDir,
}

impl Demo {
    /// Starts it beside the app that runs, on a port of its own. Called where waiting
    /// keeps nobody else waiting, inside the app's runtime.
    fn start(client: &Client, call: &Call) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("driftline-demo-").tempdir();
        let folder = folder.context(
            "no temporary folder can be made; set TMPDIR to a folder that can be written",
        )?;
        let home = folder.path().join("home");
        transcripts::write(&home, client.env.wall())?;
        let client = client.elsewhere(folder.path().join("profile"));
        let call = call.elsewhere(client.profile.path());
        let device = client.device()?;
        import::run(
            &device.replica,
            import::Wanted { from: Some(&home), ..import::Wanted::default() },
            &mut |_| (),
        )?;
        let (service, _news) = Service::start(&client, &device)?;
        let reading = client.reading(&device)?;
        let env = client.env.clone();
        let demo = when_asked(client.clone(), call.clone());
        let host = Arc::new(AppHost::new(client, call, &device, Asker::idle(), service, demo));
        let options = Options { reading, env, host, zone: env::zone(), port: 0 };
        let runtime = Handle::current();
        let server = runtime.block_on(Server::bind(options))?;
        let door = server.door();
        // It ends with the runtime of the app.
        runtime.spawn(server.run(std::future::pending()));
        Ok(Self { door, _folder: folder })
    }

    /// An address that lets one browser in.
    fn link(&self) -> String {
        self.door.link("/sessions")
    }
}
