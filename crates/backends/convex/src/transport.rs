//! One HTTP call: out goes a JSON text, in comes a status and a body of bounded size, in
//! bounded time. Nothing here knows what the texts mean.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use driftline_core::{BoxError, Env, Error, ExposeSecret, Millis, Result, SecretString};
use futures_util::future::{Either, select};
use reqwest::{
    Client, RequestBuilder, Response,
    dns::Resolve,
    header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::{
    Address,
    fault::{self, Fault},
};

const SECOND: Millis = 1_000;
/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest wait for the first byte, besides the time that sending takes.
const FIRST_BYTE: Millis = 60 * SECOND;
/// How long a body may take besides what its length allows.
const GRACE: Millis = 30 * SECOND;
/// Bytes in a second that any connection must manage in either direction.
const SLOWEST: u64 = 8 << 10;
/// The largest body of an answer. The service gives 16 MiB at most, and writing those as
/// JSON can double them.
pub(crate) const LARGEST: usize = 34 << 20;
/// What the service is told about this program.
pub(crate) const AGENT: &str = concat!("driftline-", env!("CARGO_PKG_VERSION"));

/// An answer, whatever it says.
pub(crate) struct Received {
    pub(crate) status: u16,
    /// The time of the service, in milliseconds since 1970.
    pub(crate) date: Option<Millis>,
    pub(crate) retry_after: Option<Millis>,
    /// Whether it is a web page: what captive portals answer.
    pub(crate) is_page: bool,
    pub(crate) body: Vec<u8>,
}

/// A connection to one origin, kept open between calls.
pub(crate) struct Transport {
    client: Client,
    address: Address,
    env: Arc<dyn Env>,
}

impl Transport {
    pub(crate) fn new(
        address: Address,
        env: Arc<dyn Env>,
        resolver: Option<Arc<dyn Resolve>>,
    ) -> Result<Self> {
        let failed = |source: BoxError| Error::Store {
            what: "no secure connections can be made on this machine".into(),
            help: "install the system's root certificates (often `ca-certificates`)".into(),
            source: Some(source),
        };
        let tls = tls(&address).map_err(failed)?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            // A redirect could carry a token to another host; see `of_status`.
            .redirect(redirect::Policy::none())
            .https_only(!address.is_loopback())
            .http1_only()
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT)
            .user_agent(AGENT);
        if address.is_loopback() {
            // What is meant for this machine must not pass through a proxy, nor must a
            // name service say where `localhost` is.
            let here = [
                SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
            ];
            builder = builder.no_proxy().resolve_to_addrs("localhost", &here);
        }
        if let Some(resolver) = resolver {
            builder = builder.dns_resolver(resolver);
        }
        let client = builder.build().map_err(|it| failed(Box::new(it)))?;
        Ok(Self { client, address, env })
    }

    /// Posts a JSON text.
    pub(crate) async fn post(
        &self,
        path: &str,
        body: Vec<u8>,
        token: Option<&SecretString>,
    ) -> Result<Received, Fault> {
        let sending = body.len() as u64 * SECOND / SLOWEST;
        let mut request = self
            .client
            .post(self.address.join(path))
            .header(CONTENT_TYPE, "application/json")
            .header("Convex-Client", AGENT)
            .body(body);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, bearer(token)?);
        }
        let answer = self.within(FIRST_BYTE + sending, request.send()).await?;
        let answer = answer.map_err(|it| fault::broken(&it))?;
        self.receive(answer).await
    }

    /// A request that is still to be sent, and bears no token.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.address.join(path)).header("Convex-Client", AGENT)
    }

    async fn receive(&self, mut answer: Response) -> Result<Received, Fault> {
        let status = answer.status().as_u16();
        let headers = answer.headers();
        let date = text(headers, DATE.as_str()).and_then(date);
        let retry_after = self.retry_after(headers, date);
        let kind = text(headers, CONTENT_TYPE.as_str()).unwrap_or_default();
        let mut is_page = kind.to_ascii_lowercase().contains("html");
        let mut body = Vec::new();
        let start = self.env.monotonic();
        loop {
            // A body that trickles is cut off by the same rule as one that stands still.
            let earned = GRACE + body.len() as u64 * SECOND / SLOWEST;
            let left = earned.saturating_sub(self.env.monotonic().saturating_sub(start));
            let part = self.within(left, answer.chunk()).await?.map_err(|it| fault::broken(&it))?;
            let Some(part) = part else { break };
            if body.len() + part.len() > LARGEST {
                return Err(Fault::BadAnswer(format!("it is longer than {LARGEST} bytes")));
            }
            body.extend_from_slice(&part);
        }
        is_page |= body.trim_ascii_start().first() == Some(&b'<');
        Ok(Received { status, date, retry_after, is_page, body })
    }

    /// Waits for at most `length` milliseconds.
    async fn within<T>(&self, length: Millis, job: impl Future<Output = T>) -> Result<T, Fault> {
        match select(std::pin::pin!(job), self.env.sleep(length)).await {
            Either::Left((done, _)) => Ok(done),
            Either::Right(_) => {
                Err(Fault::unavailable("the connection is too slow or stands still"))
            }
        }
    }

    /// When the service wants to be asked again, in milliseconds from now.
    fn retry_after(&self, headers: &HeaderMap, now: Option<Millis>) -> Option<Millis> {
        let text = text(headers, RETRY_AFTER.as_str())?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(seconds.saturating_mul(SECOND));
        }
        let now = now.unwrap_or_else(|| self.env.wall());
        date(text).map(|it| it.saturating_sub(now))
    }
}

/// Certificates are checked as the system does; to this machine there are none to check,
/// and none need to be installed.
fn tls(address: &Address) -> Result<ClientConfig, BoxError> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = if address.is_loopback() {
        builder.with_root_certificates(RootCertStore::empty())
    } else {
        builder.with_platform_verifier()?
    };
    Ok(builder.with_no_client_auth())
}

/// A token that cannot be written into a header is not one that a service issued.
fn bearer(token: &SecretString) -> Result<HeaderValue, Fault> {
    let value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()));
    let mut value = value.map_err(|_| Fault::Unauthenticated)?;
    value.set_sensitive(true);
    Ok(value)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn date(text: &str) -> Option<Millis> {
    let time = httpdate::parse_http_date(text).ok()?;
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    Millis::try_from(since.as_millis()).ok()
}
