//! `add`: a new row.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::{context::Context, rows};

/// A new row.
#[derive(Clone, Debug, Args)]
pub(crate) struct Add {
    /// The entity
    entity: String,
    /// Its values
    #[arg(value_name = "FIELD=VALUE", required = true)]
    values: Vec<String>,
}

impl Add {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let entity = context.schema.entity(&self.entity)?;
        let device = context.device()?;
        let (replica, now) = (&device.replica, context.env.wall());
        let mut values = rows::values(replica, entity, &self.values, now)?;
        // None is what a field without a value has: it is not written.
        values.retain(|_, value| !value.is_null());
        let id = device.replica.create_values(entity.name, &values)?;
        if context.output.json {
            return context.output.json(&json!({ "id": id }));
        }
        context.output.print(&id.to_string())
    }
}
