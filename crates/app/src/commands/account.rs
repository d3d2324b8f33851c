//! `account`: who is signed in, on which devices, and what is stored where.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use driftline_client::{
    account::{self, Deployment, Erased, Overview},
    runtime,
};
use driftline_core::Error;
use driftline_text::{ago, count_of, size};
use serde_json::json;

use crate::{context::Context, terminal::Terminal};

/// Who is signed in, and where.
#[derive(Clone, Debug, Args)]
pub(crate) struct Account {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// List the devices of this account
    Devices {
        #[command(subcommand)]
        task: Option<DeviceTask>,
    },
    /// Erase everything that the remote has of you; what is on devices stays
    Erase {
        /// Erase it without asking
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Clone, Debug, Subcommand)]
enum DeviceTask {
    /// End sessions; the devices keep their rows
    Revoke {
        /// The id shown by `account devices`
        #[arg(required_unless_present = "others", conflicts_with = "others")]
        id: Option<String>,
        /// End every session except this one
        #[arg(long)]
        others: bool,
    },
}

impl Account {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let deployment = Deployment::required(context, &device.config, false)?;
        let runtime = runtime()?;
        let task = match self.task {
            Some(Task::Erase { yes }) => return erase(context, &deployment, yes),
            Some(Task::Devices { task }) => Some(task),
            None => None,
        };
        let overview = runtime.block_on(account::overview(context, &device, &deployment))?;
        match task {
            None => show(context, &overview),
            Some(None) => {
                if context.output.json {
                    return context.output.json(&overview.devices);
                }
                devices(context, &overview)
            }
            Some(Some(DeviceTask::Revoke { id, .. })) => {
                let out = || Error::signed_out(overview.remote.clone());
                let found = id.map(|it| account::find(&overview, &it)).transpose()?;
                let ended = runtime.block_on(async {
                    match &found {
                        Some(device) => deployment.revoke(device).await,
                        None => deployment.revoke_others().await,
                    }
                })?;
                told(context, found.as_deref(), ended.ok_or_else(out)?)
            }
        }
    }
}

fn erase(context: &Context<'_>, deployment: &Deployment, agreed: bool) -> Result<()> {
    let terminal = Terminal::new(context);
    let erased = runtime()?.block_on(account::erase(context, deployment, agreed, &terminal));
    let Some(Erased { remote, who, rows }) = terminal.came(erased)? else {
        bail!("nothing was erased; to agree: {}", context.call("account erase --yes"));
    };
    if context.output.json {
        return context.output.json(&json!({ "remote": remote, "who": who, "rows": rows }));
    }
    let rows = count_of(rows, "row", "rows");
    context.output.print(&format!("✓ {remote} erased the account of {who}: {rows}."))?;
    context.output.print("Everything that was here is still here. Other devices keep theirs, too.")
}

fn told(context: &Context<'_>, device: Option<&str>, ended: u64) -> Result<()> {
    if context.output.json {
        return context.output.json(&json!({ "device": device, "ended": ended }));
    }
    let text = match (device, ended) {
        (Some(device), 0) => format!("{device} was not signed in"),
        (Some(device), 1) => format!("{device} is signed out"),
        (Some(device), many) => format!("{device} is signed out ({many} sessions)"),
        (None, 0) => "there is no other sign-in".to_owned(),
        (None, 1) => "one other sign-in is ended".to_owned(),
        (None, many) => format!("{many} other sign-ins are ended"),
    };
    context.output.print(&format!("✓ {text}."))?;
    context.output.print("What was received there stays there; nothing more is sent either way.")
}

fn show(context: &Context<'_>, overview: &Overview) -> Result<()> {
    if context.output.json {
        return context.output.json(overview);
    }
    let Overview { remote, person, login, name, .. } = overview;
    let say = |text: &str| context.output.print(text);
    let who = account::who(person, login.as_deref());
    say(&format!("{who}, signed in to {remote}"))?;
    if let Some(name) = name {
        say(&format!("Calls themselves: {name}"))?;
    }
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
        say(&format!("Copy: {} ({})", copy.path.display(), size(copy.bytes)))?;
    }
    let unsent = overview.unsent;
    if unsent.all() > 0 {
        let meant = count_of(unsent.meant(), "change", "changes");
        let (excluded, held) = (unsent.excluded, unsent.held);
        say(&format!("Not sent: {meant}; excluded: {excluded}; held: {held}"))?;
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
        let name = match it.known {
            true => it.name.as_deref().unwrap_or("a device"),
            false => "a sign-in that never said which device it is of",
        };
        let ago = ago(it.last_contact_at, now);
        let state = match (it.is_this, it.signed_in) {
            (true, _) => ", this one",
            (false, true) => "",
            (false, false) => ", signed out",
        };
        say(&format!("  {}  {name}{state}, last here {ago}", it.device))?;
    }
    if devices.iter().any(|it| !it.known) {
        let call = |what: &str| context.call(&format!("account devices revoke {what}"));
        let (one, others) = (call("ID"), call("--others"));
        say(&format!("To end a sign-in that you do not know: {one}  or all others: {others}"))?;
    }
    Ok(())
}
