//! `export --all`: every row in one file.

use std::path::Path;

use anyhow::Result;
use driftline_client::export::{self, Step, Written};
use driftline_text::{count_of, size};

use crate::{context::Context, output::Progress};

pub(super) fn run(context: &Context<'_>, path: &Path) -> Result<()> {
    let device = context.device()?;
    let written = {
        let mut progress = Progress::new(&*context.env);
        let mut tell = |it: Step| {
            let (Step { rows, of, .. }, rate) = (it, it.rate());
            progress.show(|| format!("Exporting: {rows} of {of} rows, {rate} rows/s"));
        };
        export::write(&device.replica, path, &mut tell)?
    };
    if context.output.json {
        return context.output.json(&written);
    }
    let Written { path, rows, bytes, code, excluded, set_aside } = &written;
    let shown = path.display();
    let rows = count_of(*rows, "row", "rows");
    context.output.print(&format!("✓ Wrote {rows} to {shown}, {}. Code {code}.", size(*bytes)))?;
    if *excluded > 0 {
        let excluded = count_of(*excluded, "change", "changes");
        context.output.print(&format!(
            "  In it, and excluded from syncing here: {excluded}. The file does not say so: where \
             it is imported, everything syncs."
        ))?;
    }
    if *set_aside > 0 {
        let set_aside = count_of(*set_aside, "row", "rows");
        context.output.print(&format!(
            "  Not in it: {set_aside} of the remote that this program cannot read."
        ))?;
    }
    context
        .output
        .chat(&format!("To have them elsewhere:  {} --profile DIR import {shown}", context.name()));
    Ok(())
}
