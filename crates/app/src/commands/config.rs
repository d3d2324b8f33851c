//! `config`: what is in force and where it was written, and changing it.

use anyhow::Result;
use clap::{Args, Subcommand};
use driftline_client::config::{self, Config as Loaded};
use serde_json::{Map, json};

use crate::{context::Context, error::Failed, output::table};

/// What is in force.
#[derive(Clone, Debug, Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// Show each value and its source
    Show,
    /// Check the config
    Check,
    /// Set keys in the profile's file
    Set {
        /// Pairs of key and value: remote.backend sqlite remote.path /shared/work.db
        #[arg(value_name = "KEY VALUE", required = true, num_args = 2..)]
        words: Vec<String>,
    },
}

impl Config {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        match self.task.unwrap_or(Task::Show) {
            Task::Show => show(context, &context.config()?),
            Task::Check => {
                let file = context.config()?.file;
                if context.output.json {
                    return context.output.json(&json!({ "ok": true, "file": file }));
                }
                let note = if file.exists() { "is right" } else { "is not there: defaults" };
                context.output.print(&format!("✓ {} {note}.", file.display()))
            }
            Task::Set { words } => set(context, &words),
        }
    }
}

fn show(context: &Context<'_>, config: &Loaded) -> Result<()> {
    if context.output.json {
        let entry = |it: &config::Entry| {
            (it.key.clone(), json!({ "value": it.value, "origin": it.origin }))
        };
        let values: Map<_, _> = config.entries.iter().map(entry).collect();
        let profile = context.profile.path();
        return context.output.json(&json!({
            "profile": profile, "file": config.file, "values": values,
        }));
    }
    let row = |it: &config::Entry| vec![it.key.clone(), it.value.clone(), it.origin.clone()];
    let rows: Vec<_> = config.entries.iter().map(row).collect();
    context.output.print(&table(&["key", "value", "from"], &rows, context.output.width()))?;
    context.output.chat(&format!("File: {}", config.file.display()));
    Ok(())
}

fn set(context: &Context<'_>, words: &[String]) -> Result<()> {
    let pairs: Vec<_> = words
        .chunks(2)
        .map(|it| match it {
            [key, value] => Ok((key.clone(), value.clone())),
            _ => Err(Failed::usage("usage", "every key needs a value: config set KEY VALUE")),
        })
        .collect::<Result<_>>()?;
    context.profile.create()?;
    config::set(context.profile.path(), &pairs)?;
    show(context, &context.config()?)
}
