//! `exclude`: what stays on this device, whatever is synced.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;

use crate::{config, context::Context, error::Failed, rows};

const STEP: usize = 1_000;
const KEY: &str = "sync.exclude";

/// What stays on this device, whatever is synced.
#[derive(Clone, Debug, Args)]
pub(crate) struct Exclude {
    /// A folder, or the entity of a row; nothing: show what is excluded
    what: Option<String>,
    /// The row's id, or enough of its start
    id: Option<String>,
    /// Let it be synced again
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
                format!("{what}/{}", rows::find_id(before.replica.store(), entity, id)?)
            }
            None if context.schema.get(what).is_some() => {
                let call = context.call(&format!("exclude {what} ID"));
                return Err(Failed::usage("usage", format!("say which of them: {call}")));
            }
            None => folder(what)?,
        };
        let mut list = before.config.exclude.clone();
        let is_there = list.contains(&name);
        match (self.remove, is_there) {
            (true, false) => {
                let list = context.call("exclude");
                return Err(Failed::not_found(format!("`{name}` is not excluded; see: {list}")));
            }
            (true, true) => list.retain(|it| *it != name),
            (false, true) => (),
            (false, false) => list.push(name),
        }
        let text = serde_json::to_string(&list).context("the list is no JSON")?;
        config::set(context.profile.path(), &[(KEY.to_owned(), text)])?;
        show(context)
    }
}

/// The folder that was typed, by its whole path.
fn folder(typed: &str) -> Result<String> {
    let other_system = typed.starts_with('~') || typed.get(1..2) == Some(":");
    if typed.starts_with('/') || other_system {
        return Ok(driftline_core::value::normal_name(typed).into_owned());
    }
    let path = std::path::absolute(typed).with_context(|| format!("`{typed}` is no path"))?;
    Ok(path.to_string_lossy().into_owned())
}

/// What is excluded, and how many changes that keeps here.
fn show(context: &Context<'_>) -> Result<()> {
    let device = context.device()?;
    let mut kept: BTreeMap<String, u64> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = device.replica.store().view(|tx| tx.kept(after, STEP))?;
        let Some(last) = page.last() else { break };
        after = last.place;
        for entry in page {
            *kept.entry(entry.kept.unwrap_or_default()).or_default() += 1;
        }
    }
    let list = &device.config.exclude;
    if context.output.json {
        return context.output.json(&json!({ "exclude": list, "kept": kept }));
    }
    if list.is_empty() {
        let add = context.call("exclude FOLDER");
        return context.output.print(&format!("Nothing is excluded.  {add}"));
    }
    for it in list {
        context.output.print(it)?;
    }
    let changed: u64 = kept.values().sum();
    context.output.print(&format!("{changed} changed rows stay on this device for it."))?;
    context.output.chat("What a remote already has of them stays there.");
    Ok(())
}
