//! `sign-in`: a session at the deployment that the config names, and the first time, once
//! somebody has seen what it would do, the merge of what is here with what is there.

pub(super) mod review;

use anyhow::Result;
use clap::{Args, Subcommand};
use driftline_client::{
    first_merge::Agreed,
    runtime,
    sign_in::{How, Way, sign_in},
};

use crate::{context::Context, terminal::Terminal};

/// Sign in to the deployment that the config names.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SignInTo {
    /// The provider, such as github or google
    provider: Option<String>,
    /// Do not open a browser: print an address for another machine, and ask for its code
    #[arg(long, conflicts_with = "device")]
    headless: bool,
    /// Use the provider's device flow
    #[arg(long)]
    device: bool,
    /// Store tokens in a file (0600) instead of the keyring
    #[arg(long)]
    token_file: bool,
    /// Show the review of a first merge, then sign out; send and keep nothing
    #[arg(long)]
    dry_run: bool,
    /// Merge without asking, after a backup. On a terminal, an account that is new to
    /// this profile is still confirmed
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// Restore this device to its state before the first merge
    Undo,
}

impl SignInTo {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        if self.task.is_some() {
            return review::undo(context);
        }
        let device = context.device()?;
        let terminal = Terminal::new(context);
        let dry_run = self.dry_run;
        let done = runtime()?.block_on(sign_in(context, &device, &self.how(), &terminal));
        let done = terminal.came(done)?;
        if context.output.json {
            return context.output.json(&done);
        }
        done.first.map_or(Ok(()), |it| review::tell(context, &it, dry_run, "sign-in"))
    }

    fn how(self) -> How {
        let way = match (self.device, self.headless) {
            (true, _) => Way::Device,
            (_, true) => Way::Code,
            _ => Way::Browser,
        };
        let merge = match (self.dry_run, self.yes) {
            (true, _) => Agreed::No,
            (_, true) => Agreed::Yes,
            _ => Agreed::Ask,
        };
        How { provider: self.provider, way, in_file: self.token_file, merge, ..How::default() }
    }
}
