//! The terminal in front of an operation: what it is told and asked, in words.

mod review;

use std::{
    io::BufRead as _,
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::Context as _;
use driftline_auth::ProviderPlugin;
use driftline_client::{Ask, Error, Question, Result, Step, account::Looking};
use driftline_core::{Progress as Exchanged, SecretString};
use url::Url;

use crate::{
    browser::{self, Handover, Purpose},
    context::Context,
    output::Progress,
};

/// Somebody, or nobody, at a terminal.
pub(crate) struct Terminal<'a> {
    context: &'a Context<'a>,
    state: Mutex<State<'a>>,
}

#[derive(Default)]
struct State<'a> {
    /// How far it is, in a line that goes when something else is said.
    progress: Option<Progress<'a>>,
    /// What led the browser to the page for signing in.
    handed: Option<Handover>,
    /// Why nothing can be said any more.
    failed: Option<anyhow::Error>,
}

impl<'a> Terminal<'a> {
    pub(crate) fn new(context: &'a Context<'a>) -> Self {
        Self { context, state: Mutex::default() }
    }

    /// What the operation came to.
    pub(crate) fn came<T>(self, outcome: Result<T>) -> anyhow::Result<T> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        drop(state.progress);
        // Who reads no more is the reason, whatever it led to.
        match state.failed {
            Some(error) => Err(error),
            None => Ok(outcome?),
        }
    }

    /// Asks whoever sits there, if somebody does, and returns the answer.
    pub(crate) fn asks(&self, question: &str) -> Result<Option<String>> {
        self.state().progress = None;
        self.check(self.context.output.ask(question))
    }

    /// The same, as it was typed.
    pub(crate) fn asks_line(&self, question: &str) -> Result<Option<String>> {
        self.state().progress = None;
        self.check(self.context.output.ask_line(question))
    }

    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps why it failed, and ends the operation.
    fn check<T>(&self, done: anyhow::Result<T>) -> Result<T> {
        done.map_err(|error| {
            self.state().failed = Some(error);
            Error::Stopped
        })
    }

    fn progress(&self, line: impl FnOnce() -> String) {
        let mut state = self.state();
        state.progress.get_or_insert_with(|| Progress::new(&*self.context.env)).show(line);
    }

    /// Said where a person reads it, and never into a file that holds what was asked for.
    fn key(&self, words: &str) {
        let output = self.context.output;
        output.say("The key of this remote. Write it down and keep it apart from this device:");
        output.say(&format!("\n  {words}\n"));
        output.say("Every other device needs it. Without it nobody can read what is there.");
    }

    fn open(&self, provider: &ProviderPlugin, page: &Url) {
        let (context, profile) = (self.context, self.context.profile.path());
        browser::clear(profile, Purpose::SignIn, "");
        let handed = Handover::open(profile, Purpose::SignIn, page);
        let title = provider.title;
        context.output.say(&match handed {
            Some(_) => format!("Sign in with {title} in your browser. If none opens, open:"),
            None => "No browser opens here. Open this on this machine:".to_owned(),
        });
        self.state().handed = handed;
        context.output.say(&format!("  {page}"));
        let headless = context.call(&format!("sign-in {} --headless", provider.name));
        context.output.say(&format!("On another machine: {headless}"));
    }
}

