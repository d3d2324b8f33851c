//! HTTP for real: certificates as the system checks them, no redirects, no proxy to this
//! machine, deadlines, and bodies of a bounded size. Nothing here knows what the texts mean.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use async_trait::async_trait;
use driftline_core::{BoxError, Env, ExposeSecret, Millis, SecretString};
use futures_util::future::{Either, select};
use reqwest::{
    ClientBuilder, RequestBuilder, Response,
    dns::Resolve,
    header::{
        ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
    },
    redirect, retry,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;
use url::Url;

use crate::{Answer, Body, Error, Fault, Origin, Result, Transport};

const SECOND: Millis = 1_000;
/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest wait for the first byte, besides the time that sending takes.
const FIRST_BYTE: Millis = 60 * SECOND;
/// How long a body may take besides what its length allows.
const GRACE: Millis = 30 * SECOND;
/// Bytes in a second that any connection must manage in either direction.
const SLOWEST: u64 = 8 << 10;
/// What the service is told about this program.
const AGENT: &str = concat!("driftline-", env!("CARGO_PKG_VERSION"));

/// What an answer may cost, besides the pace that is asked of every connection.
struct Bounds {
    /// Bytes of a body.
    largest: usize,
    /// How long a whole call may take, where that is known before.
    whole: Option<Millis>,
}

/// For signing in. Answers are short; the deployment asks the provider meanwhile.
const SIGN_IN: Bounds = Bounds { largest: 256 << 10, whole: Some(30 * SECOND) };
/// For rows. The service gives 16 MiB at most, and writing those as JSON can double them.
const ROWS: Bounds = Bounds { largest: 34 << 20, whole: None };

/// Calls over the network. It must be used on a tokio runtime with I/O and timers, and with an
/// [`Env`] whose sleep takes real time.
pub struct Http {
    /// To other machines: https alone. None if it is for this machine only.
    away: Option<reqwest::Client>,
    /// To this machine: through no proxy, and no name service is asked where it is. None if it
    /// is for another machine only.
    here: Option<reqwest::Client>,
    bounds: Bounds,
    env: Arc<dyn Env>,
}

impl Http {
    /// For the few short calls of a sign-in, to whichever service.
    ///
    /// # Errors
    /// When the system has no certificates to check others by.
    pub fn new(env: Arc<dyn Env>) -> Result<Self> {
        // Between two calls a person reads and types, while nothing here notices that the
        // other side has closed the connection.
        let unused = |it: ClientBuilder| it.pool_max_idle_per_host(0);
        let build = |here| client(here, unused).map_err(Error::NoCertificates);
        Ok(Self { away: Some(build(false)?), here: Some(build(true)?), bounds: SIGN_IN, env })
    }

    /// For rows to and from `origin`, over a connection that stays open between calls.
    /// `resolver` is another way to find the machine behind a name.
    ///
    /// # Errors
    /// When the system has no certificates to check others by. For this machine it needs none.
    pub fn to(
        origin: &Origin,
        env: Arc<dyn Env>,
        resolver: Option<Arc<dyn Resolve>>,
    ) -> Result<Self> {
        let with_resolver = |it: ClientBuilder| match resolver {
            Some(resolver) => it.dns_resolver(resolver),
            None => it,
        };
        let is_here = origin.is_loopback();
        let client = client(is_here, with_resolver).map_err(Error::NoCertificates)?;
        let (away, here) = if is_here { (None, Some(client)) } else { (Some(client), None) };
        Ok(Self { away, here, bounds: ROWS, env })
    }

    /// Gets what is public at `url`, of at most `largest` bytes. No token goes along.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn get(&self, url: Url, largest: usize) -> Result<Vec<u8>, Fault> {
        let request = self.client(&url)?.get(url);
        let get = async {
            let answer = self.send(request, 0).await?;
            match answer.status().as_u16() {
                200 => self.body(answer, largest).await,
                status => Err(Fault::unavailable(format!("it answers {status}"))),
            }
        };
        self.whole(get).await
    }

    /// A request that is still to be sent, and bears no token: the beginning of a WebSocket.
    ///
    /// # Errors
    /// When `url` is not one that may be called.
    pub fn request(&self, url: Url) -> Result<RequestBuilder, Fault> {
        Ok(self.client(&url)?.get(url).header("Convex-Client", AGENT))
    }

    /// Which client calls `url`: plain http is for this machine alone.
    fn client(&self, url: &Url) -> Result<&reqwest::Client, Fault> {
        let origin = Origin::of(url).map_err(|it| Fault::unavailable(it.to_string()))?;
        let client = if origin.is_loopback() { &self.here } else { &self.away };
        client.as_ref().ok_or_else(|| Fault::unavailable("it is on another machine"))
    }

    async fn exchange(
        &self,
        url: Url,
        bearer: Option<SecretString>,
        body: Body,
    ) -> Result<Answer, Fault> {
        let (kind, body) = match &body {
            Body::Json(it) => ("application/json", it.expose_secret().to_owned()),
            Body::Form(it) => ("application/x-www-form-urlencoded", it.expose_secret().to_owned()),
        };
        let length = body.len();
        let mut request = self
            .client(&url)?
            .post(url)
            .header(CONTENT_TYPE, kind)
            .header(ACCEPT, "application/json")
            .header("Convex-Client", AGENT)
            .body(body);
        if let Some(token) = bearer {
            request = request.header(AUTHORIZATION, header(&token)?);
        }
        let answer = self.send(request, length).await?;
        let status = answer.status().as_u16();
        let date = text(answer.headers(), &DATE).and_then(date);
        let retry_after = self.retry_after(answer.headers(), date);
        let kind = text(answer.headers(), &CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
        let body = self.body(answer, self.bounds.largest).await?;
        let is_page = kind.contains("html") || body.trim_ascii_start().first() == Some(&b'<');
        Ok(Answer { status, body: body.into(), is_page, date, retry_after })
    }

    /// Sends a request with a body of `length` bytes, up to the first byte of the answer.
    async fn send(&self, request: RequestBuilder, length: usize) -> Result<Response, Fault> {
        let sending = length as u64 * SECOND / SLOWEST;
        let answer = self.within(FIRST_BYTE + sending, request.send()).await?;
        answer.map_err(|it| Fault::broken(&it))
    }

    /// Reads a body of at most `largest` bytes.
    async fn body(&self, mut answer: Response, largest: usize) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        let start = self.env.monotonic();
        loop {
            // A body that trickles is cut off by the same rule as one that stands still.
            let earned = GRACE + body.len() as u64 * SECOND / SLOWEST;
            let left = earned.saturating_sub(self.env.monotonic().saturating_sub(start));
            let part = self.within(left, answer.chunk()).await?;
            let Some(part) = part.map_err(|it| Fault::broken(&it))? else { return Ok(body) };
            if body.len() + part.len() > largest {
                return Err(Fault::BadAnswer(format!("it is longer than {largest} bytes")));
            }
            body.extend_from_slice(&part);
        }
    }

    /// Waits for at most `length` milliseconds.
    async fn within<T>(&self, length: Millis, job: impl Future<Output = T>) -> Result<T, Fault> {
        match select(pin!(job), self.env.sleep(length)).await {
            Either::Left((done, _)) => Ok(done),
            Either::Right(_) => {
                Err(Fault::unavailable("the connection is too slow or stands still"))
            }
        }
    }

    /// Waits for as long as a whole call may take.
    async fn whole<T>(
        &self,
        job: impl Future<Output = Result<T, Fault>> + Send,
    ) -> Result<T, Fault> {
        match self.bounds.whole {
            Some(length) => self.within(length, job).await?,
            None => job.await,
        }
    }

    /// When the service wants to be asked again, in milliseconds from now.
    fn retry_after(&self, headers: &HeaderMap, now: Option<Millis>) -> Option<Millis> {
        let text = text(headers, &RETRY_AFTER)?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(seconds.saturating_mul(SECOND));
        }
        let now = now.unwrap_or_else(|| self.env.wall());
        date(text).map(|it| it.saturating_sub(now))
    }
}

