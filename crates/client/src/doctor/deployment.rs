//! A deployment that people sign in to.

use driftline_auth::{Loopback, State};

use super::{Checks, Found};
use crate::{Client, Error, account::Deployment};

impl Checks {
    fn set_up(&mut self, what: &'static str, is_ready: bool, found: String) {
        self.find(what, Ok(if is_ready { Found::Fine(found) } else { Found::NotSetUp }));
    }

    pub(super) async fn deployment(&mut self, client: &Client, deployment: &Deployment) {
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
        self.find("sign-in", found);
    }
}
