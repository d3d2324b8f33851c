//! `completions`: what a shell needs to complete what is typed.

use anyhow::{Context as _, Result};
use clap::Args;
use clap_complete::Shell;

use crate::context::Context;

/// What a shell needs to complete what is typed.
#[derive(Clone, Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Prints the script for all that can be `typed`.
    pub(crate) fn run(self, context: &Context<'_>, mut typed: clap::Command) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut typed, context.name(), &mut script);
        let script = String::from_utf8(script).context("the script is no text")?;
        context.output.print(&script)
    }
}
