//! `retry`: rows that the remote refused are sent again.

use anyhow::Result;
use clap::Args;
use driftline_core::store::{QueueId, QueueList};
use driftline_text::count_of;
use serde_json::json;

use crate::context::Context;

/// Rows that the remote refused are sent again.
#[derive(Clone, Debug, Args)]
pub(crate) struct Retry {}

impl Retry {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let parked =
            device.replica.read(|tx| tx.queue(QueueList::Parked, QueueId::default(), 1_000))?;
        let count = device.replica.retry_parked()?;
        if context.output.json {
            let rows: Vec<_> = parked
                .iter()
                .map(|it| json!({ "entity": it.entity, "id": it.id, "reason": it.parked() }))
                .collect();
            return context.output.json(&json!({ "queued": count, "rows": rows }));
        }
        for it in &parked {
            let reason = it.parked().unwrap_or_default();
            context.output.print(&format!("{} {}: {reason}", it.entity, it.id))?;
        }
        let sync = context.call("sync");
        context.output.chat(&match count {
            0 => "No row is parked.".to_owned(),
            some => {
                let rows = count_of(some, "row waits", "rows wait");
                format!("{rows} to be sent again.  {sync}")
            }
        });
        Ok(())
    }
}
