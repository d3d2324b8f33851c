//! `backup`: a copy of everything that is here, and the copies that there are.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::{
    backup::{self, Copy},
    context::Context,
    error::Failed,
    output::table,
    time,
};

/// A copy of everything that is here.
#[derive(Clone, Debug, Args)]
pub(crate) struct Backup {
    /// Make none: show those that there are
    #[arg(long)]
    list: bool,
}

impl Backup {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        if self.list {
            return list(context, &backup::list(context.profile.path()));
        }
        let device = context.device()?;
        let made = backup::make(context, device.replica.store(), backup::ASKED)?;
        let Some(path) = made else { return Err(nothing_lasts()) };
        if context.output.json {
            return context.output.json(&json!({ "path": path }));
        }
        context.output.print(&format!("Everything is copied to {}.", path.display()))
    }
}

/// That a backup was asked for of rows that end with the program.
pub(crate) fn nothing_lasts() -> anyhow::Error {
    let message = "the rows of this profile are in memory and end with the program; a backup \
                   needs local.backend = \"sqlite\" in the config";
    Failed::failed("no_backup", message)
}

fn list(context: &Context<'_>, copies: &[Copy]) -> Result<()> {
    if context.output.json {
        return context.output.json(&copies);
    }
    if copies.is_empty() {
        let make = context.call("backup");
        return context.output.print(&format!("No backup was made yet.  {make}"));
    }
    let row = |it: &Copy| {
        let name = it.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let at = it.at.map(time::moment).unwrap_or_default();
        vec![at, format!("{} kB", it.bytes.div_ceil(1_000)), name]
    };
    let rows: Vec<_> = copies.iter().map(row).collect();
    let head = ["made (UTC)", "size", "name"];
    context.output.print(&table(&head, &rows, context.output.width()))?;
    if let Some(folder) = copies[0].path.parent() {
        context.output.chat(&format!("Folder: {}", folder.display()));
    }
    Ok(())
}
