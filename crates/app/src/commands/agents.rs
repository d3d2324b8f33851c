//! `agents`: which agents have transcripts on this machine, and what of them is here.

use anyhow::Result;
use clap::Args;
use driftline_client::import::{self, Agent};
use driftline_text::ago;

use crate::{context::Context, output::table};

/// Agents on this machine.
#[derive(Clone, Debug, Args)]
pub(crate) struct Agents {}

impl Agents {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let agents = import::survey(&device.replica)?;
        if context.output.json {
            return context.output.json(&agents);
        }
        let (here, others): (Vec<_>, Vec<_>) = agents.iter().partition(|it| it.is_here());
        let names: Vec<_> = others.iter().map(|it| it.name).collect();
        let others = format!("Nothing found of {}.", names.join(", "));
        if here.is_empty() {
            return context.output.print(&others);
        }
        let rows: Vec<_> = here.iter().map(|it| row(context, it)).collect();
        let head = ["agent", "files", "imported", "deleted after", "last import", "folder"];
        context.output.print(&table(&head, &rows, context.output.width()))?;
        for it in here.iter().flat_map(|it| &it.problems) {
            context.output.say(&format!("{}: {}", it.path, it.reason));
        }
        if !names.is_empty() {
            context.output.chat(&others);
        }
        Ok(())
    }
}

fn row(context: &Context<'_>, agent: &Agent) -> Vec<String> {
    let places: Vec<_> = agent.places.iter().map(|it| it.display().to_string()).collect();
    vec![
        agent.name.to_owned(),
        agent.found.to_string(),
        if agent.is_read { agent.imported.to_string() } else { "not read yet".into() },
        agent.keeps_days.map(|it| format!("{it} days")).unwrap_or_default(),
        agent.last_at.map(|it| ago(it, context.env.wall())).unwrap_or_default(),
        places.join(", "),
    ]
}
