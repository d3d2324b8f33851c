//! `rm`: take a row out of sight everywhere; it can be restored.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::{context::Context, rows};

/// Take a row out of sight everywhere; it can be restored.
#[derive(Clone, Debug, Args)]
pub(crate) struct Remove {
    /// The entity
    entity: String,
    /// The row's id, or its start
    id: String,
}

impl Remove {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let entity = context.schema.entity(&self.entity)?;
        let device = context.device()?;
        let id = rows::find_id(&device.replica, entity, &self.id)?;
        device.replica.set_deleted(entity.name, id, true)?;
        if context.output.json {
            return context.output.json(&json!({ "id": id }));
        }
        context.output.chat(&format!("Deleted {id}."));
        Ok(())
    }
}
