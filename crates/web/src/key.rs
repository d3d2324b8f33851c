//! The secret of this run, and the codes that it is traded for. Whoever may start the
//! program gets a code that works once and within a minute; the script trades it for the
//! secret, which every later request carries. Guesses are counted, although 256 bits leave
//! nothing to guess; but what is right is always taken, so that guessing locks nobody out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use driftline_core::{Env, Millis};
use subtle::ConstantTimeEq as _;

/// How long a code works.
const CODE_WORKS: Millis = 60_000;
/// How many codes are known, also those that work no more: those of the last browsers that
/// were opened.
const CODES: usize = 64;
/// So many wrong ones are answered within [`PERIOD`].
const GUESSES: u32 = 20;
const PERIOD: Millis = 60_000;

/// What a key or a code turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the one.
    Right,
    /// It is not.
    Wrong,
    /// There were too many wrong ones within a minute.
    TooMany,
    /// It was a code, and it was used before.
    Used,
    /// It was a code, and its minute is over.
    Late,
}

/// The secrets of one run.
pub(crate) struct Keys {
    env: Arc<dyn Env>,
    secret: String,
    door: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    codes: Vec<Code>,
    wrong_keys: Guesses,
    wrong_codes: Guesses,
}

struct Code {
    text: String,
    until: Millis,
    used: bool,
}

impl Keys {
    pub(crate) fn new(env: Arc<dyn Env>) -> Self {
        let (secret, door) = (draw(&*env), draw(&*env));
        Self { env, secret, door, state: Mutex::default() }
    }

    /// What a later start of the program shows to be given a code.
    pub(crate) fn door(&self) -> &str {
        &self.door
    }

    /// A code that works once, within a minute.
    pub(crate) fn code(&self) -> String {
        let (code, now) = (draw(&*self.env), self.env.monotonic());
        let mut state = self.state();
        if state.codes.len() == CODES {
            state.codes.remove(0);
        }
        state.codes.push(Code { text: code.clone(), until: now + CODE_WORKS, used: false });
        code
    }

    /// The secret for a code, which is used up by it. That a code came too late is found
    /// out once for each: then it is forgotten.
    pub(crate) fn trade(&self, given: &str) -> Result<&str, Verdict> {
        let now = self.env.monotonic();
        let mut state = self.state();
        // Each is compared, so that time does not tell which was close.
        let mut found = None;
        for (place, code) in state.codes.iter().enumerate() {
            if same(&code.text, given) {
                found = Some(place);
            }
        }
        let Some(place) = found else {
            state.wrong_codes.add(now);
            let too_many = state.wrong_codes.are_too_many(now);
            return Err(if too_many { Verdict::TooMany } else { Verdict::Wrong });
        };
        let code = &mut state.codes[place];
        let verdict = match code {
            Code { used: true, .. } => Verdict::Used,
            Code { until, .. } if *until <= now => Verdict::Late,
            _ => {
                code.used = true;
                return Ok(&self.secret);
            }
        };
        state.codes.remove(place);
        Err(verdict)
    }

    /// Whether `given` is the secret.
    pub(crate) fn judge(&self, given: &str) -> Verdict {
        self.judge_by(&self.secret, given)
    }

    /// Whether `given` opens the door to a fresh code.
    pub(crate) fn judge_door(&self, given: &str) -> Verdict {
        self.judge_by(&self.door, given)
    }

    /// The right one is always taken: guesses of others must not lock its owner out.
    fn judge_by(&self, secret: &str, given: &str) -> Verdict {
        if same(secret, given) {
            return Verdict::Right;
        }
        let now = self.env.monotonic();
        let mut state = self.state();
        state.wrong_keys.add(now);
        if state.wrong_keys.are_too_many(now) { Verdict::TooMany } else { Verdict::Wrong }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wrong ones within the present period.
#[derive(Default)]
struct Guesses {
    since: Millis,
    count: u32,
}

impl Guesses {
    fn add(&mut self, now: Millis) {
        if now.saturating_sub(self.since) >= PERIOD {
            *self = Self { since: now, count: 0 };
        }
        self.count = self.count.saturating_add(1);
    }

    fn are_too_many(&self, now: Millis) -> bool {
        self.count > GUESSES && now.saturating_sub(self.since) < PERIOD
    }
}

/// 256 random bits, as text.
fn draw(env: &dyn Env) -> String {
    (0..4).map(|_| format!("{:016x}", env.random())).collect()
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use driftline_core::Simulated;

    use super::*;

    fn keys() -> (Keys, Arc<Simulated>) {
        let env = Arc::new(Simulated::new(7, 1_790_000_000_000));
        (Keys::new(env.clone()), env)
    }

    #[test]
    fn a_code_works_once_and_within_a_minute() {
        let (keys, env) = keys();
        let (used, late, fresh) = (keys.code(), keys.code(), keys.code());
        assert_eq!(used.len(), 64);
        assert!(keys.trade(&used).is_ok());
        env.pass(CODE_WORKS - 1);
        assert!(keys.trade(&fresh).is_ok());
        env.pass(1);
        for (code, verdict) in [(used, Verdict::Used), (late, Verdict::Late)] {
            assert_eq!(keys.trade(&code), Err(verdict));
            assert_eq!(keys.trade(&code), Err(Verdict::Wrong), "it is told once");
        }
    }

    #[test]
    fn guesses_are_limited_and_lock_nobody_out() {
        let (keys, env) = keys();
        let code = keys.code();
        let secret = keys.trade(&code).unwrap().to_owned();
        for _ in 0..GUESSES {
            assert_eq!(keys.judge("0"), Verdict::Wrong);
            assert_eq!(keys.trade("0"), Err(Verdict::Wrong));
        }
        assert_eq!(keys.judge("0"), Verdict::TooMany);
        assert_eq!(keys.judge(&secret), Verdict::Right);
        assert_eq!(keys.trade("0"), Err(Verdict::TooMany));
        let code = keys.code();
        assert!(keys.trade(&code).is_ok());
        env.pass(PERIOD);
        assert_eq!(keys.judge("0"), Verdict::Wrong);
    }
}
