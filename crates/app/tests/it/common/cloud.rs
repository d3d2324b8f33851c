//! A deployment of this machine, and a person who signs in to it.
#![allow(dead_code, reason = "every test file uses a part of it, and a test ends where it fails")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::Stdio,
};

use driftline_deployment::{Deployment, Options, browse};
use reqwest::Url;
use serde_json::Value;

use crate::common::Place;

pub(crate) async fn deployment() -> Deployment {
    // For the clients of these tests; the program's own names its provider itself.
    let _by_another_test = rustls::crypto::ring::default_provider().install_default();
    let inside = Some(Path::new(env!("CARGO_MANIFEST_DIR")).to_owned());
    Deployment::start(Options { inside, ..Options::default() }).await.unwrap()
}

/// Signs in with a typed code: how it ended, and what the program said.
pub(crate) async fn sign_in(place: &Place, profile: &str, more: &[&str]) -> (i32, String) {
    let words = ["sign-in", "github", "--headless", "--token-file"];
    let words: Vec<_> = words.iter().chain(more).copied().collect();
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
    let shown = browse(page.unwrap().as_str()).await.unwrap();
    let code = shown.split("<strong id=\"code\">").nth(1).unwrap().split('<').next().unwrap();
    writeln!(child.stdin.take().unwrap(), "{code}").unwrap();
    lines.read_to_string(&mut said).unwrap();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code().unwrap(), said)
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

/// The tokens that a profile keeps.
pub(crate) fn secrets(profile: &Path) -> Vec<String> {
    let kept = files(&profile.join("tokens"));
    let kept = kept.iter().find(|it| it.extension().is_some_and(|it| it == "json")).unwrap();
    let kept: Value = serde_json::from_slice(&fs::read(kept).unwrap()).unwrap();
    let text = |name: &str| kept["tokens"][name].as_str().unwrap().to_owned();
    vec![text("token"), text("refreshToken")]
}

/// Points a profile at a deployment.
pub(crate) fn join(place: &Place, profile: &str, deployment: &Deployment) {
    place.ok(profile, &["config", "set", "remote.backend", "convex"]);
    place.ok(profile, &["config", "set", "remote.url", deployment.url()]);
    place.ok(profile, &["config", "set", "remote.site_url", deployment.site_url()]);
}

/// The real time, at which a deployment starts.
#[expect(clippy::disallowed_methods, reason = "nothing is decided by it")]
pub(crate) fn now() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}
