//! Lets lists and searches hear of what changed, behind the writes: while nothing
//! changes, it does nothing but ask whether anything did.

use std::sync::Arc;

use driftline_core::Millis;
use driftline_index::Index;

use crate::{app::App, live::INDEX};

/// How often it looks.
const BEAT: Millis = 1_000;
/// How long it leaves the machine to others between two steps.
const BREATH: Millis = 5;

/// Follows the rows for as long as the program runs.
pub(crate) async fn follow(app: Arc<App>) {
    let mut seen = None;
    loop {
        let app_there = app.clone();
        let step = tokio::task::spawn_blocking(move || {
            let version = app_there.reading.replica().version().ok();
            if version.is_some() && version == seen {
                return (version, None);
            }
            match app_there.reading.index().map_or(Ok(0), Index::catch_up) {
                Ok(left) => (version, Some(left)),
                Err(error) => {
                    tracing::warn!(%error, "the index cannot follow");
                    (version, None)
                }
            }
        });
        let (version, left) = step.await.unwrap_or_default();
        match left {
            Some(0) | None => {
                // Pages that were shown before may lack the last few rows.
                if left.is_some() {
                    app.live.nudge(INDEX);
                }
                seen = version;
                app.env.sleep(BEAT).await;
            }
            Some(_) => app.env.sleep(BREATH).await,
        }
    }
}
