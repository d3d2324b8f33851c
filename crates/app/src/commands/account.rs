//! `account`: who is signed in, on which devices, and what is stored where.

use anyhow::Result;
use clap::Args;
use driftline_auth::State;
use driftline_core::{Error, device};
use serde_json::json;

use crate::{
    account::{Deployment, runtime},
    context::Context,
    time,
};

/// Who is signed in, and where.
#[derive(Clone, Debug, Args)]
pub(crate) struct Show {}

impl Show {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let deployment = Deployment::required(context, &device.config, false)?;
        let host = deployment.origin.host();
        let out = || Error::SignedOut { remote: host.clone() };
        let runtime = runtime()?;
        let (state, place) = runtime.block_on(async {
            let session = &deployment.session;
            Ok::<_, anyhow::Error>((session.state().await?, session.place().await?))
        })?;
        if state != State::SignedIn {
            return Err(out().into());
        }
        let me = runtime.block_on(async {
            let calls = deployment.calls();
            let Some(token) = deployment.session.access().await? else { return Ok(None) };
            if let Some(me) = calls.me(&token).await? {
                return Ok(Some(me));
            }
            let Some(token) = deployment.session.another(&token).await? else { return Ok(None) };
            Ok::<_, anyhow::Error>(calls.me(&token).await?)
        })?;
        let Some(me) = me else { return Err(out().into()) };
        let bound = device.replica.store().view(device::link)?.identity.map(|it| it.person);
        if context.output.json {
            let devices = me
                .devices
                .iter()
                .map(|it| json!({ "device": it.device, "last_contact_at": it.last_contact_at }));
            return context.output.json(&json!({
                "remote": host,
                "person": me.person,
                "provider": me.provider,
                "name": me.name,
                "bound_to": bound,
                "devices": devices.collect::<Vec<_>>(),
                "sign_in_kept_in": place,
                "profile": context.profile.path(),
            }));
        }
        let say = |text: &str| context.output.print(text);
        let name = me.name.as_deref().unwrap_or(&me.person);
        say(&format!("{name}, signed in to {host} with {}", me.provider))?;
        say(&format!("Sign-in: kept in {place}"))?;
        say(&format!("Rows: {} and {host}", context.profile.path().display()))?;
        say(if me.devices.is_empty() { "Devices: none has synced yet" } else { "Devices:" })?;
        let now = context.env.wall();
        for it in &me.devices {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time")]
            let at = it.last_contact_at.max(0.0) as u64;
            say(&format!("  {}  last here {}", it.device, time::ago(at, now)))?;
        }
        Ok(())
    }
}
