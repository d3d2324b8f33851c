//! The calls of a deployment that sign-in needs, over any [`Transport`].
//!
//! A call that renews or starts a session goes without a token: an expired one would make
//! the deployment refuse the call, and a valid one would make it end that session.

use std::sync::Arc;

use driftline_core::{ExposeSecret, PROTOCOL, SecretString, excerpt};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Answer, Body, Error, Origin, Result, Tokens, Transport};

/// The calls of one deployment.
#[derive(Clone)]
pub struct Calls {
    origin: Origin,
    transport: Arc<dyn Transport>,
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

#[derive(Deserialize)]
struct Wire {
    status: Option<String>,
    value: Option<Value>,
    #[serde(rename = "errorMessage")]
    message: Option<String>,
    #[serde(rename = "errorData")]
    data: Option<Value>,
}

/// Why a call gave no value.
enum Fault {
    /// The token was not accepted.
    Unauthenticated,
    Other(Error),
}

impl Calls {
    /// The calls of the deployment at `origin`.
    pub fn new(origin: Origin, transport: Arc<dyn Transport>) -> Self {
        Self { origin, transport }
    }

    /// Where they go.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Which ways to sign in there are, and what is missing.
    ///
    /// # Errors
    /// When the deployment cannot be reached or is none of ours.
    pub async fn methods(&self) -> Result<Methods> {
        let value = self.call("query", "signIn/methods:list", &json!({}), None).await;
        self.read(value.map_err(|it| self.plain(it))?)
    }

    /// Begins a sign-in that ends at `redirect_to`.
    pub(crate) async fn start(&self, provider: &str, redirect_to: &str) -> Result<Started> {
        #[derive(Deserialize)]
        struct Reply {
            redirect: String,
            verifier: String,
        }
        let params = json!({ "redirectTo": redirect_to });
        let args = json!({ "provider": provider, "params": params });
        let reply: Reply = self.read(self.action("auth:signIn", &args).await?)?;
        Ok(Started { page: reply.redirect, verifier: reply.verifier.into() })
    }

    /// Exchanges a code. None if it is not good (any more).
    pub(crate) async fn redeem(
        &self,
        code: &SecretString,
        verifier: &SecretString,
    ) -> Result<Option<Tokens>> {
        let params = json!({ "code": code.expose_secret() });
        let args = json!({ "params": params, "verifier": verifier.expose_secret() });
        self.tokens(self.action("auth:signIn", &args).await?)
    }

    /// Exchanges a provider's token. None if it was not issued to the deployment's app.
    pub(crate) async fn hand_over(
        &self,
        provider: &str,
        token: &SecretString,
    ) -> Result<Option<Tokens>> {
        let params = json!({ "accessToken": token.expose_secret() });
        let args = json!({ "provider": provider, "params": params });
        self.tokens(self.action("auth:signIn", &args).await?)
    }

    /// The next pair. None, and only then, if the session is over.
    pub(crate) async fn refresh(&self, tokens: &Tokens) -> Result<Option<Tokens>> {
        let args = json!({ "refreshToken": tokens.refresh.expose_secret() });
        self.tokens(self.action("auth:signIn", &args).await?)
    }

    /// Whether a token is good, by the deployment's own word.
    pub(crate) async fn accepts(&self, token: &SecretString) -> Result<bool> {
        match self.call("query", "auth:isAuthenticated", &json!({}), Some(token)).await {
            Ok(value) => Ok(value == Value::Bool(true)),
            Err(Fault::Unauthenticated) => Ok(false),
            Err(Fault::Other(error)) => Err(error),
        }
    }

    /// Ends a session. An access token that has expired cannot do that.
    ///
    /// # Errors
    /// When it may still be alive.
    pub async fn sign_out(&self, tokens: &Tokens) -> Result<()> {
        let args = json!({});
        match self.call("action", "auth:signOut", &args, Some(&tokens.access)).await {
            // Nothing is left to end.
            Ok(_) | Err(Fault::Unauthenticated) => Ok(()),
            Err(Fault::Other(error)) => Err(error),
        }
    }

    /// Who `tokens` belong to. None if they are not accepted.
    ///
    /// # Errors
    /// When the deployment cannot say.
    pub async fn me(&self, token: &SecretString) -> Result<Option<Account>> {
        match self.call("query", "users:me", &json!({}), Some(token)).await {
            Ok(value) => self.read(value).map(Some),
            Err(Fault::Unauthenticated) => Ok(None),
            Err(Fault::Other(error)) => Err(error),
        }
    }

