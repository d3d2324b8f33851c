//! `sync --watch`: syncs by itself until it is stopped, with one plain line for each
//! thing that happens.

use anyhow::Result;
use driftline_client::{Error, runtime, service::Service};
use driftline_core::{Progress as Step, SyncReport, service::News, status::Failure};
use driftline_text::length;
use serde_json::{Value, json};
use tokio::sync::{broadcast::error::RecvError, watch};

use crate::{
    call::Call,
    context::{Context, Device},
    hints,
    output::Progress,
    stop,
    terminal::exchanged,
    time,
};

/// Syncs until a person or the system asks it to stop.
pub(super) fn run(context: &Context<'_>, device: &Device) -> Result<()> {
    if device.config.remote.is_none() {
        return Err(Error::NoRemote.into());
    }
    let runtime = runtime()?;
    let (service, news) = Service::start(context.client(), device)?;
    let told = runtime.block_on(async {
        let teller = Teller { context, last: None };
        tokio::select! {
            stopped = stop::asked() => stopped,
            told = teller.tell(news, device.replica.subscribe_to_status()) => told,
        }
    });
    service.stop();
    told?;
    context.output.chat("Stopped. What was not sent waits here for the next sync.");
    Ok(())
}

struct Teller<'a> {
    context: &'a Context<'a>,
    /// The last line, without its time: what only repeats it is not news.
    last: Option<String>,
}

impl Teller<'_> {
    /// Writes a line for each thing that happens.
    async fn tell(
        mut self,
        mut news: tokio::sync::broadcast::Receiver<News>,
        mut steps: watch::Receiver<Option<Step>>,
    ) -> Result<()> {
        let env = &*self.context.env;
        let mut progress = Progress::new(env);
        loop {
            let it = tokio::select! {
                it = news.recv() => it,
                Ok(()) = steps.changed() => {
                    if let Some(step) = *steps.borrow_and_update() {
                        progress.show(|| exchanged(step));
                    }
                    continue;
                }
            };
            // Clears its line before another one is written.
            drop(progress);
            match it {
                Ok(it) => self.show(&it)?,
                Err(RecvError::Lagged(_)) => (),
                Err(RecvError::Closed) => return Ok(()),
            }
            progress = Progress::new(env);
        }
    }

    fn show(&mut self, news: &News) -> Result<()> {
        let Some((line, mut object)) = words(self.context.caller(), news) else { return Ok(()) };
        let is_quiet = matches!(news, News::Synced(it) if it.received == 0 && it.sent == 0);
        let is_repeated = self.last.as_ref() == Some(&line);
        if is_repeated && (is_quiet || matches!(news, News::Elsewhere)) {
            return Ok(());
        }
        self.last = Some(line.clone());
        let now = time::iso(self.context.env.wall()).unwrap_or_default();
        if self.context.output.json {
            object["time"] = now.into();
            return self.context.output.json_line(&object);
        }
        self.context.output.print(&format!("{now}  {line}"))?;
        self.context.output.flush()
    }
}

/// What happened, for a person and for a program; nothing where it is told otherwise.
fn words(call: &Call, news: &News) -> Option<(String, Value)> {
    Some(match news {
        News::Begun => return None,
        News::Connected(Some(remote)) => {
            let line = format!("Watching; in step with {remote}. Ctrl-C stops.");
            (line, json!({ "event": "connected", "remote": remote }))
        }
        News::Connected(None) => {
            let line = "○ The config names no remote any more; waiting for one.".into();
            (line, json!({ "event": "connected", "remote": null }))
        }
        News::Synced(SyncReport { received, sent, parked, .. }) => {
            let line = match (received, sent) {
                (0, 0) => "✓ Synced: nothing new.".into(),
                _ => format!("✓ Synced: received {received}, sent {sent}, {parked} parked."),
            };
            let object = json!({
                "event": "synced", "received": received, "sent": sent, "parked": parked,
            });
            (line, object)
        }
        News::Failed { failure, again_in } => {
            let Failure { code, message, .. } = failure;
            let hints = hints::of_failure(call, failure);
            let message = [vec![message.clone()], hints].concat().join("; ");
            let line = match again_in {
                Some(wait) => {
                    format!(
                        "/ Offline: {message}. Tried again in {}.",
                        length(wait.div_ceil(1_000) * 1_000)
                    )
                }
                None => format!("! Needs you: {message}."),
            };
            let error = json!({ "code": code, "message": message });
            (line, json!({ "event": "failed", "error": error, "again_in_ms": again_in }))
        }
        News::Elsewhere => {
            let line = "~ Another process syncs this profile; waiting for it.".into();
            (line, json!({ "event": "elsewhere" }))
        }
        News::Paused => ("Paused.".into(), json!({ "event": "paused" })),
        News::Resumed => ("Resumed.".into(), json!({ "event": "resumed" })),
    })
}
