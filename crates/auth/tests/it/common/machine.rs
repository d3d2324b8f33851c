//! One machine on virtual time. Whatever a process does to the outside is a point at
//! which another one goes on, or at which it is killed.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use async_trait::async_trait;
use driftline_auth::{Calls, Error, Gate, Held, Origin, Result, Saved, Session, Transport, Vault};
use driftline_convex_client::{Answer, Body, Fault};
use driftline_core::{Env, ExposeSecret, SecretString};
use futures_util::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};
use url::Url;

use super::server::Server;

const TIMEOUT: u64 = 30_000;

/// What can go wrong, in percent.
#[derive(Clone, Copy)]
pub struct Faults {
    pub lost_request: u64,
    pub lost_answer: u64,
    pub busy: u64,
    pub disk_full: u64,
    /// Of a thousand steps of a process.
    pub killed: u64,
    /// Of a thousand: it stands still, for a minute or for hours.
    pub stalled: u64,
    pub gate: bool,
}

#[derive(Default)]
pub struct State {
    pub now: u64,
    offset: i64,
    rng: u64,
    pub server: Server,
    disk: Option<Saved>,
    held: bool,
    sleepers: BTreeMap<u64, u64>,
    late: Vec<(u64, String)>,
    progress: u64,
    pub kills: u64,
    pub lost: u64,
}

pub struct Machine {
    state: Mutex<State>,
    faults: Faults,
    ids: AtomicU64,
}

impl Machine {
    pub fn new(seed: u64, faults: Faults) -> Arc<Self> {
        let state = State { now: 1_700_000_000_000, rng: seed, ..State::default() };
        let machine = Self { state: Mutex::new(state), faults, ids: AtomicU64::new(0) };
        {
            let mut state = machine.state();
            let now = state.now;
            let tokens = state.server.sign_in(now);
            state.disk = Some(Saved::now(tokens, now));
        }
        Arc::new(machine)
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn dice(&self, sides: u64) -> u64 {
        let mut state = self.state();
        state.rng = state.rng.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = state.rng;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % sides
    }

    fn happens(&self, percent: u64) -> bool {
        self.dice(100) < percent
    }

    /// Sets the clock that people see.
    pub fn jump(&self, by: i64) {
        self.state().offset += by;
    }

    /// A point at which the world may go on without this process.
    async fn step(self: &Arc<Self>) {
        let mut waited = false;
        poll_fn(|_| {
            if waited {
                self.state().progress += 1;
                return Poll::Ready(());
            }
            waited = true;
            Poll::Pending
        })
        .await;
        if self.dice(1_000) < self.faults.stalled {
            // Some are suspended for hours.
            let longest = if self.dice(10) == 0 { 6 * 3_600_000 } else { 60_000 };
            let length = self.dice(longest);
            self.env().sleep(length).await;
        }
    }

    /// A process of this machine.
    pub fn session(self: &Arc<Self>) -> Session {
        let origin = Origin::parse("http://127.0.0.1:3210").unwrap();
        let world = || Arc::new(Door(self.clone()));
        Session::new(Calls::new(origin, world()), world(), world(), world())
    }

    /// Its clocks and dice.
    pub fn env(self: &Arc<Self>) -> Arc<dyn Env> {
        Arc::new(Door(self.clone()))
    }

    /// Runs processes until all have ended. Each is made anew after it was killed.
    pub fn run(self: &Arc<Self>, mut make: impl FnMut(usize) -> BoxFuture<'static, ()>, n: usize) {
        let mut tasks: Vec<_> = (0..n).map(|it| Some(make(it))).collect();
        let mut context = Context::from_waker(Waker::noop());
        while tasks.iter().any(Option::is_some) {
            let before = self.state().progress;
            let first = usize::try_from(self.dice(n as u64)).unwrap();
            for turn in 0..n {
                let which = (first + turn) % n;
                let Some(task) = &mut tasks[which] else { continue };
                if task.as_mut().poll(&mut context).is_ready() {
                    tasks[which] = None;
                    self.state().progress += 1;
                } else if self.dice(1_000) < self.faults.killed {
                    // What it held is given back by the operating system.
                    tasks[which] = None;
                    tasks[which] = Some(make(which));
                    let mut state = self.state();
                    state.kills += 1;
                    state.progress += 1;
                }
            }
            // Whoever waited for one poll only goes on in the next.
            if self.state().progress == before {
                for task in tasks.iter_mut().flatten() {
                    let _ = task.as_mut().poll(&mut context);
                }
                if self.state().progress == before {
                    self.pass();
                }
            }
        }
    }

    /// Lets time pass until somebody wakes.
    fn pass(&self) {
        let mut state = self.state();
        let Some(next) = state.sleepers.values().min().copied() else { return };
        state.now = state.now.max(next);
        state.progress += 1;
        let now = state.now;
        let (due, later) = std::mem::take(&mut state.late).into_iter().partition(|it| it.0 <= now);
        state.late = later;
        let due: Vec<(u64, String)> = due;
        for (at, token) in due {
            let _ = state.server.refresh(&token, at);
        }
    }
}

/// Everything that a process reaches the world through.
struct Door(Arc<Machine>);

struct Sleep {
    machine: Arc<Machine>,
    id: u64,
    due: u64,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.machine.state();
        if state.now >= self.due {
            return Poll::Ready(());
        }
        state.sleepers.insert(self.id, self.due);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let mut state = self.machine.state();
        if state.sleepers.remove(&self.id).is_some() {
            state.progress += 1;
        }
    }
}

