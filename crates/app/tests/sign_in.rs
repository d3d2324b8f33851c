//! The whole way of a person with the real program and the local deployment: signs in,
//! syncs two devices, is somebody else, signs out; and the tokens are found nowhere but in
//! their file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod common;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::Stdio,
};

use common::Place;
use driftline_deployment::{Deployment, Options, Visitor};
use reqwest::{
    Client, Url,
    header::{COOKIE, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use serde_json::Value;

/// Follows redirects as a browser does, and returns the last page.
async fn browse(mut page: Url) -> String {
    let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let mut jar: BTreeMap<(String, String), String> = BTreeMap::new();
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
        let Some(next) = answer.headers().get(LOCATION) else {
            return answer.text().await.unwrap();
        };
        page = page.join(next.to_str().unwrap()).unwrap();
    }
    panic!("too many redirects")
}

async fn deployment() -> Deployment {
    // For the clients of these tests; the program's own names its provider itself.
    let _by_another_test = rustls::crypto::ring::default_provider().install_default();
    let inside = Some(Path::new(env!("CARGO_MANIFEST_DIR")).to_owned());
    Deployment::start(Options { inside, ..Options::default() }).await.unwrap()
}

/// Signs in with a typed code: what the program said, and how it ended.
async fn sign_in(place: &Place, profile: &str) -> (i32, String) {
    let words = ["sign-in", "github", "--headless", "--token-file"];
    let mut command = place.command(profile, &words);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let (mut said, mut page) = (String::new(), None);
    while page.is_none() {
        let mut line = String::new();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended: {said}");
        page = line.trim().starts_with("http").then(|| Url::parse(line.trim()).unwrap());
        said += &line;
    }
    let shown = browse(page.unwrap()).await;
    let code = shown.split("<strong id=\"code\">").nth(1).unwrap().split('<').next().unwrap();
    writeln!(child.stdin.take().unwrap(), "{code}").unwrap();
    lines.read_to_string(&mut said).unwrap();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code().unwrap(), said)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

/// The tokens that a profile keeps.
fn secrets(profile: &Path) -> Vec<String> {
    let kept = files(&profile.join("tokens"));
    let kept = kept.iter().find(|it| it.extension().is_some_and(|it| it == "json")).unwrap();
    let kept: Value = serde_json::from_slice(&fs::read(kept).unwrap()).unwrap();
    let text = |name: &str| kept["tokens"][name].as_str().unwrap().to_owned();
    vec![text("token"), text("refreshToken")]
}

#[tokio::test]
async fn a_person_signs_in_syncs_and_signs_out() {
    let (place, deployment) = (Place::new(), deployment().await);
    let mut said = String::new();
    for profile in ["a", "b"] {
        place.ok(profile, &["config", "set", "remote.backend", "convex"]);
        place.ok(profile, &["config", "set", "remote.url", deployment.url()]);
        place.ok(profile, &["config", "set", "remote.site_url", deployment.site_url()]);
    }
    place.ok("a", &["add", "sessions", "name=From a"]);
    place.ok("b", &["add", "sessions", "name=From b"]);

    let ran = place.run("a", &["sync"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    for profile in ["a", "b"] {
        let (code, text) = sign_in(&place, profile).await;
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("Signed in") && text.contains("only you can read"), "{text}");
        said += &text;
    }
    for profile in ["a", "b", "a"] {
        said += &place.ok(profile, &["sync"]);
    }
    for profile in ["a", "b"] {
        let rows = place.ok(profile, &["list", "sessions"]);
        assert!(rows.contains("From a") && rows.contains("From b"), "{rows}");
        said += &place.ok(profile, &["account"]);
        said += &place.ok(profile, &["doctor"]);
    }
    assert!(said.contains("github"), "{said}");

    // Another person is refused, and what was there before still works.
    deployment.set_visitor(&Visitor::Account("1002".into())).await.unwrap();
    let (code, text) = sign_in(&place, "a").await;
    assert!(code == 4 && text.contains("--profile DIR"), "{code} {text}");
    said += &text;
    place.ok("a", &["sync"]);

    let secrets = secrets(&place.path("a"));
    for file in files(&place.path("a")) {
        let bytes = fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let is_theirs = file.parent().unwrap().ends_with("tokens");
        assert!(is_theirs || !secrets.iter().any(|it| text.contains(it)), "{}", file.display());
    }
    assert!(!secrets.iter().any(|it| said.contains(it)));

    // What was not sent is counted first, and stays.
    place.ok("a", &["add", "sessions", "name=Not sent"]);
    let ran = place.run("a", &["sign-out"]);
    assert!(ran.code == 2 && ran.stderr.contains("1 changes were not sent"), "{ran:?}");
    place.ok("a", &["account"]);
    place.ok("a", &["sign-out", "--export", "unsent.jsonl"]);
    assert!(fs::read_to_string(place.path("unsent.jsonl")).unwrap().contains("Not sent"));
    assert_eq!(place.run("a", &["account"]).code, 4);
    assert!(place.ok("a", &["list", "sessions"]).contains("Not sent"));

    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    let (code, text) = sign_in(&place, "a").await;
    assert_eq!(code, 0, "{text}");
    place.ok("a", &["sync"]);
    place.ok("b", &["sync"]);
    assert!(place.ok("b", &["list", "sessions"]).contains("Not sent"));
}

/// Fifty times, four processes find at once that their token has expired. Each of them
/// may renew it, and a second that did so with the same token later than ten seconds would
/// end the session.
#[tokio::test]
async fn processes_renew_one_sign_in_at_once_and_stay_signed_in() {
    let (place, deployment) = (Place::new(), deployment().await);
    place.ok("a", &["config", "set", "remote.backend", "convex"]);
    place.ok("a", &["config", "set", "remote.url", deployment.url()]);
    place.ok("a", &["config", "set", "remote.site_url", deployment.site_url()]);
    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    let (code, text) = sign_in(&place, "a").await;
    assert_eq!(code, 0, "{text}");
    #[expect(clippy::disallowed_methods, reason = "the deployment starts at the real time")]
    let start = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let start = i64::try_from(start.as_millis()).unwrap();
    let mut before = secrets(&place.path("a"));
    for round in 1..=50 {
        deployment.set_clock(Some(start + round * 2 * 3_600_000)).await.unwrap();
        let spawn = |_| {
            let mut command = place.command("a", &["account"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let running: Vec<_> = (0..4).map(spawn).collect();
        for process in running {
            let ended = process.wait_with_output().unwrap();
            assert!(ended.status.success(), "round {round}: {ended:?}");
        }
        let after = secrets(&place.path("a"));
        assert_ne!(before, after, "round {round}: nothing was renewed");
        before = after;
    }
}
