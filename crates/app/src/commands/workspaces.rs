//! `workspaces`: the folders that people work in.

use anyhow::Result;
use clap::Args;
use driftline_inspect::ids;
use driftline_reading::workspaces::{self, Workspace};
use serde_json::{Value, json};

use crate::{context::Context, output::table, time};

/// The folders that people work in.
#[derive(Clone, Debug, Args)]
pub(crate) struct Workspaces {
    /// Include archived workspaces
    #[arg(long)]
    all: bool,
}

impl Workspaces {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let mut found = workspaces::list(&device.replica)?;
        found.retain(|it| self.all || !it.archived);
        if context.output.json {
            return context.output.json(&found.iter().map(object).collect::<Vec<_>>());
        }
        if found.is_empty() {
            let import = context.call("import");
            context.output.say(&format!("No workspace yet. An import brings them:  {import}"));
            return Ok(());
        }
        let rows: Vec<_> = found.iter().map(row).collect();
        let heads = ["id", "name", "sessions", "last", "here", "path"];
        context.output.print(&table(&heads, &rows, context.output.width()))?;
        let map = context.call("set workspaces ID here=PATH");
        context.output.chat(&format!("Where one is elsewhere on this device:  {map}"));
        Ok(())
    }
}

fn row(it: &Workspace) -> Vec<String> {
    let pin = if it.pinned { "^ " } else { "" };
    vec![
        ids::short(it.id),
        format!("{pin}{}", it.shown),
        it.sessions.to_string(),
        it.last_at.map(time::moment).unwrap_or_default(),
        it.here.join(", "),
        it.paths.join(", "),
    ]
}

fn object(it: &Workspace) -> Value {
    json!({
        "id": it.id,
        "name": it.shown,
        "rows": it.rows,
        "paths": it.paths,
        "here": it.here,
        "git_remote": it.git_remote,
        "sessions": it.sessions,
        "last_at": it.last_at.and_then(time::iso),
        "pinned": it.pinned,
        "archived": it.archived,
    })
}
