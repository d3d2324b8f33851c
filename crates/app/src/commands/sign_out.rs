//! `sign-out`: forgets the sign-in. Everything that is here stays here; what was not sent
//! is counted first, and its owner decides.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use driftline_client::{
    Result as ClientResult, runtime,
    sign_out::{Ended, Leave, SignedOut, sign_out},
};
use driftline_text::count_of;
use serde_json::json;

use crate::{context::Context, terminal::Terminal};

/// Forget the sign-in; what is here stays.
#[derive(Clone, Debug, Args)]
pub(crate) struct SignOut {
    /// Send waiting changes first
    #[arg(long)]
    send: bool,
    /// Keep waiting changes queued until the next sign-in
    #[arg(long, conflicts_with = "send")]
    keep: bool,
    /// Also write waiting changes to a file, one JSON line per row
    #[arg(long, value_name = "FILE", conflicts_with = "send")]
    export: Option<PathBuf>,
}

impl SignOut {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let terminal = Terminal::new(context);
        let decide = |count| self.decide(&terminal, count);
        let done = runtime()?.block_on(sign_out(context, &device, decide, &terminal));
        let done = terminal.came(done)?;
        tell(context, &done)
    }

    /// What is to become of `count` changes: what was typed, or what is answered where there
    /// is somebody to ask.
    fn decide(self, terminal: &Terminal<'_>, count: u64) -> ClientResult<Option<Leave>> {
        if let Some(path) = self.export {
            return Ok(Some(Leave::Export(path)));
        }
        if self.send || self.keep || count == 0 {
            return Ok(Some(if self.send { Leave::Send } else { Leave::Keep }));
        }
        let changes = count_of(count, "change was", "changes were");
        let question = format!(
            "{changes} not sent yet.\n  s  send them first\n  k  keep them here; they are sent when \
             you sign in again\n  Anything else: do nothing\n> "
        );
        Ok(match terminal.asks(&question)?.as_deref() {
            Some("s") => Some(Leave::Send),
            Some("k") => Some(Leave::Keep),
            _ => None,
        })
    }
}

fn tell(context: &Context<'_>, done: &SignedOut) -> Result<()> {
    let SignedOut { remote, session, unsent } = done;
    let session = match session {
        Ended::Nobody => "nobody was signed in",
        Ended::Told => "ended",
        Ended::NotReached => "not reached; its session ends by itself",
    };
    if context.output.json {
        return context.output.json(&json!({
            "remote": remote,
            "session": session,
            "unsent": unsent.meant(),
            "excluded": unsent.excluded,
            "held": unsent.held,
            "signed_in": false,
        }));
    }
    context.output.print(&format!("Signed out of {remote} ({session})."))?;
    context.output.print("Everything that was here is still here.")?;
    if unsent.meant() > 0 {
        let changes = count_of(unsent.meant(), "change waits", "changes wait");
        context.output.print(&format!("{changes} here for the next sign-in."))?;
    }
    Ok(())
}