impl Env for Door {
    fn wall(&self) -> u64 {
        let state = self.0.state();
        state.now.saturating_add_signed(state.offset)
    }

    fn monotonic(&self) -> u64 {
        self.0.state().now
    }

    fn random(&self) -> u64 {
        self.0.dice(u64::MAX)
    }

    fn sleep(&self, length: u64) -> BoxFuture<'static, ()> {
        let id = self.0.ids.fetch_add(1, Ordering::Relaxed);
        let due = self.0.state().now + length;
        Sleep { machine: self.0.clone(), id, due }.boxed()
    }
}

struct Turn(Arc<Machine>, bool);

impl Drop for Turn {
    fn drop(&mut self) {
        if self.1 {
            self.0.state().held = false;
        }
    }
}

impl Gate for Door {
    fn try_enter(&self) -> Result<Option<Held>> {
        let mut state = self.0.state();
        if !self.0.faults.gate {
            return Ok(Some(Box::new(Turn(self.0.clone(), false))));
        }
        if state.held {
            return Ok(None);
        }
        state.held = true;
        Ok(Some(Box::new(Turn(self.0.clone(), true))))
    }
}

#[async_trait]
impl Vault for Door {
    async fn place(&self, _origin: &Origin) -> Result<String> {
        Ok("a model".into())
    }

    async fn load(&self, _origin: &Origin) -> Result<Option<Saved>> {
        self.0.step().await;
        Ok(self.0.state().disk.clone())
    }

    async fn save(&self, _origin: &Origin, saved: &Saved) -> Result<()> {
        self.0.step().await;
        if self.0.happens(self.0.faults.disk_full) {
            let (what, help) = ("the disk is full".into(), "free some space".into());
            return Err(Error::Vault { what, help, source: None });
        }
        self.0.state().disk = Some(saved.clone());
        self.0.step().await;
        Ok(())
    }

    async fn remove(&self, _origin: &Origin) -> Result<()> {
        self.0.step().await;
        self.0.state().disk = None;
        Ok(())
    }
}

#[async_trait]
impl Transport for Door {
    async fn post(
        &self,
        _url: Url,
        bearer: Option<SecretString>,
        body: Body,
    ) -> Result<Answer, Fault> {
        let Body::Json(body) = body else { panic!("no form is sent to a deployment") };
        let call: Value = serde_json::from_str(body.expose_secret()).unwrap();
        if call["path"] == "auth:isAuthenticated" {
            self.0.step().await;
            let state = self.0.state();
            let takes = state.server.takes(bearer.unwrap().expose_secret(), state.now);
            let answer = json!({ "status": "success", "value": true }).to_string();
            return Ok(Answer::new(if takes { 200 } else { 401 }, answer));
        }
        assert!(bearer.is_none(), "an expired token would make the refresh fail");
        let token = call["args"]["refreshToken"].as_str().unwrap().to_owned();
        self.0.step().await;
        if self.0.happens(self.0.faults.busy) {
            return Ok(Answer::new(503, ""));
        }
        if self.0.happens(self.0.faults.lost_request) {
            // It may be carried out all the same, a little later.
            if self.0.happens(50) {
                let at = self.0.dice(20_000);
                let mut state = self.0.state();
                let at = state.now + at;
                state.late.push((at, token));
            }
            self.0.state().lost += 1;
            self.sleep(TIMEOUT).await;
            return Err(Fault::unavailable("no answer"));
        }
        let tokens = {
            let mut state = self.0.state();
            let now = state.now;
            state.server.refresh(&token, now)
        };
        // The answer is on its way: whoever is killed here has rotated and does not know.
        self.0.step().await;
        if self.0.happens(self.0.faults.lost_answer) {
            self.0.state().lost += 1;
            self.sleep(TIMEOUT).await;
            return Err(Fault::unavailable("the connection broke"));
        }
        let tokens = tokens.map(|it| {
            json!({
                "token": it.access.expose_secret(),
                "refreshToken": it.refresh.expose_secret(),
            })
        });
        let answer = json!({ "status": "success", "value": { "tokens": tokens } }).to_string();
        Ok(Answer::new(200, answer))
    }
}
