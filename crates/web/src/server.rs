//! The server: on this machine alone, with limits on what it takes.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, http::StatusCode};
use driftline_core::{Env, Millis};
use driftline_reading::Reading;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::tz::TimeZone;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tower::ServiceExt as _;

use crate::{
    Error, Host, Result,
    answer::{self, Answer},
    follow,
    guard::Guard,
    key::Keys,
    live::{self, Live, Seen},
    routes,
    standing::Standing,
};

/// How many connections are served at once. A browser opens six.
const CONNECTIONS: usize = 64;
/// How long the head of a request may take to arrive.
const HEAD: Duration = Duration::from_secs(10);
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

/// What every request is answered from.
pub(crate) struct App {
    pub(crate) reading: Reading,
    pub(crate) env: Arc<dyn Env>,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) zone: TimeZone,
    pub(crate) keys: Keys,
    pub(crate) live: Live,
    pub(crate) standing: Standing,
    pub(crate) address: SocketAddr,
    guard: Guard,
}

impl App {
    /// The address of a page, with a code that lets one browser in.
    pub(crate) fn link(&self, path: &str) -> String {
        let path = if path.starts_with('/') { path } else { "/" };
        format!("http://{}{path}#code={}", self.address, self.keys.code())
    }
}

/// A server that listens, and answers once it [runs](Self::run).
pub struct Server {
    listener: TcpListener,
    app: Arc<App>,
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
        let app = App { reading, env, host, zone, keys, live, standing, address, guard };
        Ok(Self { listener, app: Arc::new(app) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.app.address
    }

    /// The way in.
    pub fn door(&self) -> Door {
        Door { app: self.app.clone() }
    }

    /// Answers until `end` is there, and lets what is being answered come to its end.
    pub async fn run(self, end: impl Future<Output = ()> + Send) {
        let (stop, stopped) = watch::channel(false);
        let router = routes::router(self.app.clone());
        let watching = tokio::spawn(live::watch(self.app.clone(), Seen::now(&self.app)));
        let following = tokio::spawn(follow::follow(self.app.clone()));
        let mut connections = JoinSet::new();
        tokio::select! {
            () = self.accept(&router, &stopped, &mut connections) => (),
            () = end => (),
        }
        watching.abort();
        following.abort();
        self.app.live.end();
        // Nobody listens any more if all connections have ended.
        let _ = stop.send(true);
        let ended = async { while connections.join_next().await.is_some() {} };
        tokio::select! {
            () = ended => (),
            () = self.app.env.sleep(GOODBYE) => (),
        }
    }

    async fn accept(
        &self,
        router: &Router,
        stopped: &watch::Receiver<bool>,
        connections: &mut JoinSet<()>,
    ) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            // Nobody closes the semaphore.
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let stream = match self.listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    self.app.env.sleep(100).await;
                    continue;
                }
            };
            while connections.try_join_next().is_some() {}
            let (app, router, stopped) = (self.app.clone(), router.clone(), stopped.clone());
            connections.spawn(async move {
                serve(app, router, stream, stopped).await;
                drop(place);
            });
        }
    }
}

/// Serves one connection.
async fn serve(
    app: Arc<App>,
    router: Router,
    stream: TcpStream,
    mut stopped: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| {
        let (app, router) = (app.clone(), router.clone());
        async move { Ok::<_, Infallible>(answer::guarded(reply(&app, router, request).await)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

async fn reply(app: &App, router: Router, request: hyper::Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    if let Err(refused) = app.guard.check(&head) {
        return answer::text(refused.0, refused.1);
    }
    let request = hyper::Request::from_parts(head, Body::new(body));
    match tokio::time::timeout(WHOLE, router.oneshot(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(never)) => match never {},
        Err(_) => answer::text(StatusCode::REQUEST_TIMEOUT, "this took too long; try again"),
    }
}
