//! What the pages ask of this program.

use std::any::Any;

use driftline_client::{Client, Device, OpenProfile, importer::Asker, service::Service};
use driftline_core::status::Failure;
use driftline_text::Shell;
use driftline_web::{Error, Host, Result};
use url::Url;

use crate::{
    browser::{self, Handover, Purpose},
    call::Call,
    env, hints,
};

/// Starts the app of made-up conversations unless it runs, and returns an address to open it
/// at.
pub(super) type StartDemo = Box<dyn Fn() -> anyhow::Result<String> + Send + Sync>;

/// This program, as the pages know it.
pub(super) struct AppHost {
    call: Call,
    profile: OpenProfile,
    demo: StartDemo,
}

impl AppHost {
    pub(super) fn new(
        client: Client,
        call: Call,
        device: &Device,
        importer: Asker,
        service: Service,
        demo: StartDemo,
    ) -> Self {
        let folder = client.profile.path().to_owned();
        let visit = move |page: &Url| -> Option<Box<dyn Any + Send>> {
            browser::clear(&folder, Purpose::SignIn, "");
            Some(Box::new(Handover::open(&folder, Purpose::SignIn, page)?))
        };
        let (visit, service) = (Box::new(visit), Some(service));
        let profile = OpenProfile::new(client, device, importer, service, visit);
        Self { call, profile, demo }
    }
}

impl Host for AppHost {
    fn profile(&self) -> &OpenProfile {
        &self.profile
    }

    fn call(&self, command: &str) -> String {
        self.call.to(command)
    }

    fn hints(&self, failure: &Failure) -> Vec<String> {
        hints::of_failure(&self.call, failure)
    }

    fn opening(&self) -> String {
        format!("{} open", self.call.name())
    }

    fn person(&self) -> Option<String> {
        env::person()
    }

    fn shell(&self) -> Shell {
        env::shell()
    }

    fn demo(&self) -> Result<String> {
        (self.demo)().map_err(|it| Error::Host(format!("{it:#}")))
    }
}
