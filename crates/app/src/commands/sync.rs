//! `sync`: exchanges everything with the remote.

mod watch;

use anyhow::Result;
use clap::Args;
use driftline_client::{code::hub_code, runtime, sync};
use driftline_core::{SyncReport, status::State};
use driftline_text::count_of;
use serde_json::json;

use super::status;
use crate::{context::Context, error::Failed, terminal::Terminal};

/// Exchanges everything with the remote.
#[derive(Clone, Debug, Args)]
pub(crate) struct Sync {
    /// Keep syncing after each change, here or at the remote
    #[arg(long)]
    watch: bool,
}

impl Sync {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        if self.watch {
            return watch::run(context, &device);
        }
        let terminal = Terminal::new(context);
        let report = runtime()?.block_on(sync::once(context, &device, &terminal));
        let report = terminal.came(report)?;
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
            Some(code) => {
                context.output.print(&format!("✓ Synced: {figures}. Code {code}."))?;
                if let Some(held) = status::held(context, &status) {
                    context.output.chat(&held);
                }
            }
            None => {
                context.output.print(&format!("Done: {figures}."))?;
                context.output.print(&status::sentence(context, &status))?;
            }
        }
        if !report.restamped.is_empty() {
            context.output.chat(&format!(
                "This clock was ahead of the remote's: {} given its time.",
                count_of(report.restamped.len(), "write was", "writes were")
            ));
        }
        none_parked(context, status.parked)
    }
}

/// A sync that leaves rows aside must not look like one that does not.
fn none_parked(context: &Context<'_>, parked: u64) -> Result<()> {
    let retry = context.call("retry");
    if parked == 0 {
        return Ok(());
    }
    let rows = count_of(parked, "row was refused and stays", "rows were refused and stay");
    Err(Failed::parked(format!("{rows} here; see {retry}")))
}
