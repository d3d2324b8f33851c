//! `conflicts`: values that gave way to others. Nothing is silently lost: what somebody
//! wrote and what overruled it can be seen for 30 days and written again.

use anyhow::Result;
use clap::{Args, Subcommand};
use driftline_core::store::{AuditEntry, AuditKind};
use serde_json::{Value, json};

use crate::{context::Context, error::Failed, output::table, time};

/// How far back an entry is looked for.
const SEARCHED: usize = 100_000;

/// Values that gave way to others.
#[derive(Clone, Debug, Args)]
pub(crate) struct Conflicts {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// Show them, newest first
    List {
        /// Also what was overwritten in the ordinary course
        #[arg(long)]
        all: bool,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Write a value that gave way again, as a new edit
    Restore {
        /// Which one: the number that `conflicts` shows
        place: u64,
    },
}

impl Conflicts {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        match self.task.unwrap_or(Task::List { all: false, limit: 50 }) {
            Task::List { all, limit } => list(context, all, limit),
            Task::Restore { place } => restore(context, place),
        }
    }
}

fn list(context: &Context<'_>, all: bool, limit: usize) -> Result<()> {
    let kind = if all { None } else { Some(AuditKind::Conflict) };
    let entries = context.device()?.replica.audit(kind, limit)?;
    if context.output.json {
        return context.output.json(&entries.iter().map(object).collect::<Vec<_>>());
    }
    if entries.is_empty() {
        context.output.say("No value was lost in the last 30 days.");
        return Ok(());
    }
    let rows: Vec<_> = entries.iter().map(row).collect();
    let heads = ["no.", "what", "kept", "lost", "when", "why"];
    context.output.print(&table(&heads, &rows, context.output.width()))?;
    let restore = context.call("conflicts restore NO.");
    context.output.chat(&format!("To write a lost value again:  {restore}"));
    Ok(())
}

fn row(it: &AuditEntry) -> Vec<String> {
    let value = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    vec![
        it.place.to_string(),
        format!("{} {} {}", it.entity, it.id, it.field),
        value(&it.kept),
        value(&it.lost),
        time::iso(it.at).unwrap_or_default(),
        it.rule.clone(),
    ]
}

fn object(it: &AuditEntry) -> Value {
    json!({
        "place": it.place,
        "kind": it.kind.name(),
        "at": time::iso(it.at),
        "entity": it.entity,
        "id": it.id,
        "field": it.field,
        "kept": it.kept,
        "lost": it.lost,
        "rule": it.rule,
    })
}

fn restore(context: &Context<'_>, place: u64) -> Result<()> {
    let device = context.device()?;
    let entries = device.replica.audit(None, SEARCHED)?;
    let Some(entry) = entries.iter().find(|it| it.place == place) else {
        return Err(Failed::not_found(format!(
            "no value that gave way has the number {place}; `driftline conflicts list --all` \
             shows what there is"
        )));
    };
    device.replica.bring_back(entry)?;
    if context.output.json {
        return context.output.json(&json!({ "id": entry.id, "field": entry.field }));
    }
    context.output.chat(&format!("{} {}: {} is as it was.", entry.entity, entry.id, entry.field));
    Ok(())
}
