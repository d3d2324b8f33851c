//! The calls of a deployment that sign-in needs.
//!
//! A call that renews or starts a session goes without a token: an expired one would make
//! the deployment refuse the call, and a valid one would make it end that session.

use std::sync::Arc;

use driftline_convex_client::{Client, Fault, Kind, Origin, Transport, Whole};
use driftline_core::{ExposeSecret, PROTOCOL, SecretString};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::{Value, json};

use crate::{Error, Result, Tokens};

/// The calls of one deployment.
#[derive(Clone)]
pub struct Calls {
    client: Client,
}

/// What a deployment says about signing in to it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Methods {
    /// Where it says its pages are.
    pub site_url: String,
    /// Whether all is set without which nobody can sign in.
    pub ready: bool,
    /// The ways.
    pub methods: Vec<Method>,
}

/// One way to sign in, as a deployment has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Method {
    /// Its name.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Whether all is set without which it does not work.
    pub ready: bool,
    /// What a device flow needs.
    pub device: Option<DeviceApp>,
}

/// The app under which a client runs a device flow.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceApp {
    /// The public id of the app.
    pub client_id: String,
    /// Another server of the provider.
    pub base_url: String,
}

/// Who is signed in.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// `provider:account id`.
    pub person: String,
    /// The provider.
    pub provider: String,
    /// The name by which the provider tells them from others, if it has such names.
    #[serde(default)]
    pub login: Option<String>,
    /// What the person calls themselves there. Anybody can call themselves so.
    pub name: Option<String>,
    /// Where their picture is.
    pub image: Option<String>,
    /// The account that the hub drew for them; none before their first device was linked.
    pub account: Option<String>,
    /// Their devices.
    #[serde(default)]
    pub devices: Vec<DeviceOf>,
}

/// A device of a person, or a session of theirs that nobody knows the device of.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceOf {
    /// Its id.
    pub device: String,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Whether a session of it is alive.
    #[serde(default)]
    pub signed_in: bool,
    /// Whether this is a device that has said what it is.
    pub known: bool,
    /// When it last called, in milliseconds since 1970.
    pub last_contact_at: f64,
}

/// The beginning of a sign-in in a browser.
pub(crate) struct Started {
    /// What the browser opens.
    pub(crate) page: String,
    /// What only this machine knows: a code is worth nothing without it.
    pub(crate) verifier: SecretString,
}

impl Calls {
    /// The calls of the deployment at `origin`.
    pub fn new(origin: Origin, transport: Arc<dyn Transport>) -> Self {
        Self { client: Client::new(origin, transport) }
    }

    /// Where they go.
    pub fn origin(&self) -> &Origin {
        self.client.origin()
    }

    /// Which ways to sign in there are, and what is missing.
    ///
    /// # Errors
    /// When the deployment cannot be reached or is none of ours.
    pub async fn methods(&self) -> Result<Methods> {
        self.call(Kind::Query, "signIn/methods:list", &json!({})).await
    }

    /// Begins a sign-in that ends at `redirect_to`.
    pub(crate) async fn start(&self, provider: &str, redirect_to: &str) -> Result<Started> {
        #[derive(Deserialize)]
        struct Begun {
            redirect: String,
            verifier: String,
        }
        let params = json!({ "redirectTo": redirect_to });
        let args = json!({ "provider": provider, "params": params });
        let begun: Begun = self.call(Kind::Action, "auth:signIn", &args).await?;
        Ok(Started { page: begun.redirect, verifier: begun.verifier.into() })
    }

    /// Exchanges a code. None if it is not good (any more).
    pub(crate) async fn redeem(
        &self,
        code: &SecretString,
        verifier: &SecretString,
    ) -> Result<Option<Tokens>> {
        let params = json!({ "code": code.expose_secret() });
        self.tokens(&json!({ "params": params, "verifier": verifier.expose_secret() })).await
    }

    /// Exchanges a provider's token. None if it was not issued to the deployment's app.
    pub(crate) async fn hand_over(
        &self,
        provider: &str,
        token: &SecretString,
    ) -> Result<Option<Tokens>> {
        let params = json!({ "accessToken": token.expose_secret() });
        self.tokens(&json!({ "provider": provider, "params": params })).await
    }

    /// The next pair. None, and only then, if the session is over.
    pub(crate) async fn refresh(&self, tokens: &Tokens) -> Result<Option<Tokens>> {
        self.tokens(&json!({ "refreshToken": tokens.refresh.expose_secret() })).await
    }

    /// Whether a token is good, by the deployment's own word.
    pub(crate) async fn accepts(&self, token: &SecretString) -> Result<bool> {
        let said = self.call_as(token, Kind::Query, "auth:isAuthenticated", &json!({})).await?;
        Ok(said.unwrap_or(false))
    }

