//! When the next sync is due: a state machine of times, without any waiting.

use super::Event;
use crate::{Error, Millis, backoff};

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;

/// The longest wait after the first failure, and after many.
const BACKOFF: std::ops::RangeInclusive<Millis> = SECOND..=15 * MINUTE;

/// A hub that asks for more patience than this is not believed.
const PATIENCE: Millis = 60 * MINUTE;

/// Changes that come without end are sent after this many debounces all the same.
const STREAM: Millis = 15;

/// Decides when the next sync is due. Times are of a clock that never jumps.
#[derive(Clone, Debug)]
pub struct Schedule {
    debounce: Millis,
    interval: Millis,
    due: Option<Millis>,
    /// When to sync without any reason, as long as the hub is not heard.
    timer: Option<Millis>,
    listening: bool,
    first_change: Option<Millis>,
    failures: u32,
    /// Somebody must do something first.
    blocked: bool,
    /// A person wants no syncs ...
    paused: bool,
    /// ... but this one.
    asked: bool,
}

impl Schedule {
    /// Due at once; then `debounce` after changes, and every `interval` without any.
    pub fn new(debounce: Millis, interval: Millis, now: Millis) -> Self {
        Self {
            debounce,
            interval,
            due: Some(now),
            timer: None,
            listening: false,
            first_change: None,
            failures: 0,
            blocked: false,
            paused: false,
            asked: false,
        }
    }

    /// The same with other times, as if it began now; a person's pause stays one.
    pub fn begin_with(&mut self, debounce: Millis, interval: Millis, now: Millis) {
        *self = Self { paused: self.paused, ..Self::new(debounce, interval, now) };
    }

    /// When the next sync is due; never, if somebody must do something first.
    pub fn due(&self) -> Option<Millis> {
        let timer = self.timer.filter(|_| !self.listening);
        let due = self.due.into_iter().chain(timer).min();
        due.filter(|_| !self.paused || self.asked)
    }

    /// Whether a person asked for the sync that is due.
    pub fn is_asked(&self) -> bool {
        self.asked
    }

    /// Whether the hub says by itself when it moves.
    pub fn is_listening(&self) -> bool {
        self.listening
    }

    /// Whether a person paused it.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Takes note of a reason to sync.
    pub fn on(&mut self, event: Event, now: Millis) {
        match event {
            Event::Asked => {
                self.asked = true;
                self.begin_anew(now);
            }
            Event::Paused => self.paused = true,
            Event::Resumed => {
                self.paused = false;
                self.begin_anew(now);
            }
            Event::Unblocked if self.blocked => self.begin_anew(now),
            Event::Unblocked => (),
            _ if self.blocked => (),
            Event::Online => {
                self.failures = 0;
                self.due = Some(now + self.debounce);
            }
            // A remote that fails is left alone until its time has come.
            Event::Changed if self.failures > 0 => (),
            Event::Changed => {
                let first = *self.first_change.get_or_insert(now);
                let latest = first + STREAM * self.debounce;
                self.due = Some((now + self.debounce).min(latest));
            }
        }
    }

    /// The hub is heard; `moved` says whether it holds something else than this device
    /// knows of.
    pub fn heard(&mut self, moved: bool, now: Millis) {
        let is_back = !std::mem::replace(&mut self.listening, true);
        if self.blocked {
            return;
        }
        if self.failures > 0 {
            if is_back {
                self.begin_anew(now);
            }
        } else if moved {
            self.due = Some(now);
        }
    }

    /// The hub is not heard any more: it is asked now and then.
    pub fn unheard(&mut self, now: Millis) {
        let was_listening = std::mem::replace(&mut self.listening, false);
        if was_listening && !self.blocked && self.failures == 0 {
            self.timer = Some(now + self.interval);
        }
    }

    fn begin_anew(&mut self, now: Millis) {
        (self.blocked, self.failures) = (false, 0);
        self.due = Some(now);
    }

    /// A sync ended well.
    pub fn succeeded(&mut self, now: Millis) {
        (self.failures, self.first_change, self.asked) = (0, None, false);
        (self.due, self.timer) = (None, Some(now + self.interval));
    }

    /// Something failed by itself and is to be tried again: not before `wait` has passed.
    pub fn again(&mut self, wait: Millis, now: Millis) {
        self.due = Some(now + wait);
    }

    /// A sync failed. What goes away by itself is tried again after a random part of a
    /// wait that doubles; anything else waits for a person, and nothing is lost.
    pub fn failed(&mut self, error: &Error, now: Millis, random: u64) {
        (self.first_change, self.asked, self.timer) = (None, false, None);
        if !error.is_transient() {
            (self.blocked, self.due) = (true, None);
            return;
        }
        let wait = backoff(&BACKOFF, self.failures, random);
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
