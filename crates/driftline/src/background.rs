//! Syncing on a thread of its own. When to sync is decided by [`driftline_core::service`].
//!
//! It is a thread because a sync works on the database for long stretches, and it has a
//! runtime of its own so that no connection outlives it.

use std::{
    any::Any,
    sync::Arc,
    thread::{self, JoinHandle},
};

use driftline_core::{
    Backend, Error, Millis, Replica, Result,
    service::{Event, News, Service, TakeTurn},
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{broadcast, mpsc},
};

use crate::turn::Turns;

/// How long it waits for more changes before it sends them.
const DEBOUNCE: Millis = 500;
/// How often it syncs without any reason, where the hub does not say when to.
const INTERVAL: Millis = 60_000;

/// Keeps a database in step with a hub, until it is dropped. What was not finished then, the
/// next sync makes up for.
#[must_use = "syncing stops when this is dropped"]
pub struct BackgroundSync {
    /// None once it ends, which ends the thread.
    events: Option<mpsc::UnboundedSender<Event>>,
    news: broadcast::Receiver<News>,
    thread: Option<JoinHandle<()>>,
}

impl BackgroundSync {
    pub(crate) fn start(
        replica: Arc<Replica>,
        turns: Option<Turns>,
        remote: Arc<dyn Backend>,
    ) -> Result<Self> {
        let (events, heard) = mpsc::unbounded_channel();
        let mut service = Service::new(replica, take(turns), heard);
        let news = service.subscribe();
        service.connect(Some(remote), DEBOUNCE, INTERVAL);
        let runtime = runtime()?;
        let work = move || {
            runtime.block_on(service.run());
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("driftline-sync".into()).spawn(work);
        let thread = thread.map_err(|error| no_room("thread", error))?;
        Ok(Self { events: Some(events), news, thread: Some(thread) })
    }

    /// Syncs now, whatever failed before.
    pub fn sync_now(&self) {
        self.send(Event::Asked);
    }

    /// Stops syncing, also half way, until [`Self::resume`].
    pub fn pause(&self) {
        self.send(Event::Paused);
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        self.send(Event::Resumed);
    }

    /// What it does, from now on.
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.news.resubscribe()
    }

    fn send(&self, event: Event) {
        if let Some(events) = &self.events {
            let _it_has_ended = events.send(event);
        }
    }
}

impl Drop for BackgroundSync {
    fn drop(&mut self) {
        self.events = None;
        if let Some(thread) = self.thread.take() {
            let _it_panicked = thread.join();
        }
    }
}

fn take(turns: Option<Turns>) -> TakeTurn {
    Box::new(move || match &turns {
        None => Ok(Some(Box::new(()) as Box<dyn Any + Send>)),
        Some(turns) => {
            let turn = turns.take_if_free()?;
            Ok(turn.map(|it| Box::new(it) as Box<dyn Any + Send>))
        }
    })
}

/// Runs one sync to its end, also for a caller that is inside a runtime already: that one
/// must not be blocked on from within.
pub(crate) fn to_its_end<T: Send>(work: impl Future<Output = Result<T>> + Send) -> Result<T> {
    let runtime = runtime()?;
    let run = move || {
        let done = runtime.block_on(work);
        runtime.shutdown_background();
        done
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("driftline-sync".into());
        let thread = thread.spawn_scoped(scope, run).map_err(|error| no_room("thread", error))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Where something waits for sockets and timers.
pub(crate) fn runtime() -> Result<Runtime> {
    Builder::new_current_thread().enable_all().build().map_err(|error| no_room("runtime", error))
}

/// That the system is short of something.
pub(crate) fn no_room(what: &str, error: std::io::Error) -> Error {
    Error::Store {
        what: format!("the system gives no {what} to sync on"),
        help: "try again".into(),
        source: Some(Box::new(error)),
    }
}