    /// Ends a session. An access token that has expired cannot do that.
    ///
    /// # Errors
    /// When it may still be alive.
    pub async fn sign_out(&self, tokens: &Tokens) -> Result<()> {
        // Where the token is not accepted, nothing is left to end.
        let ended = self.call_as(&tokens.access, Kind::Action, "auth:signOut", &json!({})).await?;
        let _: Option<IgnoredAny> = ended;
        Ok(())
    }

    /// Who `tokens` belong to. None if they are not accepted.
    ///
    /// # Errors
    /// When the deployment cannot say.
    pub async fn me(&self, token: &SecretString) -> Result<Option<Account>> {
        self.call_as(token, Kind::Query, "users:me", &json!({})).await
    }

    /// Records that a device belongs to the owner of `token`, and what it is called. False if
    /// the token is not accepted.
    ///
    /// # Errors
    /// When it may not be recorded.
    pub async fn link(&self, token: &SecretString, device: &str, name: &str) -> Result<bool> {
        let args = json!({ "protocol": PROTOCOL, "localId": device, "deviceName": name });
        let linked: Option<IgnoredAny> =
            self.call_as(token, Kind::Mutation, "users:linkLocalId", &args).await?;
        Ok(linked.is_some())
    }

    /// Ends every session of a device of the owner of `token`, and returns how many there
    /// were. None if the token is not accepted.
    ///
    /// # Errors
    /// When they may still be alive.
    pub async fn revoke(&self, token: &SecretString, device: &str) -> Result<Option<u64>> {
        let args = json!({ "protocol": PROTOCOL, "device": device });
        self.ended("users:revokeDevice", &args, token).await
    }

    /// Ends every session of the owner of `token` but this one, and returns how many there
    /// were. None if the token is not accepted.
    ///
    /// # Errors
    /// When they may still be alive.
    pub async fn revoke_others(&self, token: &SecretString) -> Result<Option<u64>> {
        self.ended("users:revokeOthers", &json!({ "protocol": PROTOCOL }), token).await
    }

    /// Erases everything that the deployment has of the owner of `token`, and ends every session.
    /// `account` is the one that the caller means, none before a device was first linked.
    /// Returns how many rows there were; none if the token is not accepted.
    ///
    /// # Errors
    /// When it may not be erased, or when the account is another one.
    pub async fn erase(&self, token: &SecretString, account: Option<&str>) -> Result<Option<u64>> {
        #[derive(Deserialize)]
        struct Erased {
            rows: Whole,
        }
        let args = json!({ "protocol": PROTOCOL, "account": account });
        let erased: Option<Erased> =
            self.call_as(token, Kind::Mutation, "users:eraseAccount", &args).await?;
        Ok(erased.map(|it| it.rows.0))
    }

    async fn ended(&self, path: &str, args: &Value, token: &SecretString) -> Result<Option<u64>> {
        #[derive(Deserialize)]
        struct Ended {
            ended: Whole,
        }
        let ended: Option<Ended> = self.call_as(token, Kind::Mutation, path, args).await?;
        Ok(ended.map(|it| it.ended.0))
    }

    /// The pair that a sign-in ends with.
    async fn tokens(&self, args: &Value) -> Result<Option<Tokens>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Pair {
            token: String,
            refresh_token: String,
        }
        let mut value: Value = self.call(Kind::Action, "auth:signIn", args).await?;
        // Only this one answer means that nobody is signed in. An answer without it, from
        // a proxy for example, means nothing.
        let Some(pair) = value.get_mut("tokens").map(Value::take) else {
            return Err(self.nonsense("it holds no tokens"));
        };
        if pair.is_null() {
            return Ok(None);
        }
        let read = serde_json::from_value(pair);
        let pair: Pair = read.map_err(|_| self.nonsense("parts of it are missing"))?;
        let tokens = Tokens::new(pair.token, pair.refresh_token);
        tokens.map(Some).ok_or_else(|| self.nonsense("its tokens cannot be read"))
    }

    /// Calls a function as nobody.
    async fn call<T: DeserializeOwned>(&self, kind: Kind, path: &str, args: &Value) -> Result<T> {
        let reply = self.client.call(kind, path, args, None).await;
        reply.map(|it| it.value).map_err(|it| self.error(it))
    }

    /// Calls a function as the owner of `token`. None if that is not accepted.
    async fn call_as<T: DeserializeOwned>(
        &self,
        token: &SecretString,
        kind: Kind,
        path: &str,
        args: &Value,
    ) -> Result<Option<T>> {
        match self.client.call(kind, path, args, Some(token)).await {
            Ok(reply) => Ok(Some(reply.value)),
            Err(Fault::Unauthenticated) => Ok(None),
            Err(fault) => Err(self.error(fault)),
        }
    }

    fn error(&self, fault: Fault) -> Error {
        Error::of_call(fault, self.origin().host())
    }

    fn nonsense(&self, reason: &str) -> Error {
        Error::BadAnswer { host: self.origin().host(), reason: reason.into() }
    }
}
