//! `export --all`: every row in one file.

use std::path::Path;

use anyhow::Result;
use driftline_client::export::{self, Step, Written};
use driftline_text::size;

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
    let text = format!("✓ {rows} rows are in {shown}, {}. Code {code}.", size(*bytes));
    context.output.print(&text)?;
    if *excluded > 0 {
        context.output.print(&format!(
            "  {excluded} changes in it are excluded from syncing here. The file does not say so: \
             where it is imported, they sync."
        ))?;
    }
    if *set_aside > 0 {
        context.output.print(&format!(
            "  {set_aside} rows of the remote that this program cannot read are not in it."
        ))?;
    }
    context
        .output
        .chat(&format!("To have them elsewhere:  {} --profile DIR import {shown}", context.name()));
    Ok(())
}
