//! `key`: the words without which no other device can read a sealed remote.

use anyhow::Result;
use clap::{Args, Subcommand};
use driftline_client::{Error, connect, runtime};
use driftline_core::ExposeSecret as _;
use serde_json::json;

use crate::context::Context;

/// The key of a remote that is sealed.
#[derive(Clone, Debug, Args)]
pub(crate) struct Key {
    #[command(subcommand)]
    task: Task,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// Print the key as words, for another device or for a safe place
    Show,
    /// Seal with a new key from now on, and print its words
    Rotate {
        /// Somebody else may have the old key: it gives no way to the new one, so every
        /// other device needs the new words
        #[arg(long)]
        lost: bool,
    },
}

impl Key {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let runtime = runtime()?;
        let (words, next) = match self.task {
            Task::Show => (runtime.block_on(connect::key(context))?.ok_or(Error::NoKey)?, None),
            Task::Rotate { lost } => {
                let next = match lost {
                    true => {
                        "Every other device stops until it is connected again with these words."
                    }
                    false => "The other devices find the new key at their next sync.",
                };
                (runtime.block_on(connect::rotate_key(context, lost))?, Some(next))
            }
        };
        if context.output.json {
            return context.output.json(&json!({ "key": words.expose_secret() }));
        }
        context.output.print(words.expose_secret())?;
        if words.expose_secret().ends_with(|it: char| it.is_ascii_digit()) {
            context.output.chat(
                "With the number at the end, a new device refuses an older state of the remote; \
                 without it, it cannot notice one.",
            );
        }
        if let Some(next) = next {
            context.output.chat(next);
        }
        Ok(())
    }
}
