//! HTTP for real: TLS as the system checks it, no redirects, deadlines, and bodies of a
//! bounded size.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use driftline_core::{BoxError, Env, ExposeSecret, Millis, SecretString, excerpt};
use futures_util::future::{Either, select};
use reqwest::{
    Client,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect, retry,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;
use url::Url;

use crate::{Answer, Body, Error, Lost, Origin, Result, Transport};

const CONNECT: Duration = Duration::from_secs(10);
/// A whole call, sign-in included: the deployment asks the provider meanwhile.
const DEADLINE: Millis = 30_000;
/// Answers about sign-in are short.
const LARGEST: usize = 256 << 10;
const AGENT: &str = concat!("driftline-", env!("CARGO_PKG_VERSION"));

/// Calls over the network.
pub struct Http {
    /// To other machines: https alone.
    away: Client,
    /// To this machine: through no proxy, and no name service is asked where it is.
    here: Client,
    env: Arc<dyn Env>,
}

impl Http {
    /// Ready to call.
    ///
    /// # Errors
    /// When the system has no certificates to check others by.
    pub fn new(env: Arc<dyn Env>) -> Result<Self> {
        let failed = |source: BoxError| Error::Vault {
            what: "no secure connections can be made on this machine".into(),
            help: "install the system's root certificates (often `ca-certificates`)".into(),
            source: Some(source),
        };
        let build = |here: bool| -> Result<Client, BoxError> {
            let mut builder = Client::builder()
                .tls_backend_preconfigured(tls(here)?)
                // A redirect could carry a token to another host.
                .redirect(redirect::Policy::none())
                .retry(retry::never())
                .https_only(!here)
                .http1_only()
                // Between two calls a person reads and types, while nothing here notices that
                // the other side has closed the connection.
                .pool_max_idle_per_host(0)
                .referer(false)
                .connect_timeout(CONNECT)
                .user_agent(AGENT);
            if here {
                let addresses = [
                    SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                    SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
                ];
                builder = builder.no_proxy().resolve_to_addrs("localhost", &addresses);
            }
            Ok(builder.build()?)
        };
        Ok(Self { away: build(false).map_err(failed)?, here: build(true).map_err(failed)?, env })
    }

    async fn exchange(
        &self,
        url: Url,
        bearer: Option<SecretString>,
        body: Body,
    ) -> Result<Answer, Lost> {
        let origin = Origin::of(&url).map_err(|it| Lost(it.to_string()))?;
        let client = if origin.is_loopback() { &self.here } else { &self.away };
        let (kind, body) = match &body {
            Body::Json(it) => ("application/json", it.expose_secret().to_owned()),
            Body::Form(it) => ("application/x-www-form-urlencoded", it.expose_secret().to_owned()),
        };
        let mut request = client
            .post(url)
            .header(CONTENT_TYPE, kind)
            .header(ACCEPT, "application/json")
            .header("Convex-Client", AGENT)
            .body(body);
        if let Some(token) = bearer {
            let value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()));
            let mut value = value.map_err(|_| Lost("a token that cannot be sent".into()))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let answer = request.send().await.map_err(|it| lost(&it))?;
        let status = answer.status().as_u16();
        let body = body_of(answer, LARGEST).await?;
        let body = String::from_utf8(body).map_err(|_| Lost("its answer is no text".into()))?;
        Ok(Answer { status, body: body.into() })
    }
}

impl Http {
    /// Gets what is public at `url`: no token goes along, and no redirect is followed.
    pub(crate) async fn get(&self, url: Url, largest: usize) -> Result<Vec<u8>, Lost> {
        let origin = Origin::of(&url).map_err(|it| Lost(it.to_string()))?;
        let client = if origin.is_loopback() { &self.here } else { &self.away };
        let get = async {
            let answer = client.get(url).send().await.map_err(|it| lost(&it))?;
            match answer.status().as_u16() {
                200 => body_of(answer, largest).await,
                status => Err(Lost(format!("it answers {status}"))),
            }
        };
        match select(pin!(get), self.env.sleep(DEADLINE)).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => Err(Lost(format!("no answer in {} s", DEADLINE / 1_000))),
        }
    }
}

/// Reads a body of at most `largest` bytes.
async fn body_of(mut answer: reqwest::Response, largest: usize) -> Result<Vec<u8>, Lost> {
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|it| lost(&it))? {
        if body.len() + part.len() > largest {
            return Err(Lost(format!("its answer is longer than {largest} bytes")));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

#[async_trait]
impl Transport for Http {
    async fn post(
        &self,
        url: Url,
        bearer: Option<SecretString>,
        body: Body,
    ) -> Result<Answer, Lost> {
        match select(pin!(self.exchange(url, bearer, body)), self.env.sleep(DEADLINE)).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => Err(Lost(format!("no answer in {} s", DEADLINE / 1_000))),
        }
    }
}

fn tls(here: bool) -> Result<ClientConfig, BoxError> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = if here {
        // Plain http; there are no certificates to check.
        builder.with_root_certificates(RootCertStore::empty())
    } else {
        builder.with_platform_verifier()?
    };
    Ok(builder.with_no_client_auth())
}

/// The first cause, without the address.
fn lost(error: &reqwest::Error) -> Lost {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Lost(excerpt(&cause.to_string()))
}
