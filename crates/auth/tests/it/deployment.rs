//! Signing in for real, at the local deployment and its fake GitHub and Google, by
//! following redirects with cookies as a browser does.

#![allow(clippy::print_stderr, reason = "these are tests")]

use std::{collections::BTreeMap, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use driftline_auth::{
    Calls, Error, FileGate, FileVault, Http, Origin, ProviderPlugin, Saved, Session, SignIn, Site,
    State, Tokens, Vault, fetch_picture,
};
use driftline_core::{Env, ExposeSecret, TokenSource};
use driftline_deployment::{Deployment, Options, Visitor};
use driftline_testing::Clock;
use reqwest::{
    Client,
    header::{COOKIE, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use url::Url;

struct Place {
    deployment: Deployment,
    folder: tempfile::TempDir,
    env: Arc<dyn Env>,
    http: Arc<Http>,
}

impl Place {
    async fn new() -> Self {
        Self::of("*").await
    }

    /// A deployment of `people`.
    async fn of(people: &str) -> Self {
        // For the clients of these tests; the program's own names its provider itself.
        let _by_another_test = rustls::crypto::ring::default_provider().install_default();
        let inside = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
        let (inside, people) = (Some(inside), Some(people.to_owned()));
        let options = Options { inside, people, ..Options::default() };
        let env: Arc<dyn Env> = Arc::new(Clock::running(7, 1_700_000_000_000));
        Self {
            deployment: Deployment::start(options).await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
            http: Arc::new(Http::new(env.clone()).unwrap()),
            env,
        }
    }

    fn origin(&self) -> Origin {
        Origin::parse(self.deployment.url()).unwrap()
    }

    fn sign_in(&self) -> SignIn {
        let site = Site::of(&self.origin(), Some(self.deployment.site_url())).unwrap();
        SignIn::new(self.origin(), site, self.http.clone(), self.env.clone())
    }

    fn session(&self) -> Session {
        self.session_in(self.folder.path())
    }

    fn session_in(&self, folder: &Path) -> Session {
        Session::new(
            Calls::new(self.origin(), self.http.clone()),
            Arc::new(FileVault::new(folder)),
            Arc::new(FileGate::new(folder)),
            self.env.clone(),
        )
    }

    async fn visit(&self, account: &str) {
        self.deployment.set_visitor(&Visitor::Account(account.into())).await.unwrap();
    }

    async fn with_browser(&self, provider: &str) -> Result<Tokens, Error> {
        let provider = ProviderPlugin::named(provider).unwrap();
        let open = |page: &Url| drop(tokio::spawn(browse(page.clone())));
        self.sign_in().with_browser(provider, "Ada's <laptop>", open).await
    }

    async fn person(&self, tokens: &Tokens) -> String {
        self.sign_in().calls().me(&tokens.access).await.unwrap().unwrap().person
    }
}

/// When a token was made, in milliseconds since 1970.
fn issued_at(token: &str) -> i64 {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    claims["iat"].as_i64().unwrap() * 1_000
}

/// Follows redirects as a browser does, agrees where it is asked, and returns the last page.
async fn browse(page: Url) -> String {
    let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let mut jar: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut page = page;
    for _ in 0..10 {
        let host = page.authority().to_owned();
        let cookies = jar.iter().filter(|(key, _)| key.0 == host);
        let cookies: Vec<_> = cookies.map(|(key, value)| format!("{}={value}", key.1)).collect();
        let answer =
            client.get(page.clone()).header(COOKIE, cookies.join("; ")).send().await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            jar.insert((host.clone(), name.to_owned()), value.to_owned());
        }
        if let Some(next) = answer.headers().get(LOCATION) {
            // A code goes to a device only when somebody has said so.
            let next = page.join(next.to_str().unwrap()).unwrap();
            assert!(!next.as_str().contains("127.0.0.1") || !is_callback(&next), "{next}");
            page = next;
            continue;
        }
        let text = answer.text().await.unwrap();
        let Some((_, link)) = text.split_once("id=\"go\" href=\"") else { return text };
        assert!(text.contains("Ada&#39;s &#60;laptop&#62;"), "{text}");
        page = Url::parse(&link.split('"').next().unwrap().replace("&#38;", "&")).unwrap();
    }
    panic!("too many redirects")
}

fn is_callback(page: &Url) -> bool {
    page.path() == "/callback" && page.query().is_some_and(|it| it.contains("&code="))
}

#[tokio::test]
async fn a_deployment_is_its_peoples_by_whatever_way_somebody_comes() {
    let place = Place::of("github:1001, google:1002").await;
    place.visit("1001").await;
    let ada = place.with_browser("github").await.unwrap();
    assert_eq!(place.person(&ada).await, "github:1001");
    let refused = |came: Result<Tokens, Error>, person: &str| {
        let error = came.err().unwrap();
        let text = error.to_string();
        assert_eq!(error.code(), "not_invited", "{text}");
        assert!(text.contains(person) && text.contains("DRIFTLINE_PEOPLE"), "{text}");
    };
    refused(place.with_browser("google").await, "google:1001");
    place.visit("1002").await;
    refused(place.with_browser("github").await, "github:1002");
    place.with_browser("google").await.unwrap();
    let provider = ProviderPlugin::named("github").unwrap();
    let attempt = place.sign_in().with_code(provider).await.unwrap();
    let page = browse(attempt.page().clone()).await;
    assert!(page.contains("github:1002") && !page.contains("id=\"code\""), "{page}");
    let show = |code: &str, page: &Url| {
        let mut page = page.clone();
        page.query_pairs_mut().append_pair("user_code", code);
        drop(tokio::spawn(browse(page)));
    };
    refused(place.sign_in().with_device(provider, show).await, "github:1002");
}

#[tokio::test]
async fn the_first_owns_a_deployment_that_lists_nobody() {
    let place = Place::of("").await;
    place.visit("1001").await;
    let ada = place.with_browser("github").await.unwrap();
    let me = place.sign_in().calls().me(&ada.access).await.unwrap().unwrap();
    assert_eq!(me.login.as_deref(), Some("person-1001"));
    place.visit("1002").await;
    let refused = place.with_browser("github").await.err().unwrap();
    assert_eq!(refused.code(), "not_invited", "{refused}");
    place.visit("1001").await;
    place.with_browser("github").await.unwrap();
}

#[tokio::test]
async fn a_browser_signs_in_with_either_provider_and_they_are_two_people() {
    let place = Place::new().await;
    place.visit("1001").await;
    let github = place.with_browser("github").await.unwrap();
    assert_eq!(place.person(&github).await, "github:1001");
    let google = place.with_browser("google").await.unwrap();
    assert_eq!(place.person(&google).await, "google:1001");
    let again = place.with_browser("github").await.unwrap();
    assert_eq!(place.person(&again).await, "github:1001");
    // Her picture is where a provider of this machine serves it.
    let me = place.sign_in().calls().me(&again.access).await.unwrap().unwrap();
    let (origin, provider) = (place.origin(), ProviderPlugin::named("github").unwrap());
    let picture = fetch_picture(&place.http, &origin, provider, &me.image.unwrap()).await.unwrap();
    assert_eq!(picture.kind, "gif");
}

#[tokio::test]
async fn a_refusal_and_a_wrong_name_change_nothing() {
    let place = Place::new().await;
    place.deployment.set_visitor(&Visitor::Deny).await.unwrap();
    assert!(matches!(place.with_browser("github").await, Err(Error::Denied)));
    assert!(ProviderPlugin::named("gitlab").is_err());
    assert_eq!(place.session().state().await.unwrap(), State::SignedOut);
}

#[tokio::test]
async fn a_code_that_a_page_shows_can_be_typed_once_and_by_its_terminal_alone() {
    let place = Place::new().await;
    place.visit("1002").await;
    let provider = ProviderPlugin::named("google").unwrap();
    let sign_in = place.sign_in();
    let attempt = sign_in.with_code(provider).await.unwrap();
    let other = sign_in.with_code(provider).await.unwrap();
    let page = browse(attempt.page().clone()).await;
    let code = page.split("<strong id=\"code\">").nth(1).unwrap().split('<').next().unwrap();
    for wrong in ["", "1", "12345678", "x2345678", "123456789", "1 2 3"] {
        assert!(matches!(sign_in.typed(&attempt, wrong).await, Err(Error::WrongCode)), "{wrong}");
    }
    assert!(matches!(sign_in.typed(&other, code).await, Err(Error::WrongCode)));
    let tokens = sign_in.typed(&attempt, &format!(" {code}\n")).await.unwrap();
    assert_eq!(place.person(&tokens).await, "google:1002");
    assert!(matches!(sign_in.typed(&attempt, code).await, Err(Error::WrongCode)));
}

#[tokio::test]
async fn a_session_is_kept_renewed_and_ended() {
    let place = Place::new().await;
    place.visit("1003").await;
    let tokens = place.with_browser("github").await.unwrap();
    let session = place.session();
    session.keep(tokens.clone()).await.unwrap();
    assert_eq!(session.state().await.unwrap(), State::SignedIn);

    // Another process of the profile has the same, and renews it for both.
    let other = place.session();
    let first = other.access().await.unwrap().unwrap();
    assert_eq!(first.expose_secret(), tokens.access.expose_secret());
    // Two hours later, by the deployment's clock alone, it has expired there.
    let later = issued_at(first.expose_secret()) + 2 * 3_600_000;
    place.deployment.set_clock(Some(later)).await.unwrap();
    assert!(place.sign_in().calls().me(&first).await.unwrap().is_none());
    let second = other.another(&first).await.unwrap().unwrap();
    assert_ne!(first.expose_secret(), second.expose_secret());
    let found = session.another(&first).await.unwrap().unwrap();
    assert_eq!(found.expose_secret(), second.expose_secret());

    // Another origin gets nothing.
    let elsewhere = session.token("http://127.0.0.1:1").await.unwrap();
    assert!(elsewhere.is_none());
    let here = session.token(&place.origin().to_string()).await.unwrap();
    assert!(here.is_some());

    assert!(session.sign_out().await.unwrap());
    assert_eq!(other.state().await.unwrap(), State::SignedOut);
    assert!(other.another(&second).await.unwrap().is_none());
    assert!(place.sign_in().calls().me(&second).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_that_is_over_says_so_and_an_outage_does_not() {
    let place = Place::new().await;
    place.visit("1004").await;
    let session = place.session();
    session.keep(place.with_browser("github").await.unwrap()).await.unwrap();
    let token = session.access().await.unwrap().unwrap();
    let fault =
        driftline_deployment::Fault::once("auth:signIn", driftline_deployment::Effect::DropAfter);
    place.deployment.add_faults(&[fault]).await.unwrap();
    // The answer is lost after the deployment has rotated.
    let lost = session.another(&token).await;
    assert!(matches!(lost, Err(Error::Unreachable { .. })));
    assert_eq!(session.state().await.unwrap(), State::SignedIn);
    let token = session.another(&token).await.unwrap().unwrap();
    assert!(place.sign_in().calls().me(&token).await.unwrap().is_some());

    place.deployment.wipe().await.unwrap();
    assert!(session.another(&token).await.unwrap().is_none());
    assert_eq!(session.state().await.unwrap(), State::Ended);
}

/// A copy of the tokens, used on another machine: whoever comes second shows what was used,
/// and then nobody is signed in any more. That is what single use is for.
#[tokio::test]
async fn a_refresh_token_that_was_used_elsewhere_ends_the_session_for_both() {
    let place = Place::new().await;
    place.visit("1006").await;
    let tokens = place.with_browser("github").await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let (session, thief) = (place.session(), place.session_in(elsewhere.path()));
    session.keep(tokens.clone()).await.unwrap();
    FileVault::new(elsewhere.path())
        .save(&place.origin(), &Saved::now(tokens.clone(), place.env.wall()))
        .await
        .unwrap();
    let start = issued_at(tokens.access.expose_secret());
    let mut mine = tokens.access.clone();
    for hour in 1..=2 {
        place.deployment.set_clock(Some(start + hour * 3_700_000)).await.unwrap();
        mine = session.another(&mine).await.unwrap().unwrap();
    }
    assert!(thief.another(&tokens.access).await.unwrap().is_none());
    assert_eq!(thief.state().await.unwrap(), State::Ended);
    place.deployment.set_clock(Some(start + 3 * 3_700_000)).await.unwrap();
    assert!(session.another(&mine).await.unwrap().is_none());
    assert_eq!(session.state().await.unwrap(), State::Ended);
}

#[tokio::test]
async fn a_code_typed_at_github_signs_in_the_same_person() {
    let place = Place::new().await;
    place.visit("1005").await;
    let provider = ProviderPlugin::named("github").unwrap();
    let show = |code: &str, page: &Url| {
        let mut page = page.clone();
        page.query_pairs_mut().append_pair("user_code", code);
        drop(tokio::spawn(browse(page)));
    };
    let tokens = place.sign_in().with_device(provider, show).await.unwrap();
    assert_eq!(place.person(&tokens).await, "github:1005");
    let google = ProviderPlugin::named("google").unwrap();
    let error = place.sign_in().with_device(google, |_, _| ()).await;
    assert!(error.is_err_and(|it| it.to_string().contains("typed code")));
}
