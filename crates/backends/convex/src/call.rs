//! One call of a function: who asks, what the service says to that, and what it means.

use std::sync::Arc;

use driftline_core::{Env, ExposeSecret, Millis, Result, SecretString, TokenSource};
use reqwest::dns::Resolve;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    Address,
    answer::{Envelope, Refusal, Status, Thrown, WireIdentity},
    fault::{self, Fault},
    transport::{Received, Transport},
};

/// Whether a function only reads.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Query,
    Mutation,
}

#[derive(Serialize)]
struct Call<'a, A> {
    path: &'a str,
    args: &'a A,
    format: &'static str,
}

/// The functions of one deployment, called as one person.
pub(crate) struct Caller {
    transport: Transport,
    origin: String,
    name: String,
    tokens: Option<Arc<dyn TokenSource>>,
    env: Arc<dyn Env>,
}

impl Caller {
    pub(crate) fn new(
        address: Address,
        env: Arc<dyn Env>,
        tokens: Option<Arc<dyn TokenSource>>,
        resolver: Option<Arc<dyn Resolve>>,
    ) -> Result<Self> {
        let (origin, name) = (address.origin(), address.name());
        let transport = Transport::new(address, env.clone(), resolver)?;
        Ok(Self { transport, origin, name, tokens, env })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
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
        let token = source.token(&self.origin).await.map_err(Fault::Engine)?;
        token.ok_or(Fault::Unauthenticated)
    }

    /// Another token than one that was not taken.
    pub(crate) async fn renew(&self, refused: &SecretString) -> Result<SecretString, Fault> {
        let source = self.tokens.as_ref().ok_or(Fault::Unauthenticated)?;
        let token = source.renew(&self.origin, refused).await.map_err(Fault::Engine)?;
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
        let path = match kind {
            Kind::Query => "/api/query",
            Kind::Mutation => "/api/mutation",
        };
        let body = serde_json::to_vec(&Call { path: function, args, format: "json" })
            .map_err(|it| Fault::BadCall(it.to_string()))?;
        let received = self.transport.post(path, body, Some(token)).await?;
        let date = received.date;
        Ok((read(received)?, date))
    }
}

/// Reads an answer. What the service says of an error in words is left out: it can quote
/// what was sent.
fn read<T: DeserializeOwned>(received: Received) -> Result<T, Fault> {
    let Received { status, retry_after, is_page, body, .. } = received;
    if status != 200 {
        let refusal: Option<Refusal> = serde_json::from_slice(&body).ok();
        let code = refusal.as_ref().map(|it| it.code.as_str());
        return Err(fault::of_status(status, code, retry_after));
    }
    if is_page {
        return Err(Fault::unavailable(
            "a web page came instead of an answer; open a web page to see whether this \
             network wants a sign-in",
        ));
    }
    let envelope: Envelope<T> = serde_json::from_slice(&body).map_err(|error| {
        let form = if error.is_data() { "the expected form" } else { "whole JSON" };
        Fault::BadAnswer(format!("it is not of {form}, at byte {}", error.column()))
    })?;
    match envelope {
        Envelope { status: Status::Success, value: Some(value), .. } => Ok(value),
        Envelope { status: Status::Success, .. } => {
            Err(Fault::BadAnswer("it holds no value".into()))
        }
        Envelope { error_data, error_message, .. } => {
            let thrown = error_data.and_then(|it| serde_json::from_value::<Thrown>(it).ok());
            let message = error_message.unwrap_or_default();
            Err(match thrown {
                Some(Thrown { code, last, theirs }) => {
                    fault::of_code(&code, last.map(|it| it.0), theirs.map(|it| it.0))
                }
                None => fault::of_message(&message)
                    .unwrap_or_else(|| Fault::Unnamed(request_id(&message))),
            })
        }
    }
}

/// The name under which the logs of the deployment have a failure.
fn request_id(message: &str) -> String {
    let id = message.strip_prefix("[Request ID: ").and_then(|it| it.split_once(']'));
    let id = id.map(|it| it.0).filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()));
    id.filter(|it| it.len() <= 64).map_or_else(|| "no name".into(), |it| format!("request {it}"))
}
