//! `history`: what the fields of a row were before.

use anyhow::Result;
use clap::Args;
use driftline_inspect::conflicts;

use super::conflicts::{object, print};
use crate::{context::Context, rows};

/// What a row's fields were before.
#[derive(Clone, Debug, Args)]
pub(crate) struct History {
    /// The row's id, or its start, optionally after the entity
    #[arg(value_name = "[ENTITY] ID", num_args = 1..=2, required = true)]
    row: Vec<String>,
}

impl History {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let (entity, id) = rows::named(context, &device, &self.row)?;
        let entries = conflicts::of_row(&device.replica, &entity, id)?;
        if context.output.json {
            return context.output.json(&entries.iter().map(object).collect::<Vec<_>>());
        }
        if entries.is_empty() {
            let message = format!("Nothing of {entity} {id} was overwritten in the last 30 days.");
            context.output.say(&message);
            return Ok(());
        }
        print(context, &entries)
    }
}
