//! The server: on this machine alone, with limits on what it takes.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, http::StatusCode};
use bytes::Bytes;
use driftline_core::{Env, Millis};
use driftline_private::is_foreign;
use driftline_reading::Reading;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use jiff::tz::TimeZone;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::timeout,
};
use tower::ServiceExt as _;

use crate::{
    Error, Host, Result,
    answer::{self, Answer},
    app::{App, Traded},
    crowd::{Crowd, Shown},
    follow,
    guard::{Asker, Guard},
    key::Keys,
    live::Live,
    patient::Patient,
    routes,
    standing::Standing,
    watch::{self, Seen},
};

/// How long the head of a request may take to arrive, and how long its body: a program of
/// this machine needs no time for either.
const PART: Duration = Duration::from_secs(5);
/// What a form may weigh.
const BODY: usize = 1 << 20;
/// How long a whole request may take to be answered.
const WHOLE: Duration = Duration::from_secs(60);
/// How long connections may take to end once the program does.
const GOODBYE: Millis = 300;

/// What a server is made of.
pub struct Options {
    /// What people read.
    pub reading: Reading,
    /// Time and randomness.
    pub env: Arc<dyn Env>,
    /// The rest of the program.
    pub host: Arc<dyn Host>,
    /// Where the person is.
    pub zone: TimeZone,
    /// The port; 0 for any that is free.
    pub port: u16,
}

/// A server that listens, and answers once it [runs](Self::run).
pub struct Server {
    listener: TcpListener,
    app: Arc<App>,
    traded: Option<mpsc::UnboundedReceiver<Traded>>,
}

/// The way in.
#[derive(Clone)]
pub struct Door {
    app: Arc<App>,
}

impl Door {
    /// The address of a page, with a code that lets one browser in, once and within a
    /// minute.
    pub fn link(&self, path: &str) -> String {
        self.app.link(path)
    }

    /// What a later start of the program shows to be given such an address, see
    /// [`knock`](crate::knock). Whoever has it can read everything.
    pub fn secret(&self) -> &str {
        self.app.keys.door()
    }
}

impl Server {
    /// Listens on this machine, for this machine.
    ///
    /// # Errors
    /// [`Error::Listen`] if the port is taken.
    pub async fn bind(options: Options) -> Result<Self> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let unusable = |source| Error::Listen { address: wanted.to_string(), source };
        let listener = TcpListener::bind(wanted).await.map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        let Options { reading, env, host, zone, port: _ } = options;
        let keys = Keys::new(env.clone());
        let guard = Guard::new(address.port());
        let (live, standing) = (Live::new(), Standing::default());
        let (sender, traded) = mpsc::unbounded_channel();
        let app =
            App { reading, env, host, zone, keys, live, standing, address, guard, traded: sender };
        Ok(Self { listener, app: Arc::new(app), traded: Some(traded) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.app.address
    }

    /// The way in.
    pub fn door(&self) -> Door {
        Door { app: self.app.clone() }
    }

    /// What becomes of the codes of [`Door::link`], in order, for whoever asks first.
    pub fn traded(&mut self) -> mpsc::UnboundedReceiver<Traded> {
        self.traded.take().unwrap_or_else(|| mpsc::unbounded_channel().1)
    }

    /// Answers until `end` is there, and lets what is being answered come to its end.
    pub async fn run(self, end: impl Future<Output = ()> + Send) {
        let graceful = GracefulShutdown::new();
        let routers = Routers {
            all: routes::router(self.app.clone()),
            way_in: routes::way_in(self.app.clone()),
        };
        let watching = tokio::spawn(watch::watch(self.app.clone(), Seen::now(&self.app)));
        let following = tokio::spawn(follow::follow(self.app.clone()));
        // Those that do not come to their end in time end with this call.
        let mut connections = JoinSet::new();
        tokio::select! {
            () = self.accept(&routers, &graceful, &mut connections) => (),
            () = end => (),
        }
        watching.abort();
        following.abort();
        self.app.live.end();
        tokio::select! {
            () = graceful.shutdown() => (),
            () = self.app.env.sleep(GOODBYE) => (),
        }
    }

    async fn accept(
        &self,
        routers: &Routers,
        graceful: &GracefulShutdown,
        connections: &mut JoinSet<()>,
    ) {
        let mut crowd = Crowd::default();
        loop {
            let (stream, peer) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    self.app.env.sleep(100).await;
                    continue;
                }
            };
            while connections.try_join_next().is_some() {}
            if is_foreign(peer, self.app.address) {
                tracing::warn!("another user of this machine was refused");
                continue;
            }
            let shown = Shown::default();
            let (app, routers, watcher) = (self.app.clone(), routers.clone(), graceful.watcher());
            let task = connections.spawn(serve(app, routers, stream, shown.clone(), watcher));
            crowd.add(shown, task);
        }
    }
}

/// Where requests go.
#[derive(Clone)]
struct Routers {
    /// Those of this program's pages.
    all: Router,
    /// Those that come from elsewhere.
    way_in: Router,
}

/// Serves one connection.
async fn serve(app: Arc<App>, routers: Routers, stream: TcpStream, shown: Shown, watcher: Watcher) {
    let service = service_fn(move |request| {
        let (app, routers, shown) = (app.clone(), routers.clone(), shown.clone());
        async move { Ok::<_, Infallible>(answer::guarded(reply(&app, routers, shown, request).await)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PART)
        .serve_connection(TokioIo::new(Patient::new(stream)), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke off");
    }
}

async fn reply(
    app: &App,
    routers: Routers,
    shown: Shown,
    request: hyper::Request<Incoming>,
) -> Answer {
    let (mut head, body) = request.into_parts();
    let router = match app.guard.check(&head) {
        Ok(Asker::Here) => routers.all,
        Ok(Asker::Elsewhere) => routers.way_in,
        Err(refused) => return answer::text(refused.0, refused.1),
    };
    let body = match whole(body).await {
        Ok(body) => body,
        Err((status, what)) => return answer::text(status, what),
    };
    head.extensions.insert(shown);
    let request = hyper::Request::from_parts(head, Body::from(body));
    match timeout(WHOLE, router.oneshot(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(never)) => match never {},
        Err(_) => answer::text(StatusCode::REQUEST_TIMEOUT, "this took too long; try again"),
    }
}

/// All of a body, or why there is none.
async fn whole(body: Incoming) -> std::result::Result<Bytes, (StatusCode, &'static str)> {
    match timeout(PART, Limited::new(body, BODY).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err((StatusCode::PAYLOAD_TOO_LARGE, "this is too much; send less"))
        }
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "the request broke off; try again")),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "the request did not come in time; try again")),
    }
}
