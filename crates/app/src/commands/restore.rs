//! `restore`: bring a deleted row back, with what belongs to it.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::{context::Context, rows};

/// Bring a deleted row back, with what belongs to it.
#[derive(Clone, Debug, Args)]
pub(crate) struct Restore {
    /// The entity
    entity: String,
    /// The row's id, or its start
    id: String,
}

impl Restore {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let entity = context.schema.entity(&self.entity)?;
        let device = context.device()?;
        let id = rows::find_id(&device.replica, entity, &self.id)?;
        device.replica.set_deleted(entity.name, id, false)?;
        if context.output.json {
            return context.output.json(&json!({ "id": id }));
        }
        context.output.chat(&format!("Restored {id}."));
        Ok(())
    }
}
