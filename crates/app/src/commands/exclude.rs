//! `exclude`: what stays on this device, whatever is synced.

use anyhow::Result;
use clap::Args;
use driftline_client::exclude;
use serde_json::json;

use crate::{context::Context, error::Failed, rows};

/// What stays on this device, whatever is synced.
#[derive(Clone, Debug, Args)]
pub(crate) struct Exclude {
    /// A folder, or the entity of a row. Default: list exclusions
    what: Option<String>,
    /// The row's id, or its start
    id: Option<String>,
    /// Remove the exclusion
    #[arg(long, requires = "what")]
    remove: bool,
}

impl Exclude {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let before = context.device()?;
        let Some(what) = &self.what else { return show(context) };
        let name = match &self.id {
            Some(id) => {
                let entity = context.schema.entity(what)?;
                format!("{what}/{}", rows::find_id(&before.replica, entity, id)?)
            }
            None if context.schema.get(what).is_some() => {
                let call = context.call(&format!("exclude {what} ID"));
                return Err(Failed::usage("usage", format!("say which of them: {call}")));
            }
            None => exclude::whole(what)?,
        };
        context.exclude(&before.replica, &name, !self.remove)?;
        show(context)
    }
}

/// What is excluded, and how many changes that keeps here.
fn show(context: &Context<'_>) -> Result<()> {
    let device = context.device()?;
    let excluded = exclude::counts(&device.replica)?;
    let list = &device.config.exclude;
    if context.output.json {
        return context.output.json(&json!({ "exclude": list, "excluded": excluded }));
    }
    if list.is_empty() {
        let add = context.call("exclude FOLDER");
        return context.output.print(&format!("Nothing is excluded.  {add}"));
    }
    for it in list {
        context.output.print(it)?;
    }
    let changed: u64 = excluded.values().sum();
    context.output.print(&format!("{changed} changed rows stay on this device for it."))?;
    context.output.chat("What a remote already has of them stays there.");
    Ok(())
}
