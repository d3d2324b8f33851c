//! The first merge, as a person goes through it: what it would do, a copy of everything,
//! and then the merge.

use std::sync::Mutex;

use anyhow::{Context as _, Result};
use driftline_auth::Account;
use driftline_core::{Backend, SyncReport, rehearsal::Counts};
use serde_json::{Value, json};

use crate::{
    account::{
        self, Deployment,
        merge::{self, Record},
        review::{self, Review, Scratch},
        runtime,
    },
    commands::{
        backup::told,
        sync::{exchange_with, no_remote},
    },
    context::{Context, Device},
    output::{Progress, table},
    profile::Turn,
};

/// Clashes, and holders of secrets, that are shown.
const SHOWN: usize = 8;

/// How far a person wants to go.
pub(super) enum Agreed {
    /// Only look.
    No,
    /// Ask, where there is somebody to ask.
    Ask,
    /// Merge.
    Yes,
}

/// What came of it.
pub(super) struct Outcome {
    review: Review,
    merged: Option<(Record, SyncReport)>,
}

impl Outcome {
    pub(super) fn object(&self) -> Value {
        let merged = self.merged.as_ref().map(|(record, report)| {
            json!({
                "backup": record.backup,
                "received": report.received,
                "sent": report.sent,
                "parked": report.parked,
            })
        });
        json!({ "review": self.review, "merged": merged })
    }
}

/// Looks, asks, and merges.
pub(super) fn run(
    context: &Context<'_>,
    device: &Device,
    deployment: &Deployment,
    me: &Account,
    agreed: &Agreed,
) -> Result<Outcome> {
    let _turn = Turn::take(&context.profile, || {
        context.output.chat("Another process syncs this profile; waiting for it.");
    })?;
    let remote = context.remote(&device.config, Some(deployment))?;
    let remote = remote.ok_or_else(|| no_remote(context))?;
    let scratch = Scratch::open(context, &device.config)?;
    let mut seen = look(context, device, &scratch, &*remote)?;
    show(context, &seen)?;
    loop {
        let goes_on = match agreed {
            Agreed::No => false,
            Agreed::Yes => merge::has_met(&device.replica, &me.person)? || is_theirs(context, me)?,
            Agreed::Ask => {
                let who = account::who(&me.person, me.login.as_deref());
                let what = "Copy everything as it is, then merge with the account of";
                let answer = context.output.ask(&format!("{what} {who}? [y/N] "))?;
                matches!(answer.as_deref(), Some("y" | "yes"))
            }
        };
        if !goes_on {
            return Ok(Outcome { review: seen, merged: None });
        }
        // What was agreed to is what is done: the cloud may have changed meanwhile.
        let again = look(context, device, &scratch, &*remote)?;
        let is_same = again.forecast == seen.forecast;
        seen = again;
        if is_same || matches!(agreed, Agreed::Yes) {
            break;
        }
        context.output.chat("Meanwhile something has changed. It is like this now:");
        show(context, &seen)?;
    }
    let from = (scratch, remote.clone());
    let (record, first) = merge::start(context, device, deployment, me, from)?;
    if let Some(backup) = &record.backup {
        context.output.chat(&format!("Copied: {}", backup.display()));
    }
    let report = exchange_with(context, device, &first)?;
    drop(first);
    Scratch::remove(context)?;
    Ok(Outcome { review: seen, merged: Some((record, report)) })
}

fn look(
    context: &Context<'_>,
    device: &Device,
    scratch: &Scratch,
    there: &dyn Backend,
) -> Result<Review> {
    let progress = Mutex::new(Progress::new(&*context.env));
    let tell = |line| {
        if let Ok(mut progress) = progress.lock() {
            progress.show(|| line);
        }
    };
    runtime()?.block_on(review::review(device, scratch, there, &tell))
}

/// Whether the account that this profile has never met is that of whoever sits at the
/// terminal: somebody else may have signed in in their place. A script has nobody to ask.
fn is_theirs(context: &Context<'_>, me: &Account) -> Result<bool> {
    let who = account::who(&me.person, me.login.as_deref());
    let question = format!("This profile has never met {who}. Is this account yours? [y/N] ");
    let answer = context.output.ask(&question)?;
    Ok(answer.is_none_or(|it| matches!(it.as_str(), "y" | "yes")))
}

/// Leaves nothing of a look behind.
pub(super) fn forget(context: &Context<'_>) -> Result<()> {
    let _turn = Turn::take(&context.profile, || {
        context.output.chat("Another process syncs this profile; waiting for it.");
    })?;
    Scratch::remove(context)
}

