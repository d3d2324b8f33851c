//! A deployment as a value: it starts, obeys, keeps data, and ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

use std::path::Path;

use driftline_deployment::{Account, Deployment, Effect, Error, Fault, Options, State};
use serde_json::{Value, json};

/// The small functions that the deployment's own tests use.
fn options() -> Options {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Options { functions: Some(root.join("convex/tests/local/functions")), ..Options::default() }
}

/// A client of the deployment. A plain one has no cryptography and refuses to be made.
fn client() -> reqwest::Client {
    let _by_another_test = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

async fn push(to: &Deployment, token: &str, key: &str) -> reqwest::Result<Value> {
    let call = json!({
        "path": "rows:push", "args": { "rows": [{ "key": key, "body": 1 }] }, "format": "json",
    });
    let request = client().post(format!("{}/api/mutation", to.url()));
    request.bearer_auth(token).json(&call).send().await?.json().await
}

#[tokio::test]
async fn orders_are_obeyed() {
    let deployment = Deployment::start(options()).await.unwrap();
    let ada = deployment.token(&Account::github(7)).await.unwrap();
    assert_eq!(ada.person, "github:7");
    assert_eq!(push(&deployment, &ada.token, "a").await.unwrap()["value"]["head"], 1.0);

    let before = deployment.snapshot().await.unwrap();
    let faults = [
        Fault::once("rows:push", Effect::DropAfter),
        Fault::once(
            "*",
            Effect::Status {
                status: 503,
                body: r#"{"code":"Overloaded"}"#.into(),
                content_type: "application/json".into(),
            },
        ),
    ];
    deployment.add_faults(&faults).await.unwrap();
    push(&deployment, &ada.token, "b").await.unwrap_err();
    assert_eq!(deployment.faults_left().await.unwrap(), 1);
    assert_eq!(push(&deployment, &ada.token, "b").await.unwrap()["code"], "Overloaded");
    // The dropped call had been run: this is the third.
    assert_eq!(push(&deployment, &ada.token, "c").await.unwrap()["value"]["head"], 3.0);

    deployment.wipe().await.unwrap();
    let lost = push(&deployment, &ada.token, "d").await.unwrap();
    assert_eq!(lost["errorData"]["code"], "unauthenticated");
    deployment.restore(&before).await.unwrap();
    assert_eq!(push(&deployment, &ada.token, "d").await.unwrap()["value"]["head"], 2.0);

    deployment.set_state_after(State::FreePlan, 1).await.unwrap();
    assert_eq!(push(&deployment, &ada.token, "a").await.unwrap()["status"], "success");
    assert_eq!(push(&deployment, &ada.token, "a").await.unwrap()["status"], "error");
    deployment.set_state(State::Running).await.unwrap();

    deployment.set_clock(Some(1_000_000_000_000)).await.unwrap();
    deployment.set_clock(None).await.unwrap();
    let stats = deployment.stats().await.unwrap();
    assert_eq!(stats.functions["rows:push"].calls, 7);
    assert!(stats.cpu_seconds > 0.0 && stats.rss_bytes > 0 && stats.bytes_in > 0);
    let refused = deployment.token(&Account::google("")).await.unwrap_err();
    assert!(matches!(refused, Error::Refused { status: 400, .. }), "{refused}");
    deployment.stop().await.unwrap();
}

#[tokio::test]
async fn data_outlives_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let kept = || Options { data: Some(folder.path().join("data")), ..options() };
    let first = Deployment::start(kept()).await.unwrap();
    let ada = first.token(&Account::google("ada")).await.unwrap();
    assert_eq!(push(&first, &ada.token, "a").await.unwrap()["value"]["head"], 1.0);
    let url = first.url().to_owned();
    first.kill().await.unwrap();
    let second = Deployment::start(kept()).await.unwrap();
    assert_eq!(second.url(), url);
    assert_eq!(push(&second, &ada.token, "b").await.unwrap()["value"]["head"], 2.0);
}

#[tokio::test]
async fn a_dropped_deployment_is_gone() {
    let deployment = Deployment::start(options()).await.unwrap();
    let url = format!("{}/version", deployment.url());
    let client = client();
    assert!(client.get(&url).send().await.unwrap().status().is_success());
    drop(deployment);
    while client.get(&url).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn it_goes_on_while_somebody_waits_for_its_end() {
    let mut deployment = Deployment::start(options()).await.unwrap();
    let (client, url) = (client(), format!("{}/version", deployment.url()));
    let calls = async {
        for _ in 0..200 {
            assert!(client.get(&url).send().await.unwrap().status().is_success());
        }
    };
    tokio::select! {
        biased;
        ended = deployment.ended() => panic!("it ended with {ended:?}"),
        () = calls => (),
    }
    deployment.stop().await.unwrap();
}

#[tokio::test]
async fn a_failed_start_says_why() {
    let nowhere = Options { functions: Some("/nowhere/functions".into()), ..options() };
    let Err(error) = Deployment::start(nowhere).await else { panic!("it started") };
    let text = error.to_string();
    assert!(text.contains("there are no functions in /nowhere/functions"), "{text}");
}
