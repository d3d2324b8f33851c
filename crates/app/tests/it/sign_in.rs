//! The whole way of a person with the real program and the local deployment: signs in,
//! syncs two devices, is somebody else, signs out; and the tokens are found nowhere but in
//! their file.

use std::{fs, net::TcpListener, path::Path, process::Stdio};

use crate::common::Place;
use crate::common::cloud::{deployment, files, join, now, secrets, sign_in};
use driftline_deployment::Visitor;

#[tokio::test]
async fn a_person_signs_in_syncs_and_signs_out() {
    let (place, deployment) = (Place::new(), deployment().await);
    let mut said = String::new();
    join(&place, "a", &deployment);
    join(&place, "b", &deployment);
    place.ok("a", &["add", "sessions", "name=From a"]);
    place.ok("b", &["add", "sessions", "name=From b"]);

    let ran = place.run("a", &["sync"]);
    assert_eq!(ran.code, 4, "{ran:?}");
    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    for profile in ["a", "b"] {
        let (code, text) = sign_in(&place, profile, &["--yes"]).await;
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

    // Another person is refused, whatever waits here, and what was there before still works.
    place.ok("a", &["add", "sessions", "name=Waits for Ada"]);
    deployment.set_visitor(&Visitor::Account("1002".into())).await.unwrap();
    let (code, text) = sign_in(&place, "a", &["--yes"]).await;
    assert!(code == 4 && text.contains("--profile DIR"), "{code} {text}");
    said += &text;
    assert_eq!(place.json("a", &["status"])["waiting"], 1);
    assert_eq!(place.json("a", &["sync"])["sent"], 1);

    // Again is no mistake, and opens no page.
    let again = place.ok("a", &["sign-in", "--yes"]);
    assert!(again.contains("Signed in to") && !again.contains("http"), "{again}");
    assert_eq!(place.json("a", &["sign-in"])["provider"], "github");

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
    assert!(ran.code == 2 && ran.stderr.contains("1 change was not sent"), "{ran:?}");
    place.ok("a", &["account"]);
    place.ok("a", &["sign-out", "--export", "unsent.jsonl"]);
    assert!(fs::read_to_string(place.path("unsent.jsonl")).unwrap().contains("Not sent"));
    assert_eq!(place.run("a", &["account"]).code, 4);
    assert!(place.ok("a", &["list", "sessions"]).contains("Not sent"));

    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    let (code, text) = sign_in(&place, "a", &["--yes"]).await;
    assert_eq!(code, 0, "{text}");
    place.ok("a", &["sync"]);
    place.ok("b", &["sync"]);
    assert!(place.ok("b", &["list", "sessions"]).contains("Not sent"));
}

#[tokio::test]
async fn what_a_deployment_keeps_is_sealed_with_words_that_another_device_needs() {
    let (place, deployment) = (Place::new(), deployment().await);
    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    for profile in ["a", "b"] {
        join(&place, profile, &deployment);
        place.ok(profile, &["add", "sessions", &format!("name=From {profile}")]);
    }
    place.ok("a", &["config", "set", "remote.sealed", "true"]);
    // A look draws no key.
    let (code, text) = sign_in(&place, "a", &["--dry-run"]).await;
    assert!(code == 0 && text.contains("will not be able to read"), "{text}");
    assert!(!text.contains("The key of this remote"), "{text}");
    let (code, text) = sign_in(&place, "a", &["--yes"]).await;
    assert!(code == 0 && text.contains("The key of this remote"), "{text}");
    let words = place.json("a", &["key", "show"])["key"].as_str().unwrap().to_owned();
    assert!(text.contains(&words), "{text}");

    let (code, text) = sign_in(&place, "b", &["--yes"]).await;
    assert!(code != 0 && text.contains("connect --secret key=FILE"), "{code} {text}");
    assert_eq!(place.json("b", &["status"])["waiting"], 1);
    let file = place.path("words");
    fs::write(&file, words).unwrap();
    let secret = format!("key={}", file.display());
    place.ok("b", &["connect", "--secret", &secret, "--secret-file", "--yes"]);
    place.ok("a", &["sync"]);
    for profile in ["a", "b"] {
        let rows = place.ok(profile, &["list", "sessions"]);
        assert!(rows.contains("From a") && rows.contains("From b"), "{rows}");
        place.ok(profile, &["doctor"]);
    }
    // A key that was lost here is given again.
    let words = fs::read_to_string(&file).unwrap();
    let holds = |it: &Path| fs::read_to_string(it).is_ok_and(|it| it.contains(&words));
    let kept: Vec<_> = files(&place.path("b")).into_iter().filter(|it| holds(it)).collect();
    kept.iter().for_each(|it| fs::remove_file(it).unwrap());
    let lost = place.run("b", &["sync"]);
    assert!(lost.code != 0 && lost.stderr.contains("their key is not on this device"), "{lost:?}");
    place.ok("b", &["connect", "--secret", &secret, "--secret-file", "--yes"]);
    place.ok("b", &["sync"]);

    let code = |profile: &str| place.json(profile, &["digest"])["code"].clone();
    assert!(code("a").is_string());
    assert_eq!(code("a"), code("b"));
}

/// Fifteen times, four processes find at once that their token has expired. Each of them
/// may renew it, and a second that did so with the same token later than ten seconds would
/// end the session.
#[tokio::test]
async fn processes_renew_one_sign_in_at_once_and_stay_signed_in() {
    let (place, deployment) = (Place::new(), deployment().await);
    join(&place, "a", &deployment);
    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    let (code, text) = sign_in(&place, "a", &["--yes"]).await;
    assert_eq!(code, 0, "{text}");
    let start = now();
    let mut before = secrets(&place.path("a"));
    for round in 1..=15 {
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

/// Where a renewal is stopped is chance: before the call, on its way, after the deployment
/// has used the token up, or after all of it. The next process always goes on.
#[tokio::test]
async fn a_process_that_is_killed_while_it_renews_signs_nobody_out() {
    let (place, deployment) = (Place::new(), deployment().await);
    join(&place, "a", &deployment);
    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    let (code, text) = sign_in(&place, "a", &["--yes"]).await;
    assert_eq!(code, 0, "{text}");
    let renewals = async || {
        let stats = deployment.stats().await.unwrap();
        stats.functions.get("auth:signIn").map_or(0, |it| it.calls)
    };
    let start = now();
    for round in 1..=6 {
        deployment.set_clock(Some(start + round * 2 * 3_600_000)).await.unwrap();
        let before = renewals().await;
        let mut command = place.command("a", &["account"]);
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while renewals().await == before && process.try_wait().unwrap().is_none() {}
        process.kill().unwrap();
        process.wait().unwrap();
        let ran = place.run("a", &["account"]);
        assert_eq!(ran.code, 0, "round {round}: {ran:?}");
    }
}

/// A config that names another address gets nobody's tokens there, and takes none away.
#[tokio::test]
async fn tokens_go_to_no_other_address() {
    let (place, deployment) = (Place::new(), deployment().await);
    join(&place, "a", &deployment);
    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
    let (code, text) = sign_in(&place, "a", &["--yes"]).await;
    assert_eq!(code, 0, "{text}");
    place.ok("a", &["add", "sessions", "name=Not for them"]);
    let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    let elsewhere = format!("remote.url=http://{}", stranger.local_addr().unwrap());
    for command in ["sync", "account"] {
        let ran = place.run("a", &["--config", &elsewhere, command]);
        assert_eq!(ran.code, 4, "{ran:?}");
    }
    assert!(stranger.accept().is_err(), "it was called");
    assert_eq!(place.json("a", &["sync"])["sent"], 1);
}
