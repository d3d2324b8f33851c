//! When to sync: soon after a local change, when the network comes back, when the hub
//! says that something changed, now and then otherwise. Failures are retried by
//! themselves, later and later and never in step with other devices; nobody has to
//! click, restart or write something new.

mod schedule;

use std::{any::Any, collections::VecDeque, pin::pin, sync::Arc};

use futures_util::future::{Either, select};
use tokio::sync::{broadcast, mpsc};

pub use self::schedule::Schedule;
use crate::{Backend, Changed, Millis, Replica, Result, SyncReport, status::Failure};

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
    /// What a person had to do may have been done, by another program.
    Unblocked,
    /// A person wants no more syncs for now.
    Paused,
    /// A person wants them again.
    Resumed,
}

/// What a service did, for whoever shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// It syncs with the remote of this name from now on; with nobody if there is none.
    Connected(Option<String>),
    /// A sync begins.
    Begun,
    /// It ended well.
    Synced(SyncReport),
    /// It did not.
    Failed {
        /// Why, and what to do about it.
        failure: Failure,
        /// When it is tried again, in milliseconds from now; never, if somebody must do
        /// something first.
        again_in: Option<Millis>,
    },
    /// Another process of the profile is syncing; the turn comes after it.
    Elsewhere,
    /// A person paused it.
    Paused,
    /// A person wants it to go on.
    Resumed,
}

/// Takes the profile's turn to sync and keeps it until what it returns is dropped; none
/// if another process has it.
pub type TakeTurn = Box<dyn Fn() -> Result<Option<Box<dyn Any + Send>>> + Send + Sync>;

/// How many pieces of news wait for a slow listener.
const NEWS: usize = 64;

/// Keeps a replica in step with its hub for as long as it runs.
pub struct Service {
    replica: Arc<Replica>,
    remote: Option<Arc<dyn Backend>>,
    turn: TakeTurn,
    schedule: Schedule,
    events: mpsc::UnboundedReceiver<Event>,
    /// Events that came during a sync.
    heard: VecDeque<Event>,
    changes: broadcast::Receiver<Changed>,
    news: broadcast::Sender<News>,
}

impl Service {
    /// A service that hears of reasons to sync through `events`, and of changes of this
    /// replica by itself. It is idle until it is told with whom to sync.
    pub fn new(
        replica: Arc<Replica>,
        turn: TakeTurn,
        events: mpsc::UnboundedReceiver<Event>,
    ) -> Self {
        let schedule = Schedule::new(0, 0, replica.env().monotonic());
        let changes = replica.subscribe();
        let news = broadcast::Sender::new(NEWS);
        let heard = VecDeque::new();
        Self { replica, remote: None, turn, schedule, events, heard, changes, news }
    }

    /// Syncs with `remote` from now on, or with nobody: at once, then `debounce` after
    /// changes, and every `interval` without any. A pause stays one.
    pub fn connect(
        &mut self,
        remote: Option<Arc<dyn Backend>>,
        debounce: Millis,
        interval: Millis,
    ) {
        let now = self.replica.env().monotonic();
        self.schedule.begin_with(debounce, interval, now);
        self.tell(News::Connected(remote.as_ref().map(|it| it.name())));
        self.remote = remote;
    }

    /// Syncs with nobody: why, and what to do about it.
    pub fn disconnect(&mut self, failure: Failure) {
        self.remote = None;
        self.tell(News::Failed { failure, again_in: None });
    }

    /// Hears of what it does from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Runs until the other end of its events is gone. Dropping the future ends a sync
    /// half way, which the next one makes up for.
    pub async fn run(&mut self) {
        while self.step().await {}
    }

    /// Waits for the next reason to do something, or syncs if it is time. Returns false
    /// once the other end of its events is gone.
    pub async fn step(&mut self) -> bool {
        let now = self.replica.env().monotonic();
        match (self.remote.clone(), self.schedule.due()) {
            _ if !self.heard.is_empty() => self.wait(None).await,
            (Some(remote), Some(due)) if due <= now => self.sync(&*remote).await,
            (Some(_), Some(due)) => self.wait(Some(due - now)).await,
            _ => self.wait(None).await,
        }
    }

    /// Syncs, unless somebody else does. Returns false as [`Self::step`] does.
    async fn sync(&mut self, remote: &dyn Backend) -> bool {
        let done = match (self.turn)() {
            Ok(None) => {
                self.schedule.postponed(self.replica.env().monotonic());
                self.tell(News::Elsewhere);
                return true;
            }
            Ok(Some(_turn)) => {
                self.tell(News::Begun);
                match self.exchange(remote).await {
                    Ended::Done(done) => done,
                    Ended::Paused => {
                        self.on(Event::Paused);
                        return true;
                    }
                    Ended::Alone => return false,
                }
            }
            Err(error) => Err(error),
        };
        let env = self.replica.env();
        let now = env.monotonic();
        match done {
            Ok(report) => {
                self.schedule.succeeded(now);
                self.tell(News::Synced(report));
            }
            Err(error) => {
                tracing::warn!(code = error.code(), %error, "sync failed");
                self.schedule.failed(&error, now, env.random());
                let again_in = self.schedule.due().map(|it| it.saturating_sub(now));
                self.tell(News::Failed { failure: Failure::from(&error), again_in });
            }
        }
        true
    }

    /// Exchanges everything, unless a person pauses it meanwhile. What else is heard
    /// meanwhile is kept for afterwards.
    async fn exchange(&mut self, remote: &dyn Backend) -> Ended {
        let mut sync = pin!(self.replica.sync(remote));
        loop {
            let event = match select(sync.as_mut(), pin!(self.events.recv())).await {
                Either::Left((done, _)) => return Ended::Done(done),
                Either::Right((event, _)) => event,
            };
            match event {
                None => return Ended::Alone,
                Some(Event::Paused) => return Ended::Paused,
                Some(event) => self.heard.push_back(event),
            }
        }
    }

    fn tell(&self, news: News) {
        let _nobody_listens = self.news.send(news);
    }

    /// Waits for a reason to sync, or until it is time.
    async fn wait(&mut self, length: Option<Millis>) -> bool {
        match self.listen(length).await {
            Heard::Nothing => true,
            Heard::Event(event) => {
                self.on(event);
                true
            }
            Heard::End => false,
        }
    }

    fn on(&mut self, event: Event) {
        let was_paused = self.schedule.is_paused();
        self.schedule.on(event, self.replica.env().monotonic());
        match (was_paused, self.schedule.is_paused()) {
            (false, true) => self.tell(News::Paused),
            (true, false) => self.tell(News::Resumed),
            _ => (),
        }
    }

    async fn listen(&mut self, length: Option<Millis>) -> Heard {
        if let Some(event) = self.heard.pop_front() {
            return Heard::Event(event);
        }
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

/// How an exchange ended.
enum Ended {
    /// By itself.
    Done(Result<SyncReport>),
    /// A person paused it.
    Paused,
    /// The other end of the events is gone.
    Alone,
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
