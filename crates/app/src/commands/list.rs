//! `list`: the rows of an entity.

use anyhow::Result;
use clap::Args;
use driftline_core::store::{Deleted, Find};
use serde_json::{Map, Value};

use crate::{context::Context, output::table, rows};

/// How many rows a person is shown who did not say.
const SHOWN: usize = 100;

/// The rows of an entity.
#[derive(Clone, Debug, Args)]
pub(crate) struct List {
    /// The entity
    entity: String,
    /// Only rows with this value; repeatable
    #[arg(long = "where", value_name = "FIELD=VALUE")]
    conditions: Vec<String>,
    /// Sort by this field
    #[arg(long, value_name = "FIELD")]
    order: Option<String>,
    /// Sort in descending order
    #[arg(long)]
    desc: bool,
    /// The greatest number of rows, 0 for all. Default: all as JSON, otherwise 100
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only deleted rows
    #[arg(long)]
    deleted: bool,
}

impl List {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let entity = context.schema.entity(&self.entity)?;
        let device = context.device()?;
        let mut find = Find { descending: self.desc, ..Find::new() };
        for pair in &self.conditions {
            let (replica, now) = (&device.replica, context.env.wall());
            let (field, value) = rows::condition(replica, entity, pair, now)?;
            find = match value {
                // A field that nobody ever set is as false as any.
                Value::Bool(false) => find.unless(field.name, true),
                value => find.equal(field.name, value),
            };
        }
        find.order = self.order.map(Into::into);
        find.deleted = if self.deleted { Deleted::Only } else { Deleted::Hidden };
        let all = if context.output.json { None } else { Some(SHOWN) };
        let limit = self.limit.map_or(all, |it| (it > 0).then_some(it));
        // One more than is shown tells whether there are more.
        find.limit = limit.map(|it| it.saturating_add(1));
        let mut found = device.replica.list_values(entity.name, &find)?;
        let more = limit.is_some_and(|it| found.len() > it);
        found.truncate(limit.unwrap_or(usize::MAX));
        if context.output.json {
            let all: Vec<Map<String, Value>> =
                found.iter().map(|it| rows::object(entity, it)).collect();
            return context.output.json(&all);
        }
        if found.is_empty() {
            let which = if self.deleted { "deleted " } else { "" };
            context.output.say(&format!("No {which}{} match.", entity.name));
            return Ok(());
        }
        let (heads, cells) = rows::columns(entity, &found);
        context.output.print(&table(&heads, &cells, context.output.width()))?;
        if more {
            context.output.say(&format!("There are more: --limit 0 shows all of {}.", entity.name));
        }
        Ok(())
    }
}
