//! `import FILE` of an export file: its rows, joined with what is here.

use std::path::Path;

use anyhow::Result;
use driftline_client::export::{self, Joined, LeftOut, Step};
use driftline_text::count_of;

use crate::{context::Context, output::Progress};

/// How many values that were left out a person is shown.
const SHOWN: usize = 20;

pub(super) fn run(context: &Context<'_>, path: &Path) -> Result<()> {
    let device = context.device()?;
    let joined = {
        let mut progress = Progress::new(&*context.env);
        let mut tell = |it: Step| {
            let (Step { rows, of, .. }, rate) = (it, it.rate());
            progress.show(|| format!("Importing: {rows} of {of} rows, {rate} rows/s"));
        };
        export::join(context.client(), &device.replica, path, &mut tell)?
    };
    if context.output.json {
        return context.output.json(&joined);
    }
    let Joined { path, rows, new, grown, same, left_out, left_out_at, code, .. } = &joined;
    for LeftOut { line, entity, field } in left_out_at.iter().take(SHOWN) {
        context.output.say(&format!(
            "{}, line {line}: {field} of {entity} cannot hold this value; it was left out",
            path.display()
        ));
    }
    if *left_out > SHOWN as u64 {
        context.output.say(&format!("and {} more", *left_out - SHOWN as u64));
    }
    context.output.print(&format!(
        "✓ Read {} from {}: {new} new, {grown} changed, {same} here already. Code of the file: \
         {code}.",
        count_of(*rows, "row", "rows"),
        path.display()
    ))?;
    let Some(kept) = &joined.kept_database else { return Ok(()) };
    context.output.print(&format!("  Until now: {}", kept.display()))?;
    if let Some(name) = kept.file_name() {
        let back = format!("backup restore {}", name.display());
        context.output.print(&format!("  To undo this:  {}", context.call(&back)))?;
    }
    Ok(())
}
