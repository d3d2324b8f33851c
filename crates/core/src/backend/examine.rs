//! Looking a remote over, for somebody who wants to know what is wrong with it.

use async_trait::async_trait;

use crate::{Backend, Cursor, Env, Identity, Millis, PROTOCOL, Pull, Result};

/// Looks a place over. It is read, as a sync reads it; nothing is written there.
#[async_trait]
pub trait Examine: Send + Sync {
    /// Looks at one thing after another, as far as what is wrong permits.
    async fn examine(&self) -> Examined;
}

/// One thing that was looked at.
#[derive(Debug)]
pub struct Finding {
    /// What, in a word or two.
    pub what: &'static str,
    /// What was found, in words, or what is wrong and what would help. No secret is in it.
    pub found: Result<String>,
    /// The moment that it is about, if there is one.
    pub at: Option<Millis>,
}

/// What looking a place over has shown.
#[derive(Debug, Default)]
pub struct Examined {
    /// The things that were looked at, in their order.
    pub findings: Vec<Finding>,
    /// Whose rows are there, if that could be read.
    pub identity: Option<Identity>,
    /// How long one call takes.
    pub round_trip: Option<Millis>,
    /// The time of the service, if it says one, and what this device had then.
    pub times: Option<(Millis, Millis)>,
}

impl Examined {
    /// Takes down what was found, and returns it if it is in order.
    pub fn add<T>(
        &mut self,
        what: &'static str,
        found: Result<T>,
        words: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        self.add_at(what, found, |it| (words(it), None))
    }

    /// The same of something that is about a moment.
    pub fn add_at<T>(
        &mut self,
        what: &'static str,
        found: Result<T>,
        words: impl FnOnce(&T) -> (String, Option<Millis>),
    ) -> Option<T> {
        let (found, at, good) = match found {
            Ok(good) => {
                let (text, at) = words(&good);
                (Ok(text), at, Some(good))
            }
            Err(error) => (Err(error), None, None),
        };
        self.findings.push(Finding { what, found, at });
        good
    }

    /// What can be said of any remote: whether it answers, and as whose.
    pub async fn of(remote: &dyn Backend, env: &dyn Env) -> Self {
        let mut all = Self::default();
        let request = Pull { protocol: PROTOCOL, cursor: Cursor::default(), rows: 1, bytes: 1 };
        let before = env.monotonic();
        let page = remote.pull(request).await;
        let round_trip = env.monotonic().saturating_sub(before);
        let Some(page) = all.add("remote", page, |_| remote.name()) else { return all };
        all.round_trip = Some(round_trip);
        all.times = page.time.map(|it| (it, env.wall()));
        all.add("changes", Ok(page.head), |head| format!("{head} so far"));
        all.identity = Some(page.identity);
        all
    }
}