    /// Records that a device belongs to the owner of `token`, and what it is called. False if
    /// the token is not accepted.
    ///
    /// # Errors
    /// When it may not be recorded.
    pub async fn link(&self, token: &SecretString, device: &str, name: &str) -> Result<bool> {
        let args = json!({ "protocol": PROTOCOL, "localId": device, "deviceName": name });
        match self.call("mutation", "users:linkLocalId", &args, Some(token)).await {
            Ok(_) => Ok(true),
            Err(Fault::Unauthenticated) => Ok(false),
            Err(Fault::Other(error)) => Err(error),
        }
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

    async fn ended(&self, path: &str, args: &Value, token: &SecretString) -> Result<Option<u64>> {
        #[derive(Deserialize)]
        struct Reply {
            ended: f64,
        }
        match self.call("mutation", path, args, Some(token)).await {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            Ok(value) => self.read(value).map(|it: Reply| Some(it.ended.max(0.0) as u64)),
            Err(Fault::Unauthenticated) => Ok(None),
            Err(Fault::Other(error)) => Err(error),
        }
    }

    async fn action(&self, path: &str, args: &Value) -> Result<Value> {
        self.call("action", path, args, None).await.map_err(|it| self.plain(it))
    }

    async fn call(
        &self,
        kind: &str,
        path: &str,
        args: &Value,
        token: Option<&SecretString>,
    ) -> Result<Value, Fault> {
        let body = json!({ "path": path, "args": args, "format": "json" }).to_string();
        let url = self.origin.join(&format!("/api/{kind}"));
        let answer = self.transport.post(url, token.cloned(), Body::Json(body.into())).await;
        let answer = answer.map_err(|lost| {
            Fault::Other(Error::Unreachable { host: self.origin.host(), reason: lost.0 })
        })?;
        self.value(&answer)
    }

    fn value(&self, answer: &Answer) -> Result<Value, Fault> {
        let host = self.origin.host();
        match answer.status {
            200 => (),
            401 => return Err(Fault::Unauthenticated),
            // Nothing was carried out, or nobody knows; either way it can be asked again.
            status => {
                let reason = format!("it answers {status}");
                return Err(Fault::Other(Error::Unreachable { host, reason }));
            }
        }
        // The parser's own words are dropped: they can quote a token.
        let Ok(wire) = serde_json::from_str::<Wire>(answer.body.expose_secret()) else {
            let reason = "it is not a Convex deployment, or something stands between".into();
            return Err(Fault::Other(Error::BadAnswer { host, reason }));
        };
        match wire.status.as_deref() {
            Some("success") => Ok(wire.value.unwrap_or(Value::Null)),
            Some("error") => {
                let data = |name: &str| wire.data.as_ref().and_then(|it| it[name].as_str());
                let said = data("message").or(wire.message.as_deref());
                let reason = excerpt(said.unwrap_or("it does not say why"));
                Err(match data("code") {
                    Some("unauthenticated") => Fault::Unauthenticated,
                    Some("not_invited") => {
                        let person = excerpt(data("person").unwrap_or("this account"));
                        Fault::Other(Error::NotInvited { host, person })
                    }
                    Some("slow_down") => Fault::Other(Error::SlowDown { host, reason }),
                    _ => Fault::Other(Error::Failed { host, reason }),
                })
            }
            _ => {
                let reason = "it neither succeeded nor failed".into();
                Err(Fault::Other(Error::BadAnswer { host, reason }))
            }
        }
    }

    fn tokens(&self, mut value: Value) -> Result<Option<Tokens>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Pair {
            token: String,
            refresh_token: String,
        }
        // Only this one answer means that nobody is signed in. An answer without it, from
        // a proxy for example, means nothing.
        let Some(pair) = value.get_mut("tokens").map(Value::take) else {
            return Err(self.nonsense("it holds no tokens"));
        };
        if pair.is_null() {
            return Ok(None);
        }
        let pair: Pair = self.read(pair)?;
        let tokens = Tokens::new(pair.token, pair.refresh_token);
        tokens.map(Some).ok_or_else(|| self.nonsense("its tokens cannot be read"))
    }

    fn read<T: DeserializeOwned>(&self, value: Value) -> Result<T> {
        serde_json::from_value(value).map_err(|_| self.nonsense("parts of it are missing"))
    }

    fn nonsense(&self, reason: &str) -> Error {
        Error::BadAnswer { host: self.origin.host(), reason: reason.into() }
    }

    fn plain(&self, fault: Fault) -> Error {
        match fault {
            Fault::Other(error) => error,
            Fault::Unauthenticated => Error::Refused { host: self.origin.host() },
        }
    }
}
