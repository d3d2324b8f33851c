//! `sync`: exchanges everything with the remote.

mod watch;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use anyhow::Result;
use clap::Args;
use driftline_core::{Backend, Progress as Step, SyncReport, status::State};
use serde_json::json;

use super::status;
use crate::{
    account::runtime,
    code::hub_code,
    context::{Context, Device},
    error::Failed,
    output::Progress,
    profile::Turn,
};

/// Exchanges everything with the remote.
#[derive(Clone, Debug, Args)]
pub(crate) struct Sync {
    /// Go on until stopped: after each change here, and when the remote has something new
    #[arg(long)]
    watch: bool,
}

impl Sync {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        if self.watch {
            return watch::run(context, &device);
        }
        let report = {
            let _turn = Turn::take(&context.profile, || {
                context.output.chat("Another process syncs this profile; waiting for it.");
            })?;
            exchange(context, &device)?
        };
        let status = context.status(&device)?;
        let code =
            if status.state == State::Synced { Some(hub_code(&device.replica)?) } else { None };
        if context.output.json {
            let mut shown = status::object(&status);
            shown["received"] = json!(report.received);
            shown["sent"] = json!(report.sent);
            shown["restamped"] = json!(report.restamped.len());
            shown["code"] = json!(code);
            context.output.json(&shown)?;
            return none_parked(context, status.parked);
        }
        let SyncReport { received, sent, parked, failed, .. } = report;
        let mut figures = format!("received {received}, sent {sent}, {parked} parked");
        if failed > 0 {
            figures.push_str(&format!(", {failed} failed and tried again later"));
        }
        match code {
            Some(code) => context.output.print(&format!("✓ Synced: {figures}. Code {code}."))?,
            None => {
                context.output.print(&format!("Done: {figures}."))?;
                context.output.print(&status::sentence(context, &status))?;
            }
        }
        if !report.restamped.is_empty() {
            context.output.chat(&format!(
                "This clock was ahead of the remote's: {} writes were given its time.",
                report.restamped.len()
            ));
        }
        none_parked(context, status.parked)
    }
}

/// A sync that leaves rows aside must not look like one that does not.
fn none_parked(context: &Context<'_>, parked: u64) -> Result<()> {
    let retry = context.call("retry");
    match parked {
        0 => Ok(()),
        1 => Err(Failed::parked(format!("1 row was refused and stays here; see {retry}"))),
        many => Err(Failed::parked(format!("{many} rows were refused and stay here; see {retry}"))),
    }
}

/// One sync, for which the caller has the turn.
pub(super) fn exchange(context: &Context<'_>, device: &Device) -> Result<SyncReport> {
    let remote = context.remote_to_sync(&device.config, &device.replica)?;
    exchange_with(context, device, &*remote.ok_or_else(|| no_remote(context))?)
}

/// The same, with a remote that the caller has opened.
pub(super) fn exchange_with(
    context: &Context<'_>,
    device: &Device,
    remote: &dyn Backend,
) -> Result<SyncReport> {
    let runtime = runtime()?;
    let replica = &device.replica;
    let steps = replica.subscribe_to_status();
    let env = &*context.env;
    let done = AtomicBool::new(false);
    let report = thread::scope(|threads| {
        // A backend on this machine never waits, so nothing else would get a turn.
        let teller = threads.spawn(|| {
            let mut progress = Progress::new(env);
            while !done.load(Ordering::Acquire) {
                if let Some(step) = *steps.borrow() {
                    progress.show(|| line(step));
                }
                thread::park_timeout(Duration::from_millis(100));
            }
        });
        let report = runtime.block_on(replica.sync(remote));
        done.store(true, Ordering::Release);
        teller.thread().unpark();
        report
    });
    Ok(report?)
}

pub(super) fn no_remote(context: &Context<'_>) -> anyhow::Error {
    let set = context.call("config set remote.backend sqlite remote.path FILE");
    let message = format!("no remote is set up, so there is nothing to sync with; try: {set}");
    Failed::usage("no_remote", message)
}

/// How far a sync is.
fn line(Step { received, sent, waiting, .. }: Step) -> String {
    format!("Syncing: received {received}, sent {sent}, {waiting} left")
}
