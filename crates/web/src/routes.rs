//! Where requests go: one table of pages, one of actions, one of files, and a handful of
//! addresses of the shell itself.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::{RawPathParams, RawQuery, State},
    http::{HeaderMap, StatusCode},
    middleware::{self, Next},
    routing::{MethodRouter, get, post},
};
use driftline_conversation::Patience;
use driftline_core::Millis;

use crate::{
    Error, Form, Request, Result,
    actions::{ACTIONS, Action},
    answer::{self, Answer},
    app::{App, Traded},
    assets, compress,
    crowd::Shown,
    guard::FOREIGN,
    key::Verdict,
    pages::{FILES, File, PAGES, Page},
    parts,
    query::Pairs,
    shell, watch,
};

/// How long a page may take to be worked out.
const PAGE: Millis = 10_000;
/// How long a file or what somebody does may take.
const LONG: Millis = 50_000;
const KEY: &str = "x-driftline-key";
const DOOR: &str = "x-driftline-door";

/// Something that can be asked for, as the tests of the guard want to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with `{name}` for what varies.
    pub path: String,
    /// Whether it asks for the secret.
    pub secret: bool,
}

/// Everything that can be asked for.
pub fn routes() -> Vec<Route> {
    let open = |method, path: &str| Route { method, path: path.to_owned(), secret: false };
    let secret = |method, path: String| Route { method, path, secret: true };
    let mut routes = vec![
        open("GET", "/assets/app.js"),
        open("GET", "/assets/app.css"),
        open("GET", "/no/such/page"),
        open("POST", "/key"),
        open("POST", "/door"),
        secret("GET", "/events".into()),
        secret("GET", "/fragment/no/such/page".into()),
    ];
    for page in PAGES {
        routes.push(open("GET", page.path));
        routes.push(secret("GET", format!("/fragment{}", page.path)));
    }
    routes.extend(FILES.iter().map(|it| secret("GET", format!("/file{}", it.path))));
    routes.extend(ACTIONS.iter().map(|it| secret("POST", format!("/action{}", it.path))));
    routes
}

/// The same as a router.
pub(crate) fn router(app: Arc<App>) -> Router {
    let mut secret = Router::new()
        .route("/events", get(watch::events))
        .route("/fragment/{*path}", get(async || answer::failed_page(&missing())));
    let open = shells()
        .route("/assets/app.js", get(|| fixed("text/javascript; charset=utf-8", assets::script())))
        .route("/assets/app.css", get(|| fixed("text/css; charset=utf-8", assets::style())))
        .route("/key", post(trade))
        .route("/door", post(door));
    for page in PAGES {
        secret = secret.route(&format!("/fragment{}", page.path), shown(page));
    }
    for file in FILES {
        secret = secret.route(&format!("/file{}", file.path), served(file));
    }
    for action in ACTIONS {
        secret = secret.route(&format!("/action{}", action.path), done(action));
    }
    let secret = secret.route_layer(middleware::from_fn_with_state(app.clone(), keyed));
    open.merge(secret)
        .fallback(async |app: State<Arc<App>>| shell_of(&app, StatusCode::NOT_FOUND))
        .layer(compress::layer())
        .with_state(app)
}

/// The part of it that whoever comes from another page may see.
pub(crate) fn way_in(app: Arc<App>) -> Router {
    shells().fallback(async || answer::text(FOREIGN.0, FOREIGN.1)).with_state(app)
}

/// The page without contents, under the address of every page.
fn shells() -> Router<Arc<App>> {
    PAGES.iter().fold(Router::new(), |router, page| {
        router.route(page.path, get(async |app: State<Arc<App>>| shell_of(&app, StatusCode::OK)))
    })
}

fn shell_of(app: &App, status: StatusCode) -> Answer {
    answer::page(status, shell::shell(&app.host.opening()))
}

fn missing() -> Error {
    Error::NotFound("there is no page at this address".into())
}

async fn fixed(media: &'static str, text: &'static str) -> Answer {
    std::future::ready(answer::of(StatusCode::OK, media, text)).await
}

/// Lets only requests with the secret of this run through.
async fn keyed(State(app): State<Arc<App>>, request: axum::extract::Request, next: Next) -> Answer {
    match app.keys.judge(header(request.headers(), KEY)) {
        Verdict::Right => {
            if let Some(it) = request.extensions().get::<Shown>() {
                it.set();
            }
            next.run(request).await
        }
        it => refused(it),
    }
}

