//! What a page does with the account: operations that take longer than a page. One is under
//! way at a time, in a thread of its own, so that nobody waits for a sign-in that waits for
//! a browser. A page asks how far it is.
//!
//! An errand that is stopped ends where it waits next: for the network, a browser, another
//! process. Whatever it stores is stored between two waits, so nothing is left half done.

mod page;
mod work;

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use driftline_core::{Millis, Replica, SecretString};
use futures_util::future::{Either, select};
use tokio::sync::Notify;
use url::Url;

use self::page::Page;
use crate::{
    Client, Error, Result,
    account::{Overview, Undone},
    connect::{self, Connected, Typed},
    runtime,
    sign_in::SignedIn,
    sign_out::SignedOut,
    worker::Worker,
};

/// How long what was heard of the account is good for.
const FRESH: Millis = 60_000;

/// Something to do with the account that takes longer than a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Ask who is signed in.
    Look,
    /// Sign in with this provider, in the browser.
    SignIn(String),
    /// Merge what is here with what is there, for the first time.
    Merge,
    /// Connect with a remote that nobody signs in to.
    Connect(Box<connect::How>),
    /// Take the first merge back.
    Undo,
    /// Sign out, and send first what waits, or keep it here.
    SignOut {
        /// Whether to send it.
        send: bool,
    },
    /// End the sign-in of a device.
    Revoke(String),
    /// End every sign-in but this one.
    RevokeOthers,
}

/// What an errand came to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Done {
    /// Who is signed in, and where.
    Looked(Box<Overview>),
    /// Somebody signed in, or agreed to the first merge.
    SignedIn(Box<SignedIn>),
    /// The profile is connected, or would be.
    Connected(Box<Connected>),
    /// The first merge was taken back.
    Undone(Undone),
    /// Nobody is signed in any more.
    SignedOut(SignedOut),
    /// So many sign-ins of others were ended.
    Revoked(u64),
}

/// What an errand came to, or why it failed.
pub type Came = Result<Arc<Done>, Arc<Error>>;

/// Who is signed in, or why that is not known.
pub type Who = Result<Arc<Overview>, Arc<Error>>;

/// The account, as far as it is known without waiting.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// What there is to sign in to; none where no remote asks for it.
    pub remote: Option<String>,
    /// The ways to sign in: the name and the title of each.
    pub providers: Vec<(String, String)>,
    /// What is under way.
    pub running: Option<Errand>,
    /// The address that it waits for somebody to open.
    pub page: Option<String>,
    /// What the last errand came to.
    pub done: Option<(Errand, Came)>,
    /// Who is signed in, or why nobody is; none before it was asked.
    pub who: Option<Who>,
    /// The words of a new key, until somebody says that they are written down.
    pub key: Option<SecretString>,
}

/// Hands a page for signing in to a browser of this machine. What is returned is dropped
/// once nobody has to go there any more.
pub type Visit = dyn Fn(&Url) -> Option<Box<dyn Any + Send>> + Send + Sync;

/// One errand at a time.
pub(crate) struct Errands {
    client: Client,
    replica: Arc<Replica>,
    visit: Box<Visit>,
    state: Mutex<State>,
    stop: Notify,
}

#[derive(Default)]
struct State {
    /// The errand that is under way.
    running: Option<Errand>,
    /// Its thread.
    thread: Option<Worker>,
    /// The page that it waits for a person to go to.
    page: Option<String>,
    /// The words of a new key.
    key: Option<SecretString>,
    /// The keys that were typed for whoever signs in next.
    typed: Typed,
    /// Whether a person wants no more of it.
    stopped: bool,
    /// What the last one that a person asked for came to.
    done: Option<(Errand, Came)>,
    /// What was last heard of the account, and when.
    who: Option<(Millis, Who)>,
    /// How often something of all this has changed.
    steps: u64,
}

impl Errands {
    pub(crate) fn new(client: Client, replica: Arc<Replica>, visit: Box<Visit>) -> Arc<Self> {
        let (state, stop) = (Mutex::default(), Notify::new());
        Arc::new(Self { client, replica, visit, state, stop })
    }

    /// What is under way, and how many steps there were.
    pub(crate) fn under_way(&self) -> (Option<Errand>, u64) {
        let state = self.state();
        (state.running.clone(), state.steps)
    }

