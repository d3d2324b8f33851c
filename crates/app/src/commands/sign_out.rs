//! `sign-out`: forgets the sign-in. Everything that is here stays here; what was not sent
//! is counted first, and its owner decides.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use driftline_auth::State;
use serde_json::json;

use super::sync::exchange;
use crate::{
    account::{
        Deployment, facts,
        review::Scratch,
        runtime,
        unsent::{self, Unsent},
    },
    context::Context,
    error::Failed,
    profile::Turn,
};

/// Forget the sign-in; what is here stays.
#[derive(Clone, Debug, Args)]
pub(crate) struct SignOut {
    /// Send first what was not sent
    #[arg(long)]
    send: bool,
    /// Leave what was not sent in the queue: it is sent after the next sign-in
    #[arg(long, conflicts_with = "send")]
    keep: bool,
    /// Write what was not sent to a file, too, a line of JSON for each row
    #[arg(long, value_name = "FILE", conflicts_with = "send")]
    export: Option<PathBuf>,
}

impl SignOut {
    pub(crate) fn run(mut self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let deployment = Deployment::required(context, &device.config, false)?;
        let _turn = Turn::take(&context.profile, || {
            context.output.chat("Another process syncs this profile; waiting for it.");
        })?;
        let runtime = runtime()?;
        let state = runtime.block_on(deployment.session.state());
        // Tokens that cannot be read can still be deleted.
        if matches!(state, Ok(State::SignedOut)) {
            return tell(context, &deployment, Unsent::none(), "nobody was signed in");
        }
        let before = Unsent::of(&device.replica)?.meant();
        if before > 0 && !self.send && !self.keep && self.export.is_none() {
            self.ask(context, before)?;
        }
        if self.send {
            exchange(context, &device)?;
        }
        let unsent = Unsent::of(&device.replica)?;
        if self.send && unsent.meant() > 0 {
            return Err(undecided(context, unsent.meant(), "could not be sent"));
        }
        if let Some(path) = &self.export {
            unsent::export(&device.replica, path)?;
        }
        let told = runtime.block_on(deployment.session.sign_out())?;
        facts::forget(context.profile.path());
        // What a first merge would have begun with.
        Scratch::remove(context)?;
        let how = if told { "ended" } else { "not reached; its session ends by itself" };
        tell(context, &deployment, unsent, how)
    }

    /// Asks what is to become of `count` changes, where there is somebody to ask.
    fn ask(&mut self, context: &Context<'_>, count: u64) -> Result<()> {
        let question = format!(
            "{count} changes on this device were not sent.\n  s  send them first\n  k  keep them \
             here; they are sent when you sign in again\n  Anything else: do nothing\n> "
        );
        match context.output.ask(&question)?.as_deref() {
            Some("s") => self.send = true,
            Some("k") => self.keep = true,
            _ => return Err(undecided(context, count, "were not sent")),
        }
        Ok(())
    }
}

/// The refusal to sign out while nobody has said what becomes of changes.
fn undecided(context: &Context<'_>, count: u64, what: &str) -> anyhow::Error {
    let call = |flag: &str| context.call(&format!("sign-out --{flag}"));
    let (send, keep, export) = (call("send"), call("keep"), call("export FILE"));
    Failed::usage(
        "unsent",
        format!(
            "{count} changes {what}; nothing was done. Send them: {send}  Leave them here for the \
             next sign-in: {keep}  Write them to a file as well: {export}"
        ),
    )
}

fn tell(
    context: &Context<'_>,
    deployment: &Deployment,
    unsent: Unsent,
    session: &str,
) -> Result<()> {
    let host = deployment.origin.host();
    if context.output.json {
        return context.output.json(&json!({
            "remote": host,
            "session": session,
            "unsent": unsent.meant(),
            "excluded": unsent.kept,
            "signed_in": false,
        }));
    }
    context.output.print(&format!("Signed out of {host} ({session})."))?;
    context.output.print("Everything that was here is still here.")?;
    if unsent.meant() > 0 {
        let text = format!("{} changes wait here for the next sign-in.", unsent.meant());
        context.output.print(&text)?;
    }
    Ok(())
}
