//! `status`: where this profile stands, as of the last contact.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use driftline_core::{
    Millis, excerpt,
    status::{State, Status},
    store::Find,
};
use driftline_text::{ago, count_of, grouped};
use serde_json::{Value, json};

use crate::{
    context::{Context, Device},
    hints, time,
};

/// How many rows that were set aside are told one by one.
const TOLD: usize = 20;

/// Where this profile stands.
#[derive(Clone, Debug, Args)]
pub(crate) struct Show {}

impl Show {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let status = context.status(&device)?;
        let counts = counts(&device)?;
        let aside = device.replica.read(|tx| driftline_core::device::unread(tx))?;
        let aside = &aside[..aside.len().min(TOLD)];
        if context.output.json {
            let mut shown = object(&status);
            shown["paused"] = json!(device.config.paused);
            shown["counts"] = json!(counts);
            let told = aside
                .iter()
                .map(|it| json!({ "entity": it.entity, "id": it.id, "reason": it.reason }));
            shown["set_aside"] = json!(told.collect::<Vec<_>>());
            return context.output.json(&shown);
        }
        context.output.print(&sentence(context, &status))?;
        for it in aside {
            let (entity, reason) = (excerpt(&it.entity), excerpt(&it.reason));
            context.output.print(&format!("  {entity} {}: {reason}", it.id))?;
        }
        if device.config.paused && status.state != State::Local {
            let resume = context.call("config set sync.paused false");
            context.output.print(&format!("  Paused: nothing is synced by itself.  {resume}"))?;
        }
        context.output.print(&format!("Here: {}", summary(&counts)))
    }
}

/// How many rows of each entity are here.
pub(super) fn counts(device: &Device) -> Result<BTreeMap<&'static str, u64>> {
    let mut counts = BTreeMap::new();
    for entity in device.replica.schema().entities() {
        counts.insert(entity.name, device.replica.count(entity.name, &Find::new())?);
    }
    Ok(counts)
}

/// The counts in a line, without what there is none of.
pub(super) fn summary(counts: &BTreeMap<&'static str, u64>) -> String {
    let some = counts.iter().filter(|(_, count)| **count > 0);
    let parts: Vec<_> =
        some.map(|(entity, count)| format!("{} {entity}", grouped(*count))).collect();
    if parts.is_empty() { "nothing yet".into() } else { parts.join(", ") }
}

/// A status for a program.
pub(super) fn object(status: &Status) -> Value {
    let error = status.error.as_ref();
    json!({
        "state": status.state.word(),
        "waiting": status.waiting,
        "parked": status.parked,
        "unread": status.unread,
        "excluded": status.excluded,
        "held": status.held,
        "last_contact_at": status.last_contact_at.and_then(time::iso),
        "remote": status.remote,
        "error": error.map(|it| json!({ "code": it.code, "message": it.message })),
    })
}

/// A status for a person: what is, what waits, and what to do about it.
pub(super) fn sentence(context: &Context<'_>, status: &Status) -> String {
    let now: Millis = context.env.wall();
    let ago = status.last_contact_at.map(|it| ago(it, now));
    let remote = status.remote.as_deref().unwrap_or("no remote");
    let waiting = match status.waiting {
        0 => String::new(),
        some => format!(" {} here.", count_of(some, "change waits", "changes wait")),
    };
    let sync = context.call("sync");
    let mut text = match (status.state, &status.error) {
        (State::Local, _) => {
            let connect = context.call("connect");
            format!("○ On this device. No remote is set up. To set one up:  {connect}")
        }
        (State::Synced, _) => format!("✓ Synced {} with {remote}.", ago.unwrap_or_default()),
        (State::Syncing, _) => format!("~ Syncing with {remote}.{waiting}"),
        (State::Offline, Some(error)) => {
            format!("/ Offline: {}.{waiting} Nothing is lost.  {sync}", error.message)
        }
        (State::Offline, None) => {
            let since = ago.map_or("Not synced yet".into(), |it| format!("Last synced {it}"));
            format!("/ {since} with {remote}.{waiting}  {sync}")
        }
        (State::Error, Some(error)) => {
            let hints = hints::of_failure(context.caller(), error);
            let hints: String = hints.iter().map(|it| format!("\n  {it}")).collect();
            format!("! Needs you: {}.{waiting}{hints}", error.message)
        }
        (State::Error, None) => format!("! Needs you.{waiting}"),
    };
    if status.excluded > 0 {
        let rows = count_of(status.excluded, "changed row stays", "changed rows stay");
        let exclude = context.call("exclude");
        text.push_str(&format!("\n  {rows} on this device.  {exclude}"));
    }
    if let Some(held) = held(context, status) {
        text.push_str(&format!("\n  {held}"));
    }
    if status.unread > 0 {
        let rows = count_of(status.unread, "row", "rows");
        text.push_str(&format!(
            "\n! {rows} of {remote} cannot be read by this program and stayed aside; the rest goes \
             on. Update the program: it tries them again when it starts."
        ));
    }
    if status.parked > 0 {
        let retry = context.call("retry");
        let rows = count_of(status.parked, "row was", "rows were");
        text.push_str(&format!("\n! {rows} refused by {remote}; the rest goes on.  {retry}"));
    }
    text
}

/// What of it is held, in a line, if there is a remote that it would go to.
pub(super) fn held(context: &Context<'_>, status: &Status) -> Option<String> {
    if status.held == 0 || status.state == State::Local {
        return None;
    }
    let rows = count_of(status.held, "changed row is", "changed rows are");
    let call = context.call("held");
    Some(format!("{rows} held on this device: likely secrets.  {call}"))
}
