//! What every command works with: the output, how the program was called, and the profile.

use std::{ops::Deref, sync::Arc};

use anyhow::Result;
pub(crate) use driftline_client::Device;
use driftline_client::{Client, Overrides, SystemEnv, profile::Profile, start_log};

use crate::{call::Call, output::Output};

/// What a command works with.
pub(crate) struct Context<'a> {
    pub(crate) output: &'a Output,
    call: Call,
    client: Client,
}

impl Deref for Context<'_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl<'a> Context<'a> {
    /// Opens `profile`, with `config` of the command line over its config.
    pub(crate) fn new(
        output: &'a Output,
        call: Call,
        profile: Profile,
        config: Vec<String>,
    ) -> Result<Self> {
        let over = Overrides { origin: "--config".into(), pairs: config };
        let client = Client::new(profile, Arc::new(SystemEnv::new()?), over)?;
        client.profile.check()?;
        start_log(&client.profile)?;
        Ok(Self { output, call, client })
    }

    /// What a thread of its own needs.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// How the program is called.
    pub(crate) fn caller(&self) -> &Call {
        &self.call
    }

    /// How this program would be called for `command` on this profile.
    pub(crate) fn call(&self, command: &str) -> String {
        self.call.to(command)
    }

    /// What this program was called as.
    pub(crate) fn name(&self) -> &str {
        self.call.name()
    }
}