    /// All that is known without asking who is signed in.
    pub(crate) fn connecting(&self) -> Standing {
        let state = self.state();
        Standing {
            running: state.running.clone(),
            done: state.done.clone(),
            key: state.key.clone(),
            ..Standing::default()
        }
    }

    /// Takes in keys that were typed before somebody signs in.
    pub(crate) fn typed(&self, secrets: Typed) {
        self.state().typed = secrets;
    }

    /// Forgets the words of a new key, which somebody has written down.
    pub(crate) fn forget_key(&self) {
        let mut state = self.state();
        state.key = None;
        state.steps += 1;
    }

    /// All that is known, but for what there is to sign in to. What is old is asked for
    /// again, for the next time.
    pub(crate) fn standing(self: &Arc<Self>) -> Standing {
        let now = self.client.env.monotonic();
        let known = self.state().who.clone();
        if known.as_ref().is_none_or(|(at, _)| now.saturating_sub(*at) >= FRESH) {
            self.start(Errand::Look);
        }
        let state = self.state();
        Standing {
            running: state.running.clone(),
            page: state.page.clone(),
            done: state.done.clone(),
            who: known.map(|(_, known)| known),
            key: state.key.clone(),
            ..Standing::default()
        }
    }

    /// Begins an errand, unless one is under way.
    pub(crate) fn start(self: &Arc<Self>, errand: Errand) {
        let mut state = self.state();
        if state.running.is_some() {
            return;
        }
        if errand != Errand::Look {
            state.done = None;
        }
        state.running = Some(errand.clone());
        (state.page, state.stopped) = (None, false);
        let (this, theirs) = (self.clone(), errand.clone());
        match Worker::start("errand", move || this.run(theirs)) {
            Ok(thread) => state.thread = Some(thread),
            Err(error) => {
                state.running = None;
                state.done = Some((errand, Err(Arc::new(error))));
            }
        }
    }

    /// Ends what is under way.
    pub(crate) fn stop(&self) {
        let mut state = self.state();
        if state.running.is_some() {
            state.stopped = true;
            self.stop.notify_waiters();
        }
    }

    /// Ends what is under way, and waits a moment for its end.
    pub(crate) fn end(&self) {
        self.stop();
        let thread = self.state().thread.take();
        if let Some(thread) = thread {
            thread.wait();
        }
    }

    fn run(&self, errand: Errand) {
        let came = self.came(&errand);
        let look = match (&errand, &came) {
            (Errand::Look, came) => came.clone(),
            // Nobody is signed in where nobody signs in.
            (Errand::Connect(_), _) => Err(Arc::new(Error::NoDeployment)),
            _ => self.came(&Errand::Look),
        };
        let now = self.client.env.monotonic();
        let mut state = self.state();
        (state.running, state.page) = (None, None);
        state.steps += 1;
        match look.as_deref() {
            // It was stopped, not answered.
            Err(_) if state.stopped && errand == Errand::Look => (),
            Ok(Done::Looked(it)) => state.who = Some((now, Ok(Arc::new((**it).clone())))),
            Ok(_) => (),
            Err(_) => state.who = look.err().map(|it| (now, Err(it))),
        }
        if errand != Errand::Look && !state.stopped {
            state.done = Some((errand, came));
        }
    }

    /// What it comes to. A mistake of ours in it is one errand's, not the program's.
    fn came(&self, errand: &Errand) -> Came {
        let done = catch_unwind(AssertUnwindSafe(|| self.work(errand)));
        done.unwrap_or(Err(Error::BrokeOff)).map(Arc::new).map_err(Arc::new)
    }

    fn work(&self, errand: &Errand) -> Result<Done> {
        let runtime = runtime()?;
        let page = Page::of(self);
        let done = runtime.block_on(async {
            let stopped = pin!(self.stop.notified());
            // Who stops it from here on is heard, and who did so before has said so.
            let mut stopped = stopped;
            stopped.as_mut().enable();
            if self.state().stopped && *errand != Errand::Look {
                return Err(Error::Stopped);
            }
            match select(pin!(self.go(errand, &page)), stopped).await {
                Either::Left((done, _)) => done,
                Either::Right(_) => Err(Error::Stopped),
            }
        });
        // A keyring that does not answer is not waited for.
        runtime.shutdown_background();
        done
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
