//! A hub behind a wire that fails as told.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

use super::MINUTE;
use async_trait::async_trait;
use driftline_core::{
    Answer, Answers, Backend, Cursor, Error, Hub, Limits, Page, Pull, Push, Result, Stale,
};

/// A hub behind a wire that fails as told.
pub struct Wire {
    pub hub: Hub,
    pub fail: Mutex<Option<fn() -> Error>>,
    /// Fails every push, without saying why.
    pub off: Mutex<bool>,
    /// Fails so many calls, as a busy service does.
    pub moments: AtomicU32,
    /// Fails pushes of more rows, without saying why.
    pub most: AtomicU64,
    /// Fails every push that holds this name, without saying why.
    pub poison: Mutex<Option<&'static str>>,
    pub calls: AtomicU32,
    pub limits: Limits,
    pub lie: AtomicBool,
    pub shift: AtomicU64,
    /// Takes no row, and says why.
    pub refuses: AtomicBool,
    /// Leaves out the last answer.
    pub forgets: AtomicBool,
    /// Says at each push that the hub has moved on.
    pub moves: AtomicBool,
}

impl Wire {
    pub fn new(hub: Hub) -> Self {
        Self {
            hub,
            fail: Mutex::default(),
            off: Mutex::default(),
            moments: AtomicU32::new(0),
            most: AtomicU64::new(u64::MAX),
            poison: Mutex::default(),
            calls: AtomicU32::new(0),
            limits: Hub::LIMITS,
            lie: AtomicBool::new(false),
            shift: AtomicU64::new(0),
            refuses: AtomicBool::new(false),
            forgets: AtomicBool::new(false),
            moves: AtomicBool::new(false),
        }
    }

    pub fn fail(&self, error: Option<fn() -> Error>) {
        *self.fail.lock().unwrap() = error;
    }

    fn call(&self) -> Result<()> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if self.moments.load(Ordering::Relaxed) > 0 {
            self.moments.fetch_sub(1, Ordering::Relaxed);
            return Err(offline());
        }
        self.fail.lock().unwrap().map_or(Ok(()), |error| Err(error()))
    }
}

pub fn offline() -> Error {
    Error::Unavailable { remote: "hub".into(), retry_after: None, source: None }
}

pub fn busy() -> Error {
    Error::Unavailable { remote: "hub".into(), retry_after: Some(7 * MINUTE), source: None }
}

pub fn signed_out() -> Error {
    Error::signed_out("hub")
}

#[async_trait]
impl Backend for Wire {
    fn name(&self) -> String {
        "hub".into()
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    async fn pull(&self, request: Pull) -> Result<Page> {
        self.call()?;
        let mut page = self.hub.pull(request).await?;
        if self.lie.load(Ordering::Relaxed) {
            page.digests.iter_mut().flat_map(|it| it.values_mut()).for_each(|it| *it ^= 1);
        }
        page.next = Cursor(page.next.0.saturating_sub(self.shift.load(Ordering::Relaxed)));
        Ok(page)
    }

    async fn push(&self, mut request: Push) -> Result<Answers> {
        self.call()?;
        let named = |name: &str| {
            request.changes.iter().any(|it| it.row.value("name").is_some_and(|it| it == name))
        };
        let is_too_much = request.changes.len() as u64 > self.most.load(Ordering::Relaxed);
        if *self.off.lock().unwrap()
            || is_too_much
            || self.poison.lock().unwrap().is_some_and(named)
        {
            return Err(Error::BatchFailed { remote: "hub".into(), source: None });
        }
        if self.moves.load(Ordering::Relaxed) {
            return Err(Error::Stale { remote: "hub".into(), why: Stale::Moved });
        }
        let mut refused = Vec::new();
        if self.refuses.load(Ordering::Relaxed) {
            let reason = || "there is no room for it".to_owned();
            refused.extend(request.changes.drain(..).map(|_| Answer::Refused { reason: reason() }));
        }
        let mut answers = self.hub.push(request).await?;
        answers.answers.extend(refused);
        if self.forgets.load(Ordering::Relaxed) {
            answers.answers.pop();
        }
        if self.lie.load(Ordering::Relaxed) {
            answers.digests.values_mut().for_each(|it| *it ^= 1);
        }
        Ok(answers)
    }
}
