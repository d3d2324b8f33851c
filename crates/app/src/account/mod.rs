//! The deployment that the config names, and who is signed in there. Which backend it is
//! does not matter: one whose settings have a `url` is one that people sign in to.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use driftline_auth::{Calls, FileGate, Http, Origin, ProfileVault, Session, SignIn, Site};
use driftline_core::{Env, TokenSource, Value};
use tokio::runtime::{Builder, Runtime};

use crate::{
    config::Config,
    context::{Context, Setup},
    error::Failed,
};

/// A deployment to sign in to.
pub(crate) struct Deployment {
    pub(crate) origin: Origin,
    pub(crate) session: Arc<Session>,
    site: Option<String>,
    http: Arc<Http>,
    env: Arc<dyn Env>,
}

impl Deployment {
    /// The one that `config` names, if it names one. `in_file` keeps new tokens in a file
    /// even where there is a keyring.
    pub(crate) fn named(setup: &Setup, config: &Config, in_file: bool) -> Result<Option<Self>> {
        let Some(remote) = &config.remote else { return Ok(None) };
        let text = |key: &str| remote.settings.get(key).and_then(Value::as_str).map(str::to_owned);
        let Some(url) = text("url") else { return Ok(None) };
        let (origin, env) = (Origin::parse(&url)?, setup.env.clone());
        let http = Arc::new(Http::new(env.clone())?);
        let folder = setup.profile.path();
        let session = Arc::new(Session::new(
            Calls::new(origin.clone(), http.clone()),
            Arc::new(ProfileVault::new(folder, in_file, env.clone())),
            Arc::new(FileGate::new(folder)),
            env.clone(),
        ));
        Ok(Some(Self { origin, session, site: text("site_url"), http, env }))
    }

    /// The same, for a command that cannot do without.
    pub(crate) fn required(context: &Context<'_>, config: &Config, in_file: bool) -> Result<Self> {
        Self::named(context, config, in_file)?.ok_or_else(|| {
            let url = "https://NAME.convex.cloud";
            let set = context.call(&format!("config set remote.backend convex remote.url {url}"));
            let message = format!("no remote that people sign in to is set up; try: {set}");
            Failed::usage("no_remote", message)
        })
    }

    /// What the remote is handed.
    pub(crate) fn tokens(&self) -> Arc<dyn TokenSource> {
        self.session.clone()
    }

    pub(crate) fn site(&self) -> Result<Site> {
        Ok(Site::of(&self.origin, self.site.as_deref())?)
    }

    pub(crate) fn calls(&self) -> Calls {
        Calls::new(self.origin.clone(), self.http.clone())
    }

    pub(crate) fn sign_in(&self) -> Result<SignIn> {
        let (http, env) = (self.http.clone(), self.env.clone());
        Ok(SignIn::new(self.origin.clone(), self.site()?, http, env))
    }
}

/// Where a command waits for the network.
pub(crate) fn runtime() -> Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the system gives no timers or sockets; try again")
}