/// Trades a code for the secret.
async fn trade(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    let form = Form::parse(&body);
    let code = form.get("code").unwrap_or_default();
    let traded = app.keys.trade(code);
    let news = match traded {
        Ok(_) => Some(Traded::Now { code: code.to_owned() }),
        Err(Verdict::Used) => Some(Traded::Again),
        Err(Verdict::Late) => Some(Traded::Late),
        Err(_) => None,
    };
    if let Some(news) = news {
        app.tell(news);
    }
    match traded {
        Ok(secret) => answer::text(StatusCode::OK, secret),
        Err(it) => refused(it),
    }
}

/// Gives a later start of the program an address with a fresh code.
async fn door(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Answer {
    match app.keys.judge_door(header(&headers, DOOR)) {
        Verdict::Right => {
            let form = Form::parse(&body);
            answer::text(StatusCode::OK, app.link(form.get("path").unwrap_or("/")))
        }
        it => refused(it),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
}

fn refused(verdict: Verdict) -> Answer {
    match verdict {
        Verdict::TooMany => answer::text(
            StatusCode::TOO_MANY_REQUESTS,
            "too many wrong keys; wait a minute, then open the page from the program",
        ),
        _ => answer::text(StatusCode::UNAUTHORIZED, "open this page from the program"),
    }
}

fn shown(page: &'static Page) -> MethodRouter<Arc<App>> {
    get(async move |app: State<Arc<App>>, given: RawPathParams, query: RawQuery| {
        let ask = Ask::new(page.path, &given, query);
        let outcome = ask.on_a_thread(app.0, PAGE, |request| {
            let fragment = (page.show)(request)?;
            Ok(answer::fragment(&fragment, &parts::shared(request)?))
        });
        outcome.await.unwrap_or_else(|error| answer::failed_page(&error))
    })
}

fn served(file: &'static File) -> MethodRouter<Arc<App>> {
    get(async move |app: State<Arc<App>>, given: RawPathParams, query: RawQuery| {
        let ask = Ask::new(file.path, &given, query);
        let outcome =
            ask.on_a_thread(app.0, LONG, |request| Ok(answer::download((file.serve)(request)?)));
        outcome.await.unwrap_or_else(|error| answer::text(error.status(), error))
    })
}

fn done(action: &'static Action) -> MethodRouter<Arc<App>> {
    post(async move |app: State<Arc<App>>, given: RawPathParams, query: RawQuery, body: Bytes| {
        let ask = Ask::new(action.path, &given, query);
        let form = Form::parse(&body);
        let outcome = ask.on_a_thread(app.0, LONG, move |request| {
            Ok(answer::outcome(&(action.run)(request, &form)?))
        });
        outcome.await.unwrap_or_else(|error| answer::failed_action(&error))
    })
}

/// Says that nobody waits for an answer any more.
struct Left(Arc<AtomicBool>);

impl Drop for Left {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What of a request a page may know.
struct Ask {
    path: String,
    parameters: Vec<(String, String)>,
    query: Pairs,
}

impl Ask {
    fn new(pattern: &str, given: &RawPathParams, query: RawQuery) -> Self {
        let parameters: Vec<_> =
            given.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let filled = |it: &str| match it.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            Some(name) => {
                let value = parameters.iter().find(|(it, _)| it == name).map(|(_, it)| it.as_str());
                url::form_urlencoded::byte_serialize(value.unwrap_or_default().as_bytes()).collect()
            }
            None => it.to_owned(),
        };
        let path = pattern.split('/').map(filled).collect::<Vec<_>>().join("/");
        Self { path, parameters, query: Pairs::parse(query.0.unwrap_or_default().as_bytes()) }
    }

    /// Runs `job` where waiting for the database keeps nobody else waiting.
    async fn on_a_thread(
        self,
        app: Arc<App>,
        length: Millis,
        job: impl FnOnce(&Request<'_>) -> Result<Answer> + Send + 'static,
    ) -> Result<Answer> {
        // Whoever asked and went away (a page that is shown again, a tab that is closed, the
        // end of the program) drops this, and the job gives up at its next look.
        let left = Left(Arc::default());
        let patience = Patience::of(app.env.clone(), length, left.0.clone());
        let run = move || {
            let reading = app.reading.within(&patience);
            job(&Request {
                replica: reading.replica(),
                reading: &reading,
                profile: app.host.profile(),
                host: &*app.host,
                now: app.env.wall(),
                zone: &app.zone,
                standing: &app.standing,
                monotonic: app.env.monotonic(),
                path: &self.path,
                parameters: self.parameters,
                query: self.query,
            })
        };
        match tokio::task::spawn_blocking(run).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::error!(%error, "a page failed");
                Err(Error::Host("this page failed; the program's messages say more".into()))
            }
        }
    }
}
