//! `conflicts`: values that gave way to others, and rows that were made several times.
//! Nothing is silently lost: what somebody wrote and what overruled it can be seen for 30
//! days and written again, and what was folded by mistake can be taken apart.

mod folds;

use anyhow::Result;
use clap::{Args, Subcommand};
use driftline_core::store::LogId;
use driftline_inspect::{
    conflicts::{self, Conflict},
    label::in_line,
};
use driftline_text::count_of;
use serde_json::{Value, json};

use crate::{context::Context, output::table, time};

/// Values that gave way to others, and rows that were folded.
#[derive(Clone, Debug, Args)]
pub(crate) struct Conflicts {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// List values that lost, newest first
    List {
        /// Include ordinary overwrites
        #[arg(long)]
        all: bool,
        /// The greatest number of entries
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
    },
    /// Write a lost value again, as a new edit
    Restore {
        /// The number shown by `conflicts`
        #[arg(value_name = "NUMBER")]
        log_id: u64,
    },
    /// List folded rows
    Folds,
    /// Split a row that was folded by mistake
    Split(folds::Split),
    /// Undo `conflicts split`
    Rejoin(folds::Rejoin),
}

impl Conflicts {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        match self.task.unwrap_or(Task::List { all: false, limit: 50 }) {
            Task::List { all, limit } => list(context, all, limit),
            Task::Restore { log_id } => restore(context, LogId(log_id)),
            Task::Folds => folds::list(context),
            Task::Split(it) => it.run(context),
            Task::Rejoin(it) => it.run(context),
        }
    }
}

fn list(context: &Context<'_>, all: bool, limit: usize) -> Result<()> {
    let device = context.device()?;
    let entries = conflicts::list(&device.replica, all, limit)?;
    if context.output.json {
        return context.output.json(&entries.iter().map(object).collect::<Vec<_>>());
    }
    if entries.is_empty() {
        context.output.say("No value was lost in the last 30 days.");
    } else {
        print(context, &entries)?;
    }
    let folds = driftline_inspect::folds::list(&device.replica)?.len();
    if folds > 0 {
        let rows = count_of(folds, "row was", "rows were");
        let show = context.call("conflicts folds");
        context.output.chat(&format!("{rows} made several times and folded into one:  {show}"));
    }
    Ok(())
}

/// Shows entries to a person.
pub(super) fn print(context: &Context<'_>, entries: &[Conflict]) -> Result<()> {
    let rows: Vec<_> = entries.iter().map(row).collect();
    let heads = ["no.", "what", "winner", "lost", "when", "why"];
    context.output.print(&table(&heads, &rows, context.output.width()))?;
    let restore = context.call("conflicts restore NO.");
    context.output.chat(&format!("To write a lost value again:  {restore}"));
    Ok(())
}

fn row(it: &Conflict) -> Vec<String> {
    let lost = &it.lost;
    let what = it.label.clone().unwrap_or_else(|| lost.id.to_string());
    let side = |value, by: &driftline_inspect::trail::By| match &by.device {
        Some(device) => format!("{} ({device})", in_line(value)),
        None => format!("{} (a transcript)", in_line(value)),
    };
    vec![
        lost.log_id.to_string(),
        format!("{} “{what}” {}", lost.entity, lost.field),
        side(&lost.winner, &lost.winner_by),
        side(&lost.lost, &lost.lost_by),
        time::moment(lost.at),
        lost.rule.clone(),
    ]
}

/// An entry for a program.
pub(super) fn object(it: &Conflict) -> Value {
    let lost = &it.lost;
    json!({
        "log_id": lost.log_id,
        "kind": if lost.conflict { "conflict" } else { "history" },
        "at": time::iso(lost.at),
        "entity": lost.entity,
        "id": lost.id,
        "label": it.label,
        "field": lost.field,
        "winner": lost.winner,
        "winner_by": lost.winner_by.device,
        "winner_at": lost.winner_by.at.and_then(time::iso),
        "lost": lost.lost,
        "lost_by": lost.lost_by.device,
        "lost_at": lost.lost_by.at.and_then(time::iso),
        "rule": lost.rule,
        "stands": it.stands,
    })
}

fn restore(context: &Context<'_>, log_id: LogId) -> Result<()> {
    let device = context.device()?;
    let done = conflicts::restore(&device.replica, log_id)?;
    if context.output.json {
        let shown = json!({ "id": done.id, "field": done.field, "undo": done.undo });
        return context.output.json(&shown);
    }
    let undo = done.undo.map(|it| context.call(&format!("conflicts restore {it}")));
    let undo = undo.map(|it| format!(" To undo:  {it}")).unwrap_or_default();
    context
        .output
        .chat(&format!("{} {}: {} is as it was.{undo}", done.entity, done.id, done.field));
    Ok(())
}
