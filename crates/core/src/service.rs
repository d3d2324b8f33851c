//! When to sync: soon after a local change, when the network comes back, when the hub
//! says that something changed, now and then otherwise. Failures are retried by
//! themselves, later and later and never in step with other devices; nobody has to
//! click, restart or write something new.

use std::{any::Any, pin::pin, sync::Arc};

use futures_util::future::{Either, select};
use tokio::sync::{broadcast, mpsc};

use crate::{Backend, Changed, Error, Millis, Replica, Result};

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;

/// The longest wait after the first failure, and after many.
const BACKOFF: std::ops::RangeInclusive<Millis> = SECOND..=15 * MINUTE;

/// A hub that asks for more patience than this is not believed.
const PATIENCE: Millis = 60 * MINUTE;

/// Changes that come without end are sent after this many debounces all the same.
const STREAM: Millis = 15;

/// Something that may be a reason to sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A row was written on this device.
    Changed,
    /// The network came back.
    Online,
    /// The hub says that it has something new.
    HubChanged,
    /// A person asks for it, or has just signed in.
    Asked,
}

/// Decides when the next sync is due. Times are of a clock that never jumps.
#[derive(Clone, Debug)]
pub struct Schedule {
    debounce: Millis,
    interval: Millis,
    due: Option<Millis>,
    first_change: Option<Millis>,
    failures: u32,
    paused: bool,
}

impl Schedule {
    /// Due at once; then `debounce` after changes, and every `interval` without any.
    pub fn new(debounce: Millis, interval: Millis, now: Millis) -> Self {
        let (due, first_change) = (Some(now), None);
        Self { debounce, interval, due, first_change, failures: 0, paused: false }
    }

    /// When the next sync is due; never, if somebody must do something first.
    pub fn due(&self) -> Option<Millis> {
        self.due
    }

    /// Takes note of a reason to sync.
    pub fn on(&mut self, event: Event, now: Millis) {
        match event {
            Event::Asked => {
                (self.paused, self.failures) = (false, 0);
                self.due = Some(now);
            }
            _ if self.paused => (),
            Event::Online => {
                self.failures = 0;
                self.due = Some(now + self.debounce);
            }
            // A remote that fails is left alone until its time has come.
            _ if self.failures > 0 => (),
            Event::HubChanged => self.due = Some(now),
            Event::Changed => {
                let first = *self.first_change.get_or_insert(now);
                let latest = first + STREAM * self.debounce;
                self.due = Some((now + self.debounce).min(latest));
            }
        }
    }

    /// A sync ended well.
    pub fn succeeded(&mut self, now: Millis) {
        (self.failures, self.first_change) = (0, None);
        self.due = Some(now + self.interval);
    }

    /// A sync failed. What goes away by itself is tried again after a random part of a
    /// wait that doubles; anything else waits for a person, and nothing is lost.
    pub fn failed(&mut self, error: &Error, now: Millis, random: u64) {
        self.first_change = None;
        if !error.is_transient() {
            (self.paused, self.due) = (true, None);
            return;
        }
        let longest = BACKOFF.start().saturating_mul(1 << self.failures.min(20));
        let wait = random % (longest.min(*BACKOFF.end()) + 1);
        let asked = match error {
            Error::Unavailable { retry_after, .. } => retry_after.unwrap_or(0).min(PATIENCE),
            _ => 0,
        };
        self.failures = self.failures.saturating_add(1);
        self.due = Some(now + wait.max(asked).max(SECOND / 10));
    }

    /// Another process of the profile is syncing; look again shortly.
    pub fn postponed(&mut self, now: Millis) {
        self.due = Some(now + self.debounce.max(SECOND));
    }
}

/// Takes the profile's turn to sync and keeps it until what it returns is dropped; none
/// if another process has it.
pub type TakeTurn = Box<dyn Fn() -> Result<Option<Box<dyn Any + Send>>> + Send + Sync>;

/// Keeps a replica in step with its hub for as long as it runs.
pub struct Service {
    replica: Arc<Replica>,
    remote: Arc<dyn Backend>,
    turn: TakeTurn,
    schedule: Schedule,
    events: mpsc::UnboundedReceiver<Event>,
    changes: broadcast::Receiver<Changed>,
}

impl Service {
    /// A service that hears of reasons to sync through `events`, and of changes of this
    /// replica by itself.
    pub fn new(
        replica: Arc<Replica>,
        remote: Arc<dyn Backend>,
        turn: TakeTurn,
        debounce: Millis,
        interval: Millis,
        events: mpsc::UnboundedReceiver<Event>,
    ) -> Self {
        let schedule = Schedule::new(debounce, interval, replica.env().monotonic());
        let changes = replica.subscribe();
        Self { replica, remote, turn, schedule, events, changes }
    }

    /// Runs until the other end of its events is gone.
    pub async fn run(mut self) {
        while self.step().await {}
    }

    /// Waits for the next reason to do something, or syncs if it is time. Returns false
    /// once the other end of its events is gone.
    pub async fn step(&mut self) -> bool {
        let now = self.replica.env().monotonic();
        match self.schedule.due() {
            Some(due) if due <= now => self.sync().await,
            due => return self.wait(due.map(|it| it - now)).await,
        }
        true
    }

    async fn sync(&mut self) {
        let done = match (self.turn)() {
            Ok(None) => {
                self.schedule.postponed(self.replica.env().monotonic());
                return;
            }
            Ok(Some(_turn)) => self.replica.sync(&*self.remote).await.map(drop),
            Err(error) => Err(error),
        };
        let env = self.replica.env();
        match done {
            Ok(()) => self.schedule.succeeded(env.monotonic()),
            Err(error) => {
                tracing::warn!(code = error.code(), %error, "sync failed");
                self.schedule.failed(&error, env.monotonic(), env.random());
            }
        }
    }

    /// Waits for a reason to sync, or until it is time.
    async fn wait(&mut self, length: Option<Millis>) -> bool {
        let heard = self.listen(length).await;
        let now = self.replica.env().monotonic();
        match heard {
            Heard::Nothing => (),
            Heard::Event(event) => self.schedule.on(event, now),
            Heard::End => return false,
        }
        true
    }

    async fn listen(&mut self, length: Option<Millis>) -> Heard {
        let changed = pin!(next_change(&mut self.changes));
        let event = pin!(self.events.recv());
        let reason = select(event, changed);
        let heard = match length {
            None => Some(reason.await),
            Some(length) => match select(reason, self.replica.env().sleep(length)).await {
                Either::Left((heard, _)) => Some(heard),
                Either::Right(_) => None,
            },
        };
        match heard {
            None => Heard::Nothing,
            Some(Either::Left((event, _))) => event.map_or(Heard::End, Heard::Event),
            Some(Either::Right(_)) => Heard::Event(Event::Changed),
        }
    }
}

/// What came of listening.
enum Heard {
    Nothing,
    Event(Event),
    End,
}

/// Waits for a write of this device. What a sync brought is no reason to sync.
async fn next_change(changes: &mut broadcast::Receiver<Changed>) {
    loop {
        match changes.recv().await {
            Ok(Changed { here: false, .. }) => (),
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}
