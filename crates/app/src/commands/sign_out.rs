//! `sign-out`: forgets the sign-in. Everything that is here stays here; what was not sent
//! is counted first, and its owner decides.

use std::{
    fs::OpenOptions,
    io::{BufWriter, Write},
    path::PathBuf,
};

use anyhow::{Context as _, Result};
use clap::Args;
use driftline_auth::State;
use serde_json::json;

use super::sync::exchange;
use crate::{
    account::{Deployment, runtime},
    context::{Context, Device},
    error::Failed,
    profile::Turn,
};

const BATCH: usize = 500;

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
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let deployment = Deployment::required(context, &device.config, false)?;
        let _turn = Turn::take(&context.profile, || {
            context.output.chat("Another process syncs this profile; waiting for it.");
        })?;
        let runtime = runtime()?;
        let state = runtime.block_on(deployment.session.state());
        // Tokens that cannot be read can still be deleted.
        if matches!(state, Ok(State::SignedOut)) {
            return self.tell(context, &deployment, 0, "nobody was signed in");
        }
        if self.send {
            exchange(context, &device)?;
        }
        let unsent = unsent(&device)?;
        if unsent > 0 && !self.keep && self.export.is_none() {
            let call = |flag: &str| context.call(&format!("sign-out --{flag}"));
            let (send, keep, export) = (call("send"), call("keep"), call("export FILE"));
            return Err(Failed::usage(
                "unsent",
                format!(
                    "{unsent} changes were not sent; nothing was done. Send them: {send}  Leave \
                     them here for the next sign-in: {keep}  Write them to a file as well: {export}"
                ),
            ));
        }
        if let Some(path) = &self.export {
            export(&device, path)?;
        }
        let told = runtime.block_on(deployment.session.sign_out())?;
        let how = if told { "ended" } else { "not reached; its session ends by itself" };
        self.tell(context, &deployment, unsent, how)
    }

    fn tell(
        &self,
        context: &Context<'_>,
        deployment: &Deployment,
        unsent: u64,
        session: &str,
    ) -> Result<()> {
        let host = deployment.origin.host();
        if context.output.json {
            return context.output.json(
                &json!({ "remote": host, "session": session, "unsent": unsent, "signed_in": false }),
            );
        }
        context.output.print(&format!("Signed out of {host} ({session})."))?;
        context.output.print("Everything that was here is still here.")?;
        if unsent > 0 {
            let text = format!("{unsent} changes wait here for the next sign-in.");
            context.output.print(&text)?;
        }
        Ok(())
    }
}

/// Rows that the remote does not have as they are here: those that wait, and those that
/// it refused.
fn unsent(device: &Device) -> Result<u64> {
    let (waiting, parked) = device.replica.store().view(|tx| tx.queue_sizes())?;
    Ok(waiting + parked)
}

fn export(device: &Device, path: &std::path::Path) -> Result<()> {
    let shown = path.display();
    // Never over something that somebody kept.
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = BufWriter::new(file.with_context(|| format!("{shown} cannot be created"))?);
    for parked in [false, true] {
        let mut after = 0;
        loop {
            let lines = device.replica.store().view(|tx| {
                let mut lines = Vec::new();
                for entry in tx.queue(parked, after, BATCH)? {
                    let row = tx.get(&entry.entity, entry.id)?.map(|it| it.row);
                    let line = json!({ "entity": entry.entity, "id": entry.id, "row": row });
                    lines.push((entry.place, line));
                }
                Ok(lines)
            })?;
            for (_, line) in &lines {
                writeln!(file, "{line}").with_context(|| format!("{shown} cannot be written"))?;
            }
            match lines.last() {
                Some((place, _)) => after = *place,
                None => break,
            }
        }
    }
    let file = file.into_inner().with_context(|| format!("{shown} cannot be written"))?;
    file.sync_all().with_context(|| format!("{shown} cannot be written"))
}
