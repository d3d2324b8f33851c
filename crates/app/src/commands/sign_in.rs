//! `sign-in`: a session at the deployment that the config names, and the first time, once
//! somebody has seen what it would do, the merge of what is here with what is there.

mod review;

use anyhow::Result;
use clap::{Args, Subcommand};
use driftline_client::{
    runtime,
    sign_in::{Agreed, How, Way, sign_in},
};

use crate::{context::Context, terminal::Terminal};

/// Sign in to the deployment that the config names.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SignInTo {
    /// With which account, such as github or google
    provider: Option<String>,
    /// Open no browser here: show a page for any other machine, and type its code
    #[arg(long, conflicts_with = "device")]
    headless: bool,
    /// Use the provider's own flow for machines without a browser
    #[arg(long)]
    device: bool,
    /// Keep the sign-in in a file that only you can read, even where there is a keyring
    #[arg(long)]
    token_file: bool,
    /// Only say what a first merge would do: nothing is merged or sent, and nothing is kept
    #[arg(long)]
    dry_run: bool,
    /// Merge without asking, after a copy of everything was made; on a terminal it is still
    /// asked whether an account that this profile never met is yours
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// Go back to how everything was on this machine before the first merge
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
        done.first.map_or(Ok(()), |it| review::tell(context, &it, dry_run))
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
        How { provider: self.provider, way, in_file: self.token_file, merge }
    }
}