#[async_trait]
impl Transport for Http {
    async fn post(
        &self,
        url: Url,
        bearer: Option<SecretString>,
        body: Body,
    ) -> Result<Answer, Fault> {
        self.whole(self.exchange(url, bearer, body)).await
    }
}

/// What calls this machine (`here`), or what calls others.
fn client(
    here: bool,
    set: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<reqwest::Client, BoxError> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(here)?)
        // A redirect could carry a token to another host.
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .https_only(!here)
        .http1_only()
        .referer(false)
        .connect_timeout(CONNECT)
        .user_agent(AGENT);
    if here {
        // What is meant for this machine must not pass through a proxy, nor must a name
        // service say where `localhost` is.
        let addresses = [
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
        ];
        builder = builder.no_proxy().resolve_to_addrs("localhost", &addresses);
    }
    Ok(set(builder).build()?)
}

/// Certificates are checked as the system does; to this machine there are none to check,
/// and none need to be installed.
fn tls(here: bool) -> Result<ClientConfig, BoxError> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = if here {
        builder.with_root_certificates(RootCertStore::empty())
    } else {
        builder.with_platform_verifier()?
    };
    Ok(builder.with_no_client_auth())
}

/// A token that cannot be written into a header is not one that a service issued.
fn header(token: &SecretString) -> Result<HeaderValue, Fault> {
    let value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()));
    let mut value = value.map_err(|_| Fault::Unauthenticated)?;
    value.set_sensitive(true);
    Ok(value)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn date(text: &str) -> Option<Millis> {
    let time = httpdate::parse_http_date(text).ok()?;
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    Millis::try_from(since.as_millis()).ok()
}
