//! `account`: who is signed in, on which devices, and what is stored where.

use anyhow::Result;
use clap::{Args, Subcommand};
use driftline_core::Error;
use serde_json::json;

use crate::{
    account::{self, Deployment, Overview, runtime},
    context::Context,
    error::Failed,
    time,
};

/// Who is signed in, and where.
#[derive(Clone, Debug, Args)]
pub(crate) struct Account {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// The devices of this account
    Devices {
        #[command(subcommand)]
        task: Option<DeviceTask>,
    },
}

#[derive(Clone, Debug, Subcommand)]
enum DeviceTask {
    /// End the sign-in of a device; what is on it stays on it
    Revoke {
        /// The device's id, as `account devices` shows it
        id: String,
    },
}

impl Account {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let deployment = Deployment::required(context, &device.config, false)?;
        let runtime = runtime()?;
        let overview = runtime.block_on(account::overview(context, &device, &deployment))?;
        match self.task {
            None => show(context, &overview),
            Some(Task::Devices { task: None }) => {
                if context.output.json {
                    return context.output.json(&overview.devices);
                }
                devices(context, &overview)
            }
            Some(Task::Devices { task: Some(DeviceTask::Revoke { id }) }) => {
                let found = find(context, &overview, &id)?;
                let ended = runtime.block_on(deployment.revoke(&found))?;
                let out = || Error::SignedOut { remote: overview.remote.clone() };
                told(context, &found, ended.ok_or_else(out)?)
            }
        }
    }
}

/// The device that somebody means.
fn find(context: &Context<'_>, overview: &Overview, typed: &str) -> Result<String> {
    let Some(devices) = &overview.devices else {
        let message = overview.unreachable.clone().unwrap_or_default();
        return Err(Failed::failed("unavailable", message));
    };
    let mut met = devices.iter().filter(|it| it.device.starts_with(typed));
    let list = context.call("account devices");
    match (met.next(), met.next()) {
        (Some(it), None) if it.is_this => {
            let out = context.call("sign-out");
            Err(Failed::usage("this_device", format!("this is the device you are at; try: {out}")))
        }
        (Some(it), None) => Ok(it.device.clone()),
        (None, _) => {
            let typed = driftline_core::excerpt(typed);
            Err(Failed::not_found(format!("no device of yours is called `{typed}`; see: {list}")))
        }
        (Some(_), Some(_)) => {
            Err(Failed::usage("ambiguous_id", format!("several are called so; see: {list}")))
        }
    }
}

fn told(context: &Context<'_>, device: &str, ended: u64) -> Result<()> {
    if context.output.json {
        return context.output.json(&json!({ "device": device, "ended": ended }));
    }
    let sessions = match ended {
        0 => "was not signed in".to_owned(),
        1 => "is signed out".to_owned(),
        many => format!("is signed out ({many} sessions)"),
    };
    context.output.print(&format!("✓ {device} {sessions}."))?;
    context.output.print("What it has received stays on it; it gets and sends nothing more.")
}

fn show(context: &Context<'_>, overview: &Overview) -> Result<()> {
    if context.output.json {
        return context.output.json(overview);
    }
    let Overview { remote, person, provider, name, .. } = overview;
    let say = |text: &str| context.output.print(text);
    let name = name.as_deref().unwrap_or(person);
    say(&format!("{name}, signed in to {remote} with {provider}"))?;
    say(&format!("Sign-in: kept in {}", overview.sign_in_kept_in))?;
    let rows = overview.profile.display();
    say(&match &overview.bound_to {
        Some(_) => format!("Rows: {rows} and {remote}"),
        None => format!("Rows: {rows} alone; nothing was merged yet"),
    })?;
    if let Some(picture) = &overview.picture {
        say(&format!("Picture: {}", picture.display()))?;
    }
    for copy in &overview.copies {
        say(&format!("Copy: {} ({} MB)", copy.path.display(), copy.bytes.div_ceil(1 << 20)))?;
    }
    let unsent = overview.unsent;
    if unsent.all() > 0 {
        let (meant, kept) = (unsent.meant(), unsent.kept);
        say(&format!("Not sent: {meant} changes; excluded: {kept}"))?;
    }
    devices(context, overview)
}

fn devices(context: &Context<'_>, overview: &Overview) -> Result<()> {
    let say = |text: &str| context.output.print(text);
    let Some(devices) = &overview.devices else {
        let why = overview.unreachable.as_deref().unwrap_or_default();
        return say(&format!("Devices: not known now, {why}"));
    };
    say(if devices.is_empty() { "Devices: none has synced yet" } else { "Devices:" })?;
    let now = context.env.wall();
    for it in devices {
        let name = it.name.as_deref().unwrap_or("a device");
        let ago = time::ago(it.last_contact_at, now);
        let state = match (it.is_this, it.signed_in) {
            (true, _) => ", this one",
            (false, true) => "",
            (false, false) => ", signed out",
        };
        say(&format!("  {}  {name}{state}, last here {ago}", it.device))?;
    }
    Ok(())
}
