//! `import --watch`: goes on importing while agents write, with one plain line for each
//! time that something was new.

use std::sync::Arc;

use anyhow::Result;
use driftline_client::{
    import::{Report, Wanted, Watch},
    importer::Importer,
    runtime,
};
use driftline_text::count_of;
use serde_json::json;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::troubles;
use crate::{context::Context, stop, time};

/// Imports until a person or the system asks it to stop.
pub(super) fn run(context: &Context<'_>, wanted: Wanted<'_>) -> Result<()> {
    let device = context.device()?;
    let (watch, secrets) = (Watch::new(wanted)?, wanted.secrets);
    let folders = watch.places().len();
    let (hear, news) = mpsc::unbounded_channel();
    let importer = Importer::over(
        Arc::clone(&device.replica),
        watch,
        move || secrets,
        move |report| {
            // Nobody hears it any more once this is asked to stop.
            let _ = hear.send(report);
        },
    )?;
    let folders = count_of(folders, "folder", "folders");
    context.output.chat(&format!("Watching {folders}. Ctrl-C stops."));
    let told = runtime()?.block_on(async {
        tokio::select! {
            stopped = stop::asked() => stopped,
            told = tell(context, news) => told,
        }
    });
    importer.stop();
    told?;
    context.output.chat("Stopped. What agents write from now on waits for the next import.");
    Ok(())
}

async fn tell(context: &Context<'_>, mut news: UnboundedReceiver<Report>) -> Result<()> {
    let mut is_first = true;
    while let Some(report) = news.recv().await {
        let sums = &report.totals;
        let is_news = sums.new + sums.grown > 0 || report.incomplete;
        // The first one says that all there was is here.
        if !std::mem::take(&mut is_first) && !is_news {
            continue;
        }
        let now = time::iso(context.env.wall()).unwrap_or_default();
        if context.output.json {
            let mut object = json!({ "event": "imported", "time": now });
            let told = serde_json::to_value(&report)?;
            if let (Some(object), Some(told)) = (object.as_object_mut(), told.as_object()) {
                object.extend(told.clone());
            }
            context.output.json_line(&object)?;
            continue;
        }
        for line in troubles(&report) {
            context.output.say(&line);
        }
        let files = count_of(sums.files, "file", "files");
        context.output.print(&format!("{now}  {files} read: {}.", sums.came()))?;
        context.output.flush()?;
    }
    Ok(())
}
