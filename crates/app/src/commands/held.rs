//! `held`: what a person wrote that is likely a secret, and what becomes of it.

use anyhow::Result;
use clap::{Args, Subcommand};
use driftline_client::held::{self, Choice, HeldRow};
use driftline_inspect::ids;
use driftline_text::count_of;
use serde_json::{Value, json};

use crate::{
    context::{Context, Device},
    output::{one_line, table},
    time,
};

/// Likely secrets in what you wrote, which are not sent before you decide.
#[derive(Clone, Debug, Args)]
pub(crate) struct Held {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// Send rows as they are
    Send(Rows),
    /// Replace what was found with `[secret: RULE]`, then send
    Redact(Rows),
    /// Keep rows on this device; `send` and `redact` stay possible
    Keep(Rows),
}

/// Some of the rows that are held.
#[derive(Clone, Debug, Args)]
struct Rows {
    /// Ids of rows, or their starts
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,
    /// All rows that are held
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

impl Held {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let rows = held::list(&device.replica)?;
        match self.task {
            None => list(context, &rows),
            Some(Task::Send(it)) => it.choose(context, &device, &rows, Choice::Send),
            Some(Task::Redact(it)) => it.choose(context, &device, &rows, Choice::Redact),
            Some(Task::Keep(it)) => it.choose(context, &device, &rows, Choice::Keep),
        }
    }
}

fn list(context: &Context<'_>, rows: &[HeldRow]) -> Result<()> {
    if context.output.json {
        return context.output.json(&rows.iter().map(object).collect::<Vec<_>>());
    }
    if rows.is_empty() {
        context.output.say("Nothing is held.");
        return Ok(());
    }
    let shown: Vec<_> = rows.iter().flat_map(lines).collect();
    let heads = ["id", "row", "field", "rule", "what it says", ""];
    context.output.print(&table(&heads, &shown, context.output.width()))?;
    let call = |command| context.call(command);
    let next = ["held send ID", "held redact ID", "held keep ID"].map(call).join("   ");
    context.output.chat(&format!("Next:  {next}"));
    Ok(())
}

fn lines(row: &HeldRow) -> Vec<Vec<String>> {
    let kept = if row.kept { "kept here" } else { "" };
    let name = row.label.as_deref().map(one_line);
    let name = name.map_or_else(|| row.entity.clone(), |it| format!("{} “{it}”", row.entity));
    let line = |it: &held::Found| {
        let (field, rule, text) = (it.field.clone(), it.rule.clone(), one_line(&it.text));
        vec![ids::short(row.id), name.clone(), field, rule, text, kept.into()]
    };
    row.found.iter().map(line).collect()
}

fn object(row: &HeldRow) -> Value {
    let found = row.found.iter();
    let found = found.map(|it| json!({ "field": it.field, "rule": it.rule, "text": it.text }));
    json!({
        "entity": row.entity,
        "id": row.id,
        "label": row.label,
        "found": found.collect::<Vec<_>>(),
        "kept": row.kept,
        "since": time::iso(row.since),
    })
}

impl Rows {
    fn choose(
        self,
        context: &Context<'_>,
        device: &Device,
        rows: &[HeldRow],
        choice: Choice,
    ) -> Result<()> {
        let known: Vec<_> = rows.iter().map(|it| it.id).collect();
        let chosen = if self.all {
            known
        } else {
            let find = |typed: &String| ids::find_among(&known, typed, "held");
            self.ids.iter().map(find).collect::<Result<_, _>>()?
        };
        let chosen: Vec<_> = rows.iter().filter(|it| chosen.contains(&it.id)).collect();
        for it in &chosen {
            held::choose(&device.replica, &it.entity, it.id, choice)?;
        }
        if context.output.json {
            let changed: Vec<_> = chosen.iter().map(|it| it.id).collect();
            return context.output.json(&json!({ "changed": changed }));
        }
        let rows = count_of(chosen.len(), "row", "rows");
        let goes = device.config.remote.is_some();
        context.output.print(&match choice {
            Choice::Keep => format!("{rows} kept on this device."),
            Choice::Redact => format!("{rows} changed. The earlier text is in their history here."),
            _ => format!("{rows} no longer held."),
        })?;
        if goes && choice != Choice::Keep {
            context.output.chat(&format!("Next:  {}", context.call("sync")));
        }
        Ok(())
    }
}
