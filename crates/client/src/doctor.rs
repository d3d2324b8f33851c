//! Checks everything that signing in and syncing need, without signing in.

use driftline_auth::{Loopback, State};

use crate::{Client, Error, Result, account::Deployment};

/// Something that was looked at, and what was found.
#[derive(Debug)]
pub struct Check {
    /// What, in a word.
    pub what: &'static str,
    /// What was found, or what is wrong.
    pub found: Result<Found>,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// What is in order.
    Fine(String),
    /// Somebody is signed in.
    SignedIn,
    /// Nobody is, which is no fault.
    SignedOut,
    /// Somebody was, and the sign-in has ended.
    Ended,
    /// Whoever runs the deployment has not set this up.
    NotSetUp,
}

impl Found {
    /// Whether it is in order.
    pub fn is_fine(&self) -> bool {
        matches!(self, Self::Fine(_) | Self::SignedIn | Self::SignedOut)
    }
}

/// Checks all of it.
pub async fn check(client: &Client) -> Vec<Check> {
    let mut all = Checks(Vec::new());
    let config = client.config();
    let rows = client.device().map(|_| client.profile.path().display().to_string());
    match config {
        Err(error) => {
            let again = Error::Config(error.told());
            all.add("config", Err::<String, _>(error));
            all.add("rows", rows.map_err(|_| again));
        }
        Ok(config) => {
            all.add("config", Ok::<_, Error>(config.file.display().to_string()));
            all.add("rows", rows);
            match Deployment::required(client, &config, false) {
                Ok(deployment) => all.remote(client, &deployment).await,
                Err(error) => all.add("remote", Err::<String, _>(error)),
            }
        }
    }
    all.0
}

struct Checks(Vec<Check>);

impl Checks {
    fn add<E: Into<Error>>(&mut self, what: &'static str, found: Result<String, E>) {
        let found = found.map(Found::Fine).map_err(Into::into);
        self.0.push(Check { what, found });
    }

    fn set_up(&mut self, what: &'static str, is_ready: bool, found: String) {
        let found = if is_ready { Found::Fine(found) } else { Found::NotSetUp };
        self.0.push(Check { what, found: Ok(found) });
    }

    async fn remote(&mut self, client: &Client, deployment: &Deployment) {
        self.add("site", deployment.site().map(|it| it.origin().to_string()));
        match deployment.calls().methods().await {
            Err(error) => self.add("deployment", Err::<String, _>(error)),
            Ok(all) => {
                self.add("deployment", Ok::<_, Error>(deployment.origin.host()));
                self.set_up("keys", all.ready, "set".into());
                let ready = all.methods.iter().filter(|it| it.ready);
                let titles: Vec<_> = ready.map(|it| it.title.as_str()).collect();
                self.set_up("providers", !titles.is_empty(), titles.join(", "));
            }
        }
        let listens = Loopback::open(&*client.env).await;
        self.add("listener", listens.map(|_| "127.0.0.1".to_owned()));
        self.add("tokens", deployment.session.place().await);
        let found = match deployment.session.state().await {
            Ok(State::SignedIn) => Ok(Found::SignedIn),
            Ok(State::SignedOut) => Ok(Found::SignedOut),
            Ok(State::Ended) => Ok(Found::Ended),
            Err(error) => Err(error.into()),
        };
        self.0.push(Check { what: "sign-in", found });
    }
}
