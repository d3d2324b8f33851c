//! When to sync: soon after a local change, when the network comes back, when the hub
//! says that something changed, now and then otherwise. Failures are retried by
//! themselves, later and later and never in step with other devices; nobody has to
//! click, restart or write something new.

mod event;
mod reason;
mod schedule;

use std::{any::Any, collections::VecDeque, convert::Infallible, pin::pin, sync::Arc};

use futures_util::future::{Either, select};
use tokio::sync::{broadcast, mpsc, watch};

use self::reason::Reason;
pub use self::{
    event::{Event, News},
    schedule::Schedule,
};
use crate::{
    Backend, Changed, Head, Hear, Heard, Millis, Replica, Result, SyncReport, device,
    status::Failure,
};

/// Takes the profile's turn to sync and keeps it until what it returns is dropped; none
/// if another process has it.
pub type TakeTurn = Box<dyn Fn() -> Result<Option<Box<dyn Any + Send>>> + Send + Sync>;

/// How many pieces of news wait for a slow listener.
const NEWS: usize = 64;

/// How much later than it may a row is tried again that failed without a name.
const SLACK: Millis = 5_000;

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
    /// What the hub says by itself; only the latest counts.
    hub: watch::Receiver<Heard>,
    say: Arc<watch::Sender<Heard>>,
    /// It should be listened to on a new connection.
    reconnect: bool,
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
        let (say, hub) = watch::channel(Heard::Nothing);
        Self {
            replica,
            remote: None,
            turn,
            schedule,
            events,
            heard,
            changes,
            hub,
            say: Arc::new(say),
            reconnect: false,
            news,
        }
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
        self.reconnect = false;
        self.tell(News::Connected(remote.as_ref().map(|it| it.name())));
        self.remote = remote;
    }

    /// Syncs with nobody: why, and what to do about it. The status says so, too.
    pub fn disconnect(&mut self, failure: Failure) {
        self.remote = None;
        if let Err(error) = self.replica.note_failure(&failure) {
            tracing::warn!(%error, "the status cannot be written");
        }
        self.tell(News::Failed { failure, again_in: None });
    }

    /// Begins or ends a pause, as the events of these names do.
    pub fn set_paused(&mut self, paused: bool) {
        if paused != self.schedule.is_paused() {
            self.on(if paused { Event::Paused } else { Event::Resumed });
        }
    }

    /// Hears of what it does from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Runs until the other end of its events is gone. Dropping the future ends a sync
    /// half way, which the next one makes up for.
    pub async fn run(&mut self) {
        loop {
            let (remote, replica, say) =
                (self.remote.clone(), self.replica.clone(), self.say.clone());
            say.send_replace(Heard::Nothing);
            let hear: Hear<'_> = Box::new(move |it| drop(say.send_replace(it)));
            let ears = remote.as_deref().and_then(|it| it.listen(replica.env(), hear));
            let ears = async {
                if let Some(ears) = ears {
                    ears.await;
                }
                // Who cannot hear, or does not any more, is asked now and then.
                std::future::pending::<Infallible>().await
            };
            match select(pin!(self.steps()), pin!(ears)).await {
                Either::Left((true, _)) => (),
                Either::Left((false, _)) => return,
                Either::Right((never, _)) => match never {},
            }
        }
    }

    /// Goes on until the hub should be listened to on a new connection (true), or the
    /// other end of the events is gone (false).
    async fn steps(&mut self) -> bool {
        while self.step().await {
            if std::mem::take(&mut self.reconnect) {
                return true;
            }
        }
        false
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
                if report.failed > 0 {
                    self.schedule.again(device::PAUSE + SLACK, now);
                }
                // Where calls come through again, a connection to listen on may, too.
                self.reconnect |= *self.hub.borrow() == Heard::Lost;
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
        let knows = self.knows_the_hub();
        let sync = async {
            if knows { self.replica.send(remote).await } else { self.replica.sync(remote).await }
        };
        let mut sync = pin!(sync);
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
        let reason = match self.heard.pop_front() {
            Some(event) => Some(Reason::Event(event)),
            None => self.listen(length).await,
        };
        match reason {
            None => (),
            Some(Reason::Event(event)) => self.on(event),
            Some(Reason::Hub) => self.on_hub(),
            Some(Reason::End) => return false,
        }
        true
    }

    fn on_hub(&mut self) {
        let now = self.replica.env().monotonic();
        let heard = self.hub.borrow_and_update().clone();
        match heard {
            Heard::Nothing => (),
            Heard::Lost => self.schedule.unheard(now),
            Heard::At(at) => self.schedule.heard(!self.is_known(at.as_ref()), now),
        }
    }

    /// Whether the hub is where this device knows it to be.
    fn is_known(&self, at: Option<&Head>) -> bool {
        // What cannot be read now is told of by the sync that follows.
        let Ok(position) = self.replica.store().view(|tx| device::position(tx)) else {
            return false;
        };
        match (at, position.identity) {
            (None, None) => true,
            (Some(at), Some(it)) => {
                at.account == it.account && at.epoch == it.epoch && position.cursor == at.head
            }
            _ => false,
        }
    }

    /// Whether the hub itself says that it has nothing new, so that it need not be asked
    /// first. A person who asks for a sync means a whole one.
    fn knows_the_hub(&self) -> bool {
        let is_here = matches!(&*self.hub.borrow(), Heard::At(at) if self.is_known(at.as_ref()));
        self.schedule.is_listening() && is_here && !self.schedule.is_asked()
    }

    fn on(&mut self, event: Event) {
        // A connection that was made in another network is as good as lost.
        self.reconnect |= event == Event::Online;
        let was_paused = self.schedule.is_paused();
        self.schedule.on(event, self.replica.env().monotonic());
        match (was_paused, self.schedule.is_paused()) {
            (false, true) => self.tell(News::Paused),
            (true, false) => self.tell(News::Resumed),
            _ => (),
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
