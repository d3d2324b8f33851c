//! A provider's device flow (RFC 8628): the person types a short code on any other
//! machine, and this one asks until they have.
//!
//! Written out because it is two forms and five answers; the library for it brings older
//! versions of what this program already has.

use driftline_convex_client::{Body, Origin, Transport};
use driftline_core::{Env, ExposeSecret, Millis, SecretString, excerpt};
use serde::Deserialize;
use url::{Url, form_urlencoded::Serializer};

use crate::{DeviceFlow, Error, Result, calls::DeviceApp};

const SECOND: Millis = 1_000;
/// A provider that asks for more or less patience is not believed.
const INTERVAL: std::ops::RangeInclusive<u64> = 1..=60;
/// What is added when a provider says `slow_down`.
const SLOWER: u64 = 5;
const LONGEST_WAIT: Millis = 15 * 60 * SECOND;

/// What the person has to do.
pub(crate) struct Asked {
    /// What they type.
    pub(crate) user_code: String,
    /// Where.
    pub(crate) page: Url,
    device_code: SecretString,
    interval: u64,
    until: Millis,
}

#[derive(Deserialize)]
struct Codes {
    device_code: String,
    user_code: String,
    verification_uri: String,
    expires_in: u64,
    #[serde(default = "five")]
    interval: u64,
}

fn five() -> u64 {
    5
}

#[derive(Deserialize)]
struct Reply {
    access_token: Option<String>,
    error: Option<String>,
    interval: Option<u64>,
}

/// The device flow of a provider, under the app of a deployment.
pub(crate) struct Device<'a> {
    base: Origin,
    flow: DeviceFlow,
    client_id: String,
    transport: &'a dyn Transport,
    env: &'a dyn Env,
}

impl<'a> Device<'a> {
    /// The provider's own address, except for a deployment on this machine: that may name
    /// another one on this machine. A deployment elsewhere cannot send anybody anywhere.
    pub(crate) fn new(
        deployment: &Origin,
        flow: DeviceFlow,
        app: DeviceApp,
        transport: &'a dyn Transport,
        env: &'a dyn Env,
    ) -> Result<Self> {
        let mut base = Origin::parse(flow.base)?;
        if deployment.is_loopback() && !app.base_url.is_empty() {
            let other = Origin::parse(&app.base_url)?;
            if other.is_loopback() {
                base = other;
            }
        }
        Ok(Self { base, flow, client_id: app.client_id, transport, env })
    }

    /// Asks for a code.
    pub(crate) async fn ask(&self) -> Result<Asked> {
        let fields = [("client_id", self.client_id.as_str()), ("scope", self.flow.scope)];
        let codes: Codes = self.post(self.flow.code_path, &fields).await?;
        let is_code = |it: &str| {
            (4..=20).contains(&it.len())
                && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        };
        let page = Url::parse(&codes.verification_uri).ok();
        let page = page.filter(|it| Origin::of(it).is_ok_and(|it| it == self.base));
        let (true, Some(page)) = (is_code(&codes.user_code), page) else {
            return Err(self.nonsense("its code or page"));
        };
        let length = (codes.expires_in.saturating_mul(SECOND)).min(LONGEST_WAIT);
        Ok(Asked {
            user_code: codes.user_code,
            page,
            device_code: codes.device_code.into(),
            interval: codes.interval.clamp(*INTERVAL.start(), *INTERVAL.end()),
            until: self.env.monotonic().saturating_add(length),
        })
    }

    /// Waits until the person has typed it. The answer is the provider's token.
    pub(crate) async fn wait(&self, asked: &Asked) -> Result<SecretString> {
        let mut interval = asked.interval;
        let fields = [
            ("client_id", self.client_id.as_str()),
            ("device_code", asked.device_code.expose_secret()),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ];
        loop {
            self.env.sleep(interval * SECOND).await;
            if self.env.monotonic() >= asked.until {
                return Err(Error::TimedOut { minutes: LONGEST_WAIT / SECOND / 60 });
            }
            let reply: Reply = match self.post(self.flow.token_path, &fields).await {
                Ok(reply) => reply,
                // The person may still be typing; the network comes back or time is up.
                Err(Error::Unreachable { .. }) => continue,
                Err(error) => return Err(error),
            };
            if let Some(token) = reply.access_token {
                return Ok(token.into());
            }
            match reply.error.as_deref() {
                Some("authorization_pending") => (),
                Some("slow_down") => {
                    let asked = reply.interval.unwrap_or(interval + SLOWER);
                    interval = asked.clamp(interval, *INTERVAL.end());
                }
                Some("expired_token") => return Err(Error::WrongCode),
                Some("access_denied") => return Err(Error::Denied),
                other => return Err(self.nonsense(other.unwrap_or("neither token nor error"))),
            }
        }
    }

    async fn post<T: for<'de> Deserialize<'de>>(
        &self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<T> {
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let sent = self.transport.post(self.base.join(path), None, Body::Form(form.into())).await;
        let host = self.base.host();
        let unreachable = |reason| Error::Unreachable { host: host.clone(), reason };
        let answer = sent.map_err(|fault| unreachable(fault.to_string()))?;
        if answer.status >= 500 || answer.status == 429 {
            return Err(unreachable(format!("it answers {}", answer.status)));
        }
        if answer.status == 404 {
            let reason = "it does not know this app, or its device flow is switched off (in the \
                          settings of the OAuth app: Enable Device Flow)";
            return Err(Error::Failed { host, reason: reason.into() });
        }
        // Not the parser's words: they can quote a token.
        let read = serde_json::from_slice(answer.body.expose_secret());
        read.map_err(|_| self.nonsense("parts of it are missing"))
    }

    fn nonsense(&self, what: &str) -> Error {
        Error::BadAnswer { host: self.base.host(), reason: excerpt(what) }
    }
}
