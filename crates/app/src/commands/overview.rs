//! Without a command: what is here, what is new, and what to do next.

use anyhow::Result;
use serde_json::json;

use super::status;
use crate::{context::Context, import};

pub(super) fn run(context: &Context<'_>) -> Result<()> {
    let device = context.device()?;
    let status = context.status(&device)?;
    let counts = status::counts(&device)?;
    let found = import::look(&device.replica)?;
    if context.output.json {
        let mut shown = status::object(&status);
        shown["counts"] = json!(counts);
        shown["transcripts"] = json!({ "found": found.total, "new": found.new });
        return context.output.json(&shown);
    }
    let empty = counts.values().all(|it| *it == 0);
    let say = |text: &str| context.output.print(text);
    if empty {
        say("Nothing here yet. Everything stays on this machine until you set up a remote.")?;
    } else {
        say(&format!("Here: {}", status::summary(&counts)))?;
        say(&status::sentence(context, &status))?;
    }
    match (found.total, found.new) {
        (0, _) => say(&format!("No transcripts found in {}.", found.places.join(", ")))?,
        (total, 0) => say(&format!("Transcripts: {total} files, all imported."))?,
        (total, new) => say(&format!("Transcripts: {total} files, {new} not imported yet."))?,
    }
    let mut next = Vec::new();
    if found.new > 0 {
        next.push("import");
    }
    if device.config.remote.is_some() && status.pending > 0 {
        next.push("sync");
    }
    if let Some((entity, _)) = counts.iter().find(|(_, count)| **count > 0) {
        next.push("status");
        say(&format!("Next:  {}", calls(context, &next)))?;
        return say(&format!("       {}", context.call(&format!("list {entity}"))));
    }
    next.push("demo");
    next.push("--help");
    say(&format!("Next:  {}", calls(context, &next)))
}

fn calls(context: &Context<'_>, commands: &[&str]) -> String {
    commands.iter().map(|it| context.call(it)).collect::<Vec<_>>().join("   ")
}
