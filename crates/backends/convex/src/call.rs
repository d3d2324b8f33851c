//! One call of a function as one person: which token is shown, and what is done where it is
//! not taken or nobody is linked.

use std::sync::Arc;

use driftline_convex_client::{Client, Fault, Http, Kind, Origin, Reply};
use driftline_core::{Env, ExposeSecret, Millis, Result, SecretString, TokenSource};
use reqwest::{RequestBuilder, dns::Resolve};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::answer::WireIdentity;

/// The functions of one deployment, called as one person.
pub(crate) struct Caller {
    client: Client,
    http: Arc<Http>,
    /// The origin as sources of tokens know it.
    origin: String,
    name: String,
    tokens: Option<Arc<dyn TokenSource>>,
    env: Arc<dyn Env>,
}

impl Caller {
    pub(crate) fn new(
        origin: Origin,
        env: Arc<dyn Env>,
        tokens: Option<Arc<dyn TokenSource>>,
        resolver: Option<Arc<dyn Resolve>>,
    ) -> Result<Self> {
        let http = Arc::new(Http::to(&origin, env.clone(), resolver)?);
        let (text, name) = (origin.to_string(), origin.host());
        let client = Client::new(origin, http.clone());
        Ok(Self { client, http, origin: text, name, tokens, env })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn env(&self) -> &dyn Env {
        &*self.env
    }

    /// The origin, as sources of tokens and keepers of keys know it.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// A request to the same origin that is still to be sent, and bears no token.
    pub(crate) fn request(&self, path: &str) -> Result<RequestBuilder, Fault> {
        self.http.request(self.client.origin().join(path))
    }

    /// A text that differs from call to call, so that no cached answer is given.
    pub(crate) fn asked(&self) -> String {
        format!("{:016x}", self.env.random())
    }

    /// Calls a function; if nobody is linked yet, links first. Returns its value and the
    /// service's time.
    pub(crate) async fn linked<A: Serialize + Sync, T: DeserializeOwned>(
        &self,
        kind: Kind,
        function: &str,
        args: &A,
        device: Option<&str>,
    ) -> Result<(T, Option<Millis>), Fault> {
        match self.call(kind, function, args).await {
            Err(Fault::Unlinked) => {
                self.link(device).await?;
                self.call(kind, function, args).await
            }
            done => done,
        }
    }

    /// Asks for an account. A pull does not say which device makes it; then a name is
    /// drawn, which the service only keeps as one of this person's.
    async fn link(&self, device: Option<&str>) -> Result<(), Fault> {
        let local = device.map_or_else(|| format!("device-{}", self.asked()), str::to_owned);
        tracing::info!(remote = self.name, local, "asking for an account");
        let args = json!({ "protocol": driftline_core::PROTOCOL, "localId": local });
        let (identity, _): (WireIdentity, _) =
            self.call(Kind::Mutation, "users:linkLocalId", &args).await?;
        identity.read().map(drop).map_err(Fault::BadAnswer)
    }

    /// Calls a function; if the token is not taken, once more with another.
    pub(crate) async fn call<A: Serialize + Sync, T: DeserializeOwned>(
        &self,
        kind: Kind,
        function: &str,
        args: &A,
    ) -> Result<(T, Option<Millis>), Fault> {
        let token = self.token().await?;
        match self.once(kind, function, args, &token).await {
            Err(Fault::Unauthenticated) => {
                let token = self.renew(&token).await?;
                self.once(kind, function, args, &token).await
            }
            done => done,
        }
    }

    /// The token to show.
    pub(crate) async fn token(&self) -> Result<SecretString, Fault> {
        let source = self.tokens.as_ref().ok_or(Fault::Unauthenticated)?;
        let token = source.token(&self.origin).await?;
        token.ok_or(Fault::Unauthenticated)
    }

    /// Another token than one that was not taken.
    pub(crate) async fn renew(&self, refused: &SecretString) -> Result<SecretString, Fault> {
        let source = self.tokens.as_ref().ok_or(Fault::Unauthenticated)?;
        let token = source.renew(&self.origin, refused).await?;
        let token = token.filter(|it| it.expose_secret() != refused.expose_secret());
        token.ok_or(Fault::Unauthenticated)
    }

    async fn once<A: Serialize + Sync, T: DeserializeOwned>(
        &self,
        kind: Kind,
        function: &str,
        args: &A,
        token: &SecretString,
    ) -> Result<(T, Option<Millis>), Fault> {
        let Reply { value, date } = self.client.call(kind, function, args, Some(token)).await?;
        Ok((value, date))
    }
}