/// Shows what the merge would do.
fn show(context: &Context<'_>, review: &Review) -> Result<()> {
    if context.output.json {
        return Ok(());
    }
    let print = |text: &str| context.output.print(text);
    let number = |it: u64| it.to_string();
    let row = |(name, it): (&String, &Counts)| {
        let counts = [it.only_here, it.only_there, it.same, it.merge, it.conflict, it.kept];
        [name.clone()].into_iter().chain(counts.map(number)).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = review.forecast.entities.iter().map(row).collect();
    print("Nothing has been sent. A merge would find:")?;
    if rows.is_empty() {
        print("  nothing here and nothing there")?;
    } else {
        let heads =
            ["", "only here", "only there", "same", "will merge", "will conflict", "stays here"];
        print(&table(&heads, &rows, context.output.width()))?;
    }
    for it in review.forecast.clashes.iter().take(SHOWN) {
        let (kept, lost) = match it.here_stands {
            true => (&it.here_value, &it.there_value),
            false => (&it.there_value, &it.here_value),
        };
        let (kept, lost) = (brief(kept), brief(lost));
        let (entity, id, field) = (&it.entity, it.id, &it.field);
        print(&format!("  {entity} {id}, {field}: {kept} stands over {lost}"))?;
    }
    let more = review.forecast.clashes.len().saturating_sub(SHOWN);
    if more > 0 {
        print(&format!("  and {more} more; each can be brought back with `conflicts`"))?;
    }
    if !review.exclude.is_empty() {
        print(&format!("Stays on this device: {}", review.exclude.join(", ")))?;
    }
    secrets(context, review)
}

fn secrets(context: &Context<'_>, review: &Review) -> Result<()> {
    let print = |text: &str| context.output.print(text);
    if review.secrets.is_empty() {
        return print("No likely secrets were found in what would be sent.");
    }
    print("Likely secrets in what would be sent:")?;
    for it in review.secrets.iter().take(SHOWN) {
        let rules = it.rules.iter().map(|(rule, count)| format!("{count} {rule}"));
        let rules = rules.collect::<Vec<_>>().join(", ");
        print(&format!("  {rules}  in {} {} ({})", it.entity, it.id, it.label))?;
    }
    let more = review.secrets.len().saturating_sub(SHOWN);
    if more > 0 {
        print(&format!("  and in {more} more; --json shows all"))?;
    }
    let exclude = context.call("exclude sessions ID");
    print(&format!("To keep one on this device:  {}", exclude.replace("sessions", "ENTITY")))
}

fn brief(value: &Value) -> String {
    driftline_core::excerpt(&value.to_string())
}

/// Says what came of it.
pub(super) fn tell(context: &Context<'_>, outcome: &Outcome, dry_run: bool) -> Result<()> {
    let Some((record, report)) = &outcome.merged else {
        let (yes, out) = (context.call("sign-in --yes"), context.call("sign-out"));
        if dry_run {
            let text = "Nothing was merged or sent, and nothing of it is kept here. Merge:";
            return context.output.print(&format!("{text}  {yes}"));
        }
        let next = format!("Nothing was merged or sent. Merge:  {yes}   Forget it:  {out}");
        context.output.chat(&next);
        return Ok(());
    };
    let SyncReport { received, sent, parked, .. } = report;
    let figures = format!("received {received}, sent {sent}, {parked} parked");
    context.output.print(&format!("✓ Merged: {figures}."))?;
    if let Some(backup) = &record.backup {
        let undo = context.call("sign-in undo");
        context.output.print(&format!(
            "  As it was before: {}. To go back to it:  {undo}",
            backup.display()
        ))?;
    }
    Ok(())
}

/// Undoes the first merge of this profile.
pub(super) fn undo(context: &Context<'_>) -> Result<()> {
    let device = context.device()?;
    let deployment = Deployment::named(context, &device.config, false)?;
    let _turn = Turn::take(&context.profile, || {
        context.output.chat("Another process syncs this profile; waiting for it.");
    })?;
    let undo = account::undo::undo(context, &device, deployment.as_ref());
    let undone = runtime()?.block_on(undo).context("the first merge was not undone")?;
    if context.output.json {
        return context.output.json(&undone);
    }
    let print = |text: &str| context.output.print(text);
    let heard = if undone.told { "" } else { " (it was not reached; the session ends by itself)" };
    print(&format!("✓ Signed out of {}{heard}.", undone.remote))?;
    print(&format!("  Open now: the copy from before, {}", undone.opened.display()))?;
    for line in told(&undone.until) {
        print(&line)?;
    }
    if undone.until.unsent == 0 {
        print("  Everything else had been sent.")?;
    }
    print(&format!("Nothing changed in {}: what was sent there is still there.", undone.remote))
}
