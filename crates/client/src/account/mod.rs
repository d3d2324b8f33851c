//! The deployment that the config names, and who is signed in there. Which backend it is
//! does not matter: one whose settings have a `url` is one that people sign in to.

mod erase;
pub(crate) mod facts;
pub mod merge;
mod overview;
pub mod review;
mod secrets;
pub mod undo;
pub(crate) mod unsent;

use std::sync::Arc;

use driftline_auth::{
    Account, Calls, FileGate, Http, MemoryVault, Origin, Picture, ProfileVault, ProviderPlugin,
    Session, SignIn, Site, fetch_picture,
};
use driftline_core::{Env, TokenSource, Value};
use tokio::runtime::{Builder, Runtime};

pub use self::{
    erase::{Erased, erase},
    merge::Record,
    overview::{Listed, Overview, find, overview},
    review::{Looking, Review},
    secrets::Likely,
    undo::{Undone, undo},
    unsent::Unsent,
};
use crate::{Client, Error, Result, config::Config, error::Context as _};

/// A deployment to sign in to.
pub struct Deployment {
    /// Where it is.
    pub origin: Origin,
    /// The sign-in there.
    pub session: Arc<Session>,
    site: Option<String>,
    http: Arc<Http>,
    env: Arc<dyn Env>,
}

impl Deployment {
    /// The one that `config` names, if it names one. `in_file` keeps new tokens in a file
    /// even where there is a keyring.
    pub fn named(client: &Client, config: &Config, in_file: bool) -> Result<Option<Self>> {
        let Some(remote) = &config.remote else { return Ok(None) };
        let text = |key: &str| remote.settings.get(key).and_then(Value::as_str).map(str::to_owned);
        let Some(url) = remote.sign_in_address() else { return Ok(None) };
        let env = client.env.clone();
        let origin = Origin::parse(url).map_err(driftline_auth::Error::from)?;
        let http = Arc::new(Http::new(env.clone()).map_err(driftline_auth::Error::from)?);
        let folder = client.profile.path();
        let session = Arc::new(Session::new(
            Calls::new(origin.clone(), http.clone()),
            Arc::new(ProfileVault::new(folder, in_file, env.clone())),
            Arc::new(FileGate::new(folder)),
            env.clone(),
        ));
        Ok(Some(Self { origin, session, site: text("site_url"), http, env }))
    }

    /// The same, for a sign-in that ends with this process: its tokens are kept nowhere, and
    /// whoever is signed in stays so.
    pub fn passing(self, client: &Client) -> Self {
        let session = Arc::new(Session::new(
            self.calls(),
            Arc::new(MemoryVault::default()),
            Arc::new(FileGate::new(client.profile.path())),
            self.env.clone(),
        ));
        Self { session, ..self }
    }

    /// The same, for what cannot do without.
    ///
    /// # Errors
    /// [`Error::NoDeployment`] where the config names none.
    pub fn required(client: &Client, config: &Config, in_file: bool) -> Result<Self> {
        Self::named(client, config, in_file)?.ok_or(Error::NoDeployment)
    }

    /// What the remote is handed.
    pub fn tokens(&self) -> Arc<dyn TokenSource> {
        self.session.clone()
    }

    /// Where its pages are.
    ///
    /// # Errors
    /// When the config names something else than an address.
    pub fn site(&self) -> Result<Site> {
        Ok(Site::of(&self.origin, self.site.as_deref())?)
    }

    /// What can be asked of it.
    pub fn calls(&self) -> Calls {
        Calls::new(self.origin.clone(), self.http.clone())
    }

    /// Who is signed in; none if nobody is.
    pub async fn me(&self) -> driftline_auth::Result<Option<Account>> {
        let calls = self.calls();
        let ask = |token| {
            let calls = calls.clone();
            async move { calls.me(&token).await }
        };
        self.session.with_token(ask).await
    }

    /// Records that this device belongs to whoever is signed in, under the name that its
    /// owner gave the machine. False if nobody is.
    pub async fn link(&self, device: &str) -> driftline_auth::Result<bool> {
        let (calls, name) = (self.calls(), machine());
        let link = |token| {
            let (calls, name) = (calls.clone(), name.clone());
            async move { calls.link(&token, device, &name).await.map(|it| it.then_some(())) }
        };
        Ok(self.session.with_token(link).await?.is_some())
    }

    /// Ends every session of a device, and returns how many there were; none if nobody is
    /// signed in.
    pub async fn revoke(&self, device: &str) -> driftline_auth::Result<Option<u64>> {
        let calls = self.calls();
        let revoke = |token| {
            let calls = calls.clone();
            async move { calls.revoke(&token, device).await }
        };
        self.session.with_token(revoke).await
    }

    /// Ends every session of whoever is signed in but this one, and returns how many there
    /// were; none if nobody is signed in.
    pub async fn revoke_others(&self) -> driftline_auth::Result<Option<u64>> {
        let calls = self.calls();
        let revoke = |token| {
            let calls = calls.clone();
            async move { calls.revoke_others(&token).await }
        };
        self.session.with_token(revoke).await
    }

    /// Erases `account`, and returns how many rows it had; none if nobody is signed in.
    async fn erase(&self, account: Option<&str>) -> driftline_auth::Result<Option<u64>> {
        let calls = self.calls();
        let erase = |token| {
            let calls = calls.clone();
            async move { calls.erase(&token, account).await }
        };
        self.session.with_token(erase).await
    }

    /// The picture of somebody who just signed in.
    pub async fn picture(&self, account: &Account) -> driftline_auth::Result<Option<Picture>> {
        let Some(address) = &account.image else { return Ok(None) };
        let provider = ProviderPlugin::named(&account.provider)?;
        fetch_picture(&self.http, &self.origin, provider, address).await.map(Some)
    }

    /// The ways to sign in there.
    ///
    /// # Errors
    /// When its pages have no address.
    pub fn sign_in(&self) -> Result<SignIn> {
        let (http, env) = (self.http.clone(), self.env.clone());
        Ok(SignIn::new(self.origin.clone(), self.site()?, http, env))
    }
}

/// Somebody, as nobody else can be called: never by the name that people choose freely.
pub fn who(person: &str, login: Option<&str>) -> String {
    login.map_or_else(|| person.to_owned(), |it| format!("{person} (login {it})"))
}

/// What the owner of this machine calls it.
pub fn machine() -> String {
    let name = gethostname::gethostname().to_string_lossy().into_owned();
    let name: String = name.chars().filter(|it| !it.is_control()).take(100).collect();
    if name.is_empty() { "a device".into() } else { name }
}

/// Where an operation waits for the network.
pub fn runtime() -> Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the system gives no timers or sockets; try again")
}