impl Ask for Terminal<'_> {
    fn told(&self, step: Step<'_>) -> Result<()> {
        match step {
            Step::Syncing(it) => {
                self.progress(|| exchanged(it));
                return Ok(());
            }
            Step::Looking(it) => {
                self.progress(|| looking(it));
                return Ok(());
            }
            _ => self.state().progress = None,
        }
        let output = self.context.output;
        match step {
            Step::Waiting => output.chat("Another process syncs this profile; waiting for it."),
            Step::Open { provider, page } => self.open(provider, page),
            Step::Opened => self.state().handed = None,
            Step::ReadCode { page } => {
                output.say("Open this on any machine and sign in:");
                output.say(&format!("  {page}"));
            }
            Step::TypeCode { page, code } => {
                output.say(&format!("Open {page} on any machine and type: {code}"));
                output.say("Type it only if you started this yourself.");
            }
            Step::WrongCode => output.say("This is not the code."),
            Step::NoPicture(error) => output.chat(&format!("There is no picture of you: {error}")),
            Step::SignedIn { remote, who, kept_in, is_first } if !output.json => {
                let said = output
                    .print(&format!("✓ Signed in to {remote} as {who}."))
                    .and_then(|()| output.print(&format!("  Kept in {kept_in}.")));
                self.check(said)?;
                if !is_first {
                    output.chat(&format!("Next:  {}", self.context.call("sync")));
                }
            }
            Step::NotToldOfEnd { remote } => {
                output.say(&format!("{remote} was not told that this sign-in is over."));
            }
            Step::Reviewed(it) if !output.json => self.check(review::show(self.context, it))?,
            Step::Changed => output.chat("Meanwhile something has changed. It is like this now:"),
            Step::Tried { remote, tried } => {
                output.chat(&format!("{remote} answers in {} ms.", tried.round_trip));
                tried.notes.iter().for_each(|it| output.chat(it));
            }
            Step::Key(words) => self.key(words),
            Step::Copied(backup) => output.chat(&format!("Copied: {}", backup.display())),
            _ => (),
        }
        Ok(())
    }

    fn agrees(&self, question: Question<'_>) -> Result<bool> {
        let is_yes = |it: &str| matches!(it, "y" | "yes");
        match question {
            Question::Merge { who } => {
                let what = "Copy everything as it is, then merge with the account of";
                let answer = self.asks(&format!("{what} {who}? [y/N] "))?;
                Ok(answer.as_deref().is_some_and(is_yes))
            }
            // A script has nobody to ask.
            Question::IsYours { who } => {
                let met = format!("This profile has never met {who}.");
                let answer = self.asks(&format!("{met} Is this account yours? [y/N] "))?;
                Ok(answer.as_deref().is_none_or(is_yes))
            }
            Question::Connect { remote, leaves } => {
                if let Some(leaves) = leaves {
                    let output = self.context.output;
                    output.say(&format!("What is here is with {leaves} so far. It stays there,"));
                    output.say("as it is, and is not synced with it any more.");
                }
                let what = "Copy everything as it is, then merge with";
                let answer = self.asks(&format!("{what} {remote}? [y/N] "))?;
                Ok(answer.as_deref().is_some_and(is_yes))
            }
            Question::Erase { who, remote } => {
                let output = self.context.output;
                output.say(&format!("{remote} erases every row of {who} and ends every sign-in."));
                output.say("Rows on devices stay there. This cannot be undone.");
                let answer = self.asks("Erase it? [y/N] ")?;
                Ok(answer.as_deref().is_some_and(is_yes))
            }
            Question::Empty(_) => {
                let answer = self.asks("Nothing brings them back. Purge them? [y/N] ")?;
                Ok(answer.as_deref().is_some_and(is_yes))
            }
            Question::Purge(_) => {
                let answer = self.asks("Nothing brings it back. Purge it? [y/N] ")?;
                Ok(answer.as_deref().is_some_and(is_yes))
            }
            Question::Resume(plan) => {
                let answer = self.asks(&format!("Give it to {}? [y/N] ", plan.agent))?;
                Ok(answer.as_deref().is_some_and(is_yes))
            }
            _ => Ok(false),
        }
    }

    fn secret(&self, name: &str, what: &str) -> Result<Option<SecretString>> {
        self.state().progress = None;
        self.check(self.context.output.ask_secret(&format!("{name} ({what}): ")))
    }

    fn code(&self) -> Result<Option<String>> {
        self.context.output.say("Then type the code that it shows:");
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line).context("the code cannot be read");
        Ok((self.check(read)? > 0).then_some(line))
    }
}

/// How far a sync is.
pub(crate) fn exchanged(it: Exchanged) -> String {
    let Exchanged { received, sent, waiting, .. } = it;
    format!("Syncing: received {received}, sent {sent}, {waiting} left")
}

/// How far a look at what a merge would do is.
fn looking(it: Looking) -> String {
    match it {
        Looking::Reading { at, head } => format!("Reading what is there: {at} of {head}"),
        Looking::Comparing => "Comparing".into(),
        Looking::Secrets { seen } => format!("Looking for secrets: {seen} rows"),
    }
}
