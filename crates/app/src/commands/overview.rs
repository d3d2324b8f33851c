//! Without a command: where things stand, what is new, and what to do next.

use anyhow::Result;
use driftline_client::import::{self, Look};
use driftline_inspect::ids;
use driftline_reading::{
    inbox::{self, Counts, Outside},
    recent::{self, Recent},
};
use driftline_text::{ago, count_of};
use serde_json::json;

use super::status;
use crate::{
    context::Context,
    output::{cut, one_line},
};

/// How many sessions are named.
const RECENT: usize = 3;

/// How wide their names are at most.
const NAME: usize = 48;

pub(crate) fn run(context: &Context<'_>) -> Result<()> {
    let device = context.device()?;
    let status = context.status(&device)?;
    let counts = status::counts(&device)?;
    let found = import::look(&device.replica)?;
    let outside = import::outside(&device.replica)?;
    let waiting = inbox::counts(&device.replica, &outside)?;
    if context.output.json {
        let mut shown = status::object(&status);
        shown["counts"] = json!(counts);
        shown["transcripts"] = json!({ "found": found.total, "new": found.new });
        shown["inbox"] = json!({ "open": waiting.open, "unread": waiting.unread });
        return context.output.json(&shown);
    }
    let recent = recent::sessions(&device.replica, RECENT)?;
    let empty = counts.values().all(|it| *it == 0);
    let mut lines = Vec::new();
    if empty {
        lines.push(
            "Nothing here yet. Everything stays on this machine until you set up a remote.".into(),
        );
    } else {
        lines.push(status::sentence(context, &status));
        lines.push(format!("Here: {}", status::summary(&counts)));
    }
    lines.extend(sessions(context, &recent));
    lines.extend(inbox_line(waiting));
    lines.extend(outside.expiring.iter().map(inbox::Expiring::words));
    lines.push(transcripts(&found));
    lines.extend(found.unread.iter().map(|it| format!("{}.", it.words())));
    let remote = device.config.remote.is_some() && status.waiting > 0;
    lines.push(next(context, &found, &outside, waiting, empty, remote));
    context.output.print(&lines.join("\n"))
}

fn sessions(context: &Context<'_>, recent: &[Recent]) -> Vec<String> {
    let now = context.env.wall();
    let lines = recent.iter().map(|it| {
        let id = ids::short(it.id);
        let source = it.source.as_deref().unwrap_or_default();
        let name = one_line(&it.label);
        let ago = it.at.map(|at| ago(at, now)).unwrap_or_default();
        format!("  {id}  {source}  {}  {ago}", cut(&name, NAME))
    });
    lines.collect()
}

fn inbox_line(waiting: Counts) -> Option<String> {
    match waiting {
        Counts { open: 0, .. } => None,
        Counts { open, unread: 0 } => Some(format!("Inbox: {open} open, all read.")),
        Counts { open, unread } => Some(format!("Inbox: {open} open, {unread} unread.")),
    }
}

fn transcripts(found: &Look) -> String {
    let files = count_of(found.total, "file", "files");
    match (found.total, found.new) {
        (0, _) => format!("No transcripts found of {}.", import::agents().join(", ")),
        (_, 0) => format!("Transcripts: {files}, all imported."),
        (_, new) => format!("Transcripts: {files}, {new} not imported yet."),
    }
}

fn next(
    context: &Context<'_>,
    found: &Look,
    outside: &Outside,
    waiting: Counts,
    empty: bool,
    sync: bool,
) -> String {
    let unsafe_yet = outside.expiring.iter().any(|it| it.safe < it.files);
    let all = [
        (found.new > 0 || unsafe_yet, "import"),
        (sync, "sync"),
        (waiting.unread > 0, "inbox"),
        (!empty, "status"),
        (empty, "demo"),
        (empty, "--help"),
    ];
    let calls = all.iter().filter(|(wanted, _)| *wanted).map(|(_, it)| context.call(it));
    format!("Next:  {}", calls.collect::<Vec<_>>().join("   "))
}
