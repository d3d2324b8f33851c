//! `backup`: a copy of everything that is here, the copies that there are, and the way back
//! to one.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use driftline_client::{
    backup::{self, Copy, PutBack, Until},
    runtime,
};
use driftline_text::count_of;
use serde_json::json;

use crate::{context::Context, output::table, terminal::Terminal, time};

/// A copy of everything that is here.
#[derive(Clone, Debug, Args)]
pub(crate) struct Backup {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// List copies, newest first
    List,
    /// Replace the profile's data by a copy, after copying the present data
    Restore {
        /// The name shown by `backup list`, or the path of a file
        #[arg(value_name = "BACKUP")]
        which: PathBuf,
    },
}

impl Backup {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        match self.task {
            None => make(context),
            Some(Task::List) => list(context, &backup::list(context.profile.path())),
            Some(Task::Restore { which }) => restore(context, &which),
        }
    }
}

fn make(context: &Context<'_>) -> Result<()> {
    let device = context.device()?;
    let path = backup::ask(context, &device.replica)?;
    if context.output.json {
        return context.output.json(&json!({ "path": path }));
    }
    context.output.print(&format!("Everything is copied to {}.", path.display()))
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
    context.output.chat(&format!("To go back to one:  {}", context.call("backup restore NAME")));
    Ok(())
}

fn restore(context: &Context<'_>, which: &Path) -> Result<()> {
    let device = context.device()?;
    let terminal = Terminal::new(context);
    let done = runtime()?.block_on(backup::put_back(context, &device, which, &terminal));
    let done = terminal.came(done).context("the backup was not put back")?;
    if context.output.json {
        return context.output.json(&done);
    }
    let PutBack { opened, rows_alone, until, remote } = &done;
    let print = |text: &str| context.output.print(text);
    print(&format!("✓ Everything here is as it was in {}.", opened.display()))?;
    if *rows_alone {
        print(
            "  It is no backup of this profile's own, so only its rows were taken: not what it \
             says of an account, a merge, or what stays on a device.",
        )?;
    }
    for line in told(until) {
        print(&line)?;
    }
    if let Some(name) = until.kept_database.file_name() {
        let back = format!("backup restore {}", name.display());
        print(&format!("  To undo this:  {}", context.call(&back)))?;
    }
    if let Some(remote) = remote {
        print(&format!("What was sent to {remote} since then comes back with the next sync."))?;
    }
    Ok(())
}

/// Where what was here until now went, for a person.
pub(crate) fn told(until: &Until) -> Vec<String> {
    let mut lines = vec![format!("  Until now: {}", until.kept_database.display())];
    if let Some(path) = &until.unsent_file {
        let rows = count_of(until.unsent, "row", "rows");
        lines.push(format!("  Never sent: {rows}, in {}", path.display()));
    }
    lines
}
