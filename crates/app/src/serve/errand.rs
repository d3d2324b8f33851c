//! What is done with the account: by this program, called once more as a person would call
//! it. So a page and a command line do the same in the same way, a sign-in that waits for
//! a browser keeps nobody else waiting, and ending the app ends it.

use std::{
    io::{self, BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use driftline_core::{Millis, Value};
use driftline_web::Errand;
use url::Url;

use crate::context::Setup;

/// How long what was heard of the account is good for.
const FRESH: Millis = 60_000;

/// The command that tells of the account.
const ACCOUNT: [&str; 1] = ["account"];

/// One errand at a time.
pub(super) struct Errands {
    setup: Setup,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The errand that is under way, and its process.
    running: Option<(Errand, Option<Child>)>,
    /// The page that it waits for a person to go to.
    page: Option<String>,
    /// Whether a person wants no more of it.
    stopped: bool,
    /// What the last one that a person asked for came to.
    done: Option<(Errand, Result<Value, String>)>,
    /// What was last heard of the account, and when.
    account: Option<(Millis, Result<Value, String>)>,
    /// How often something of all this has changed.
    steps: u64,
}

impl Errands {
    pub(super) fn new(setup: Setup) -> Arc<Self> {
        Arc::new(Self { setup, state: Mutex::default() })
    }

    /// What is under way, and how many steps there were.
    pub(super) fn under_way(&self) -> (Option<Errand>, u64) {
        let state = self.state();
        (state.running.as_ref().map(|(errand, _)| errand.clone()), state.steps)
    }

    /// The page that waits for a person, if what is under way has one.
    pub(super) fn page(&self) -> Option<String> {
        self.state().page.clone()
    }

    pub(super) fn done(&self) -> Option<(Errand, Result<Value, String>)> {
        self.state().done.clone()
    }

    /// What is known of the account. What is old is asked for again, for the next time.
    pub(super) fn account(self: &Arc<Self>) -> Option<Result<Value, String>> {
        let now = self.setup.env.monotonic();
        let known = self.state().account.clone();
        if known.as_ref().is_none_or(|(at, _)| now.saturating_sub(*at) >= FRESH) {
            self.start(Errand::Look);
        }
        known.map(|(_, known)| known)
    }

    /// Begins an errand, unless one is under way.
    pub(super) fn start(self: &Arc<Self>, errand: Errand) {
        let mut state = self.state();
        if state.running.is_some() {
            return;
        }
        if errand != Errand::Look {
            state.done = None;
        }
        state.running = Some((errand.clone(), None));
        (state.page, state.stopped) = (None, false);
        drop(state);
        let (this, theirs) = (self.clone(), errand.clone());
        let thread = thread::Builder::new().name("errand".into()).spawn(move || this.run(theirs));
        if let Err(error) = thread {
            let mut state = self.state();
            state.running = None;
            state.done = Some((errand, Err(format!("the system gives no thread: {error}"))));
        }
    }

    fn run(&self, errand: Errand) {
        let came = self.call(&words(&errand));
        let look =
            if errand == Errand::Look { came.clone() } else { self.call(&words(&Errand::Look)) };
        let now = self.setup.env.monotonic();
        let mut state = self.state();
        state.running = None;
        state.page = None;
        state.steps += 1;
        state.account = Some((now, look));
        if errand != Errand::Look && !state.stopped {
            state.done = Some((errand, came));
        }
    }

    /// Calls this program and reads its answer, or what it says went wrong.
    fn call(&self, words: &[String]) -> Result<Value, String> {
        let failed = |error: io::Error| format!("this program cannot be called again: {error}");
        let program: PathBuf = std::env::current_exe().map_err(failed)?;
        let mut command = Command::new(program);
        command.arg("--json").arg("--profile").arg(self.setup.profile.path());
        for flag in self.setup.flags() {
            command.args(["--config", flag]);
        }
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        if let Some((_, place)) = &mut self.state().running {
            *place = Some(child);
        }
        // What is said besides the answer is short; the answer may be long.
        let said = thread::scope(|threads| {
            let said = threads.spawn(|| self.heard(stderr));
            (text(stdout), said.join().unwrap_or_default())
        });
        let child = self.state().running.as_mut().and_then(|(_, child)| child.take());
        if let Some(mut child) = child {
            let _it_has_ended = child.wait();
        }
        let (answer, said) = said;
        serde_json::from_str(&answer).map_err(|_| reason(&said))
    }

    /// What is said besides the answer. An address on a line of its own is where a person
    /// is to go.
    fn heard(&self, from: Option<impl Read>) -> String {
        let mut said = String::new();
        for line in from.map(BufReader::new).into_iter().flat_map(BufRead::lines) {
            // What was read before it broke off is all there is.
            let Ok(line) = line else { break };
            if let Some(page) = address(&line) {
                let mut state = self.state();
                state.page = Some(page);
                state.steps += 1;
            }
            said.push_str(&line);
            said.push('\n');
        }
        said
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends what is under way.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        if let Some((_, Some(child))) = &mut state.running {
            let _it_has_ended = child.kill();
        }
    }
}

fn words(errand: &Errand) -> Vec<String> {
    let words: &[&str] = match errand {
        Errand::Look => &ACCOUNT,
        Errand::SignIn(provider) => &["sign-in", provider],
        Errand::Merge => &["sign-in", "--yes"],
        Errand::Undo => &["sign-in", "undo"],
        Errand::SignOut { send: true } => &["sign-out", "--send"],
        Errand::SignOut { send: false } => &["sign-out", "--keep"],
        Errand::Revoke(device) => &["account", "devices", "revoke", device],
        Errand::RevokeOthers => &["account", "devices", "revoke", "--others"],
    };
    words.iter().map(|it| (*it).to_owned()).collect()
}

fn text(from: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        // What was read before it broke off is all there is.
        let _it_broke_off = from.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The address that is all of a line.
fn address(line: &str) -> Option<String> {
    let url = Url::parse(line.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

/// What went wrong, from what the program said: its last line is the error.
fn reason(said: &str) -> String {
    let last = said.lines().rev().find(|it| !it.trim().is_empty()).unwrap_or_default();
    let error: Option<Value> = serde_json::from_str(last).ok();
    let message = error.as_ref().and_then(|it| it["error"]["message"].as_str());
    message.unwrap_or(if last.is_empty() { "it was stopped" } else { last }).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{address, reason};

    #[test]
    fn an_address_on_a_line_of_its_own_is_where_to_go() {
        let page = "http://127.0.0.1:3211/api/auth/signin/github?code=1&redirectTo=x";
        assert_eq!(address(&format!("  {page}")).as_deref(), Some(page));
        for line in ["Open http://127.0.0.1/", "javascript:alert(1)", "file:///etc/passwd", ""] {
            assert_eq!(address(line), None, "{line}");
        }
    }

    #[test]
    fn the_reason_is_the_message_of_the_last_line() {
        let said = "Sign in with GitHub in your browser.\n{\"error\":{\"code\":\"x\",\"message\":\"no\"}}\n";
        assert_eq!(reason(said), "no");
        assert_eq!(reason("error: what\n"), "error: what");
        assert_eq!(reason(""), "it was stopped");
    }
}
