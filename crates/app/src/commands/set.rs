//! `set`: new values for a row.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::{context::Context, rows};

/// New values for a row.
#[derive(Clone, Debug, Args)]
pub(crate) struct Set {
    /// The entity
    entity: String,
    /// The row's id, or its start
    id: String,
    /// Values to write; `FIELD=` clears a field
    #[arg(value_name = "FIELD=VALUE", required = true)]
    values: Vec<String>,
}

impl Set {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let entity = context.schema.entity(&self.entity)?;
        let device = context.device()?;
        let (replica, now) = (&device.replica, context.env.wall());
        let id = rows::find_id(replica, entity, &self.id)?;
        let values = rows::values(replica, entity, &self.values, now)?;
        device.replica.update_values(entity.name, id, &values)?;
        if context.output.json {
            return context.output.json(&json!({ "id": id }));
        }
        context.output.chat(&format!("Changed {id}."));
        Ok(())
    }
}
