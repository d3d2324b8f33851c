//! `digest`: what two devices compare to see that they hold the same.

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value};

use driftline_client::code::code;

use crate::{context::Context, output::table};

/// Sums of what is here.
#[derive(Clone, Debug, Args)]
pub(crate) struct Show {}

impl Show {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let device = context.device()?;
        let digests = device.replica.digest()?;
        let code = code(&digests);
        let sums = digests.iter().map(|(entity, sum)| (entity, format!("{sum:016x}")));
        if context.output.json {
            let mut all: Map<String, Value> =
                sums.map(|(entity, sum)| (entity.clone(), Value::from(sum))).collect();
            all.insert("code".into(), code.into());
            return context.output.json(&all);
        }
        let rows: Vec<_> = sums.map(|(entity, sum)| vec![entity.clone(), sum]).collect();
        context.output.print(&table(&["entity", "digest"], &rows, context.output.width()))?;
        context.output.print(&format!("\nCode {code}: devices that hold the same show the same."))
    }
}
