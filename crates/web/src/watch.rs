//! What changes while a page is open: rows that this process writes, rows that others
//! write, and where the sync stands. Gathered, and told at most once a second.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use driftline_core::{Changed, Millis};
use futures_util::stream::{self, Stream};
use tokio::sync::broadcast::{self, error::TryRecvError};

use crate::{
    app::App,
    live::{ANY, Flush},
    parts,
};

/// How often it looks. Between looks nothing is done: this is most of what an open page
/// costs while nothing happens.
const BEAT: Millis = 500;
/// So many looks for one at what changes without any row.
const BEATS: u64 = 2;
/// Open pages are told at most this often.
const FLUSH: Millis = 1_000;
/// So that a page learns that the program has ended.
const ALIVE: Duration = Duration::from_secs(15);

/// The stream of one page.
pub(crate) async fn events(
    State(app): State<Arc<App>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let told = stream::unfold(app.live.listen(), async |listener| {
        let mut listener = listener?;
        let flush = match listener.recv().await {
            Ok(flush) => flush,
            // Too much at once to tell in detail.
            Err(broadcast::error::RecvError::Lagged(_)) => {
                Arc::new(Flush { entities: BTreeSet::from([ANY.to_owned()]), shared: None })
            }
            Err(broadcast::error::RecvError::Closed) => return None,
        };
        // A set of names and a text are JSON in any case.
        let text = serde_json::to_string(&*flush).unwrap_or_default();
        Some((Ok(Event::default().data(text)), Some(listener)))
    });
    Sse::new(told).keep_alive(KeepAlive::new().interval(ALIVE))
}

/// Looks for changes since `seen`, for as long as the program runs.
pub(crate) async fn watch(app: Arc<App>, mut seen: Seen) {
    let mut changes = app.reading.replica().subscribe();
    let mut told_at: Millis = 0;
    loop {
        app.env.sleep(BEAT).await;
        seen.entities.extend(drain(&mut changes));
        seen.entities.extend(app.live.nudges().into_iter().map(str::to_owned));
        let (app_there, heard) = (app.clone(), app.live.is_heard());
        let due = app.env.monotonic().saturating_sub(told_at) >= FLUSH;
        let looked = tokio::task::spawn_blocking(move || {
            seen.look(&app_there, heard, due);
            seen
        });
        // A look that failed is repeated with the next beat.
        seen = looked.await.unwrap_or_default();
        if due && seen.is_worth_telling() {
            told_at = app.env.monotonic();
            app.live.send(seen.flush());
        }
    }
}

/// The entities that this process said it changed.
fn drain(changes: &mut broadcast::Receiver<Changed>) -> BTreeSet<String> {
    let mut entities = BTreeSet::new();
    loop {
        match changes.try_recv() {
            Ok(changed) => _ = entities.insert(changed.entity),
            Err(TryRecvError::Lagged(_)) => _ = entities.insert(ANY.to_owned()),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return entities,
        }
    }
}

/// What was seen and not told yet.
#[derive(Default)]
pub(crate) struct Seen {
    version: Option<u64>,
    entities: BTreeSet<String>,
    shared: String,
    shared_changed: bool,
    beats: u64,
}

impl Seen {
    /// What there is before anybody can ask.
    pub(crate) fn now(app: &App) -> Self {
        let mut seen = Self::default();
        seen.look(app, false, false);
        seen
    }

    /// Looks what changed. Whoever comes later has read it all, so what nobody hears is
    /// forgotten; but a change in the moment in which somebody comes is not missed. What is
    /// told later is looked at later, when it is `due`.
    fn look(&mut self, app: &App, heard: bool, due: bool) {
        let replica = app.reading.replica();
        match replica.version() {
            Ok(version) => {
                let before = self.version.replace(version);
                let told = self.entities.iter().any(|it| !it.starts_with('@'));
                if before.is_some_and(|it| it != version) && !told {
                    self.entities.insert(ANY.to_owned());
                }
            }
            Err(error) => tracing::warn!(%error, "the store cannot be watched"),
        }
        if !heard {
            self.entities.clear();
            return;
        }
        // What passes by itself, such as how long ago it was, need not be exact.
        self.beats += 1;
        if !due || self.entities.is_empty() && !self.beats.is_multiple_of(BEATS) {
            return;
        }
        match parts::shared_of(app) {
            Ok(shared) => {
                let shared = shared.into_string();
                if shared != self.shared {
                    self.shared_changed = true;
                    self.shared = shared;
                }
            }
            Err(error) => tracing::warn!(%error, "the status cannot be read"),
        }
    }

    fn is_worth_telling(&self) -> bool {
        !self.entities.is_empty() || self.shared_changed
    }

    fn flush(&mut self) -> Flush {
        let shared = std::mem::take(&mut self.shared_changed).then(|| self.shared.clone());
        let mut entities = std::mem::take(&mut self.entities);
        if shared.is_some() {
            entities.insert("@status".to_owned());
        }
        Flush { entities, shared }
    }
}
