//! `get`: one row.

use anyhow::Result;
use clap::Args;
use driftline_core::{Error, Refusal};

use crate::{context::Context, rows};

/// One row.
#[derive(Clone, Debug, Args)]
pub(crate) struct Get {
    /// The entity
    entity: String,
    /// The row's id, or its start
    id: String,
}

impl Get {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let entity = context.schema.entity(&self.entity)?;
        let device = context.device()?;
        let id = rows::find_id(&device.replica, entity, &self.id)?;
        let Some(row) = device.replica.get_values(entity.name, id)? else {
            if device.replica.is_purged(entity.name, id)? {
                return Err(Error::Refused { entity: self.entity, id, why: Refusal::Purged }.into());
            }
            return Err(Error::NotFound { entity: self.entity, id }.into());
        };
        if context.output.json {
            return context.output.json(&rows::object(entity, &row));
        }
        context.output.print(&rows::lines(entity, &row))
    }
}
