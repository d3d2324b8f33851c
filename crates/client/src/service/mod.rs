//! Syncing by itself, in the background: a thread that keeps one profile in step with
//! whatever remote its config names, until it is stopped. When to sync is decided by
//! [`driftline_core::service`]; what only this machine can tell is heard by `outside`.
//!
//! It has a thread of its own because a sync works on the database for long stretches,
//! and a runtime of its own so that no connection outlives it.

mod network;
mod outside;

use std::{any::Any, pin::pin, sync::Arc};

use driftline_core::{
    Backend, Error as CoreError, Millis, Replica,
    service::{Event, News, Service as Core},
    status::Failure,
};
use futures_util::future::{Either, select};
use tokio::sync::{Notify, broadcast, mpsc};

use self::outside::Outside;
use crate::{
    Client, Device, Error, Result, account::runtime, config::Config, profile::Turn, purge, sync,
    worker::Worker,
};

/// How often it syncs without any reason, where the remote does not say when to.
const INTERVAL: Millis = 5 * 60_000;
/// How soon it tries again to open a remote that could not be opened, such as a file on a
/// disk that is not there.
const AGAIN: Millis = 10_000;

/// Keeps a profile in step with its remote for as long as this is held.
///
/// It needs nobody: a remote that was not reached, a network that comes back, a config
/// that is edited, a sign-in by another program, writes of other programs are all noticed.
/// What was not finished when it stops, the next sync makes up for.
pub struct Service {
    events: Option<mpsc::UnboundedSender<Event>>,
    /// That a person asks for a sync, for whoever has no remote to sync with yet.
    asked: Arc<Notify>,
    thread: Worker,
}

impl Service {
    /// Starts syncing the rows of `device`, at once and whenever there is a reason to.
    /// What it does is told to the receiver, from the beginning.
    pub fn start(client: &Client, device: &Device) -> Result<(Self, broadcast::Receiver<News>)> {
        let (events, heard) = mpsc::unbounded_channel();
        let replica = device.replica.clone();
        let outside = Outside::new(client.clone(), replica.clone(), events.downgrade());
        let core = Core::new(replica.clone(), turn(client), heard);
        let news = core.subscribe();
        let runtime = runtime()?;
        let client = client.clone();
        let (asked, hears) = (Arc::new(Notify::new()), replica.clone());
        let asks = asked.clone();
        let work = move || {
            runtime.block_on(keep(&client, hears, core, outside, &asks));
            // A keyring that does not answer is not waited for.
            runtime.shutdown_background();
        };
        let thread = Worker::start("sync", work)?;
        Ok((Self { events: Some(events), asked, thread }, news))
    }

    /// Syncs now, whatever failed before; also once during a pause.
    pub fn ask(&self) {
        self.asked.notify_one();
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

    /// Ends it, also half way through a sync, and waits a moment for the end.
    pub fn stop(self) {
        drop(self);
    }

    fn send(&self, event: Event) {
        if let Some(events) = &self.events {
            let _it_has_ended = events.send(event);
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.events = None;
        self.thread.wait();
    }
}

/// Syncs with what the config names, and with something else once it names that.
async fn keep(
    client: &Client,
    replica: Arc<Replica>,
    mut core: Core,
    mut outside: Outside,
    asked: &Notify,
) {
    let mut failed: Option<Failure> = None;
    loop {
        let mut has_remote = false;
        match connect(client, &replica) {
            Ok((config, remote)) => {
                failed = None;
                has_remote = remote.is_some();
                core.set_paused(config.paused);
                let debounce = Millis::try_from(config.debounce.as_millis());
                core.connect(remote, debounce.unwrap_or(Millis::MAX), INTERVAL);
            }
            Err(error) => {
                // What is known is not told again.
                let why = failure(&error);
                if failed.as_ref() != Some(&why) {
                    core.disconnect(why.clone());
                }
                failed = Some(why);
            }
        }
        let again = async {
            match failed {
                Some(_) => {
                    select(pin!(client.env.sleep(AGAIN)), pin!(asked.notified())).await;
                }
                None => std::future::pending().await,
            }
        };
        let changed = outside.config_changed(has_remote);
        let reasons = select(Box::pin(changed), Box::pin(again));
        let swept = Box::pin(purge::after_each(client, &replica, core.subscribe()));
        let reasons = select(reasons, swept);
        if let Either::Left(((), _)) = select(Box::pin(core.run()), reasons).await {
            return;
        }
    }
}

fn connect(client: &Client, replica: &Arc<Replica>) -> Result<(Config, Option<Arc<dyn Backend>>)> {
    let config = client.config()?;
    let remote = sync::remote(client, &config, replica)?;
    Ok((config, remote))
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::Core(error) => Failure::from(error),
        error => Failure { code: "config".into(), message: error.told(), transient: false },
    }
}

/// The profile's turn to sync, as the engine asks for it.
fn turn(client: &Client) -> driftline_core::service::TakeTurn {
    let profile = client.profile.clone();
    Box::new(move || match Turn::take_if_free(&profile) {
        Ok(turn) => Ok(turn.map(|it| Box::new(it) as Box<dyn Any + Send>)),
        Err(error) => Err(CoreError::Store {
            what: error.told(),
            help: "see that the profile's folder can be written".into(),
            source: None,
        }),
    })
}
