//! The first merge of two devices with a deployment: foretold, agreed to, and the same
//! whatever was there; and what a person can do about it afterwards.

use std::fs;

use crate::common::cloud::{deployment, files, join, now, secrets, sign_in};
use crate::common::{self, Place, line};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use driftline_deployment::{Account, Deployment, Visitor};
use serde_json::{Value, json};

async fn as_ada(deployment: &Deployment) {
    deployment.set_visitor(&Visitor::Account("1001".into())).await.unwrap();
}

async fn signed_in(place: &Place, profile: &str, more: &[&str]) -> String {
    let (code, said) = sign_in(place, profile, more).await;
    assert_eq!(code, 0, "{said}");
    said
}

/// Writes the transcripts of these conversations, and takes the others away.
fn only(place: &Place, sessions: &[usize]) {
    let _none_yet = fs::remove_dir_all(place.path("home/.claude"));
    for session in sessions {
        let lines: String = (0..6).map(|it| line(*session, it)).collect();
        place.transcript(&format!("{}.jsonl", common::session_name(*session)), &lines);
    }
}

fn count(place: &Place, profile: &str, entity: &str) -> u64 {
    place.json(profile, &["status"])["counts"][entity].as_u64().unwrap()
}

fn session(place: &Place, profile: &str, number: usize) -> String {
    let condition = format!("external_id={}", common::session_name(number));
    place.id(profile, "sessions", &condition)
}

/// How often the deployment was sent rows.
async fn pushes(deployment: &Deployment) -> u64 {
    let stats = deployment.stats().await.unwrap();
    stats.functions.get("sync:pushChanges").map_or(0, |it| it.calls)
}

#[tokio::test]
async fn two_devices_with_lives_of_their_own_become_one() {
    let (place, deployment) = (Place::new(), deployment().await);
    as_ada(&deployment).await;
    join(&place, "a", &deployment);
    join(&place, "b", &deployment);

    // A has worked offline: two conversations, one of them named, and a workspace.
    only(&place, &[0, 1]);
    place.import("a");
    place.ok("a", &["set", "sessions", &session(&place, "a", 0), "note=Written on a"]);
    place.ok("a", &["add", "workspaces", "path=/src/shared", "name=Named on a"]);
    signed_in(&place, "a", &["--yes"]).await;
    assert!(place.ok("a", &["status"]).starts_with("✓ Synced"));

    // B has one of the same conversations, another one, and the same workspace.
    only(&place, &[0, 2]);
    place.import("b");
    place.ok("b", &["add", "workspaces", "path=/src/shared", "name=Named on b"]);
    place.ok("b", &["set", "sessions", &session(&place, "b", 0), "pinned=true"]);
    let before = pushes(&deployment).await;
    let said = signed_in(&place, "b", &["--dry-run"]).await;
    assert!(said.contains("Nothing was merged or sent"), "{said}");
    assert!(said.contains("github:1001 (login person-1001)"), "{said}");
    // Nothing is left of it: no sign-in, no copy of the cloud. The device is in the list.
    assert_eq!(place.run("b", &["account"]).code, 4);
    for left in files(&place.path("b")) {
        let name = left.to_string_lossy().into_owned();
        let is_theirs = name.contains("/tokens/") && !name.ends_with("lock");
        let is_copy = ["first-pull", "account.json", "picture"].iter().any(|it| name.contains(it));
        assert!(!is_theirs && !is_copy, "{name}");
    }
    let seen = place.json("a", &["account", "devices"]);
    let seen = seen.as_array().unwrap().iter().find(|it| it["is_this"] == false).unwrap();
    assert_eq!((&seen["signed_in"], &seen["known"]), (&json!(false), &json!(true)), "{seen}");

    let said = signed_in(&place, "b", &[]).await;
    assert!(said.contains("Forget it"), "{said}");
    let review = place.json("b", &["sign-in", "--dry-run"])["review"].clone();
    // Whoever was signed in before stays so.
    place.ok("b", &["account"]);
    let counts = |entity: &str| review["entities"][entity].clone();
    let expected = |only_here: u64, only_there: u64, same: u64, merge: u64, conflict: u64| {
        json!({
            "only_here": only_here, "only_there": only_there, "same": same, "merge": merge,
            "conflict": conflict, "excluded": 0,
        })
    };
    assert_eq!(counts("messages"), expected(6, 6, 6, 0, 0));
    assert_eq!(counts("sessions"), expected(1, 1, 0, 1, 0));
    assert_eq!(counts("workspaces")["conflict"], 1, "{review}");
    assert_eq!(review["clashes"][0]["field"], "name");
    assert_eq!(pushes(&deployment).await, before, "nothing was sent for it");
    let (code, said) = place.fails("b", &["sync"]);
    assert!(code == 4 && said.contains("connect --dry-run"), "{said}");

    // Signed in already, so there is only the merge left. A script has nobody to ask.
    let done = place.json("b", &["sign-in", "--yes"]);
    assert!(fs::metadata(done["merged"]["backup"].as_str().unwrap()).is_ok(), "{done}");
    place.ok("a", &["sync"]);
    place.ok("b", &["sync"]);
    place.ok("a", &["sync"]);
    assert_eq!(place.json("a", &["digest"])["code"], place.json("b", &["digest"])["code"]);
    for profile in ["a", "b"] {
        let all = ["sessions", "messages", "workspaces"].map(|it| count(&place, profile, it));
        assert_eq!(all[0..2], [3, 18], "nothing is doubled");
        let shared = place.json(profile, &["list", "workspaces", "--where", "path=/src/shared"]);
        assert_eq!(shared.as_array().unwrap().len(), 1, "{shared}");
        let row = place.json(profile, &["get", "sessions", &session(&place, profile, 0)]);
        let text = row.to_string();
        assert!(text.contains("Written on a") && text.contains("true"), "{text}");
    }
    let scratch = files(&place.path("b")).into_iter().filter(|it| it.ends_with("first-pull.db"));
    assert_eq!(scratch.count(), 0);

    // An import undoes nothing that a person wrote, and sends nothing.
    place.ok("b", &["set", "sessions", &session(&place, "b", 2), "name=Renamed on b"]);
    place.ok("b", &["sync"]);
    only(&place, &[0, 1, 2]);
    for profile in ["a", "b"] {
        place.ok(profile, &["sync"]);
        place.import(profile);
        let shown = place.json(profile, &["sync"]);
        assert_eq!((&shown["sent"], &shown["state"]), (&json!(0), &json!("synced")), "{shown}");
        let row = place.json(profile, &["get", "sessions", &session(&place, profile, 2)]);
        assert!(row.to_string().contains("Renamed on b"), "{row}");
    }

    // B signs out and in again: nothing is merged a second time.
    place.ok("b", &["sign-out"]);
    assert_eq!(place.run("b", &["account"]).code, 4);
    assert_eq!(count(&place, "b", "messages"), 18);
    let said = signed_in(&place, "b", &[]).await;
    assert!(!said.contains("would find"), "{said}");
    assert_eq!(place.json("b", &["sync"])["received"], 0);

    // B shuts A out. A says so, keeps working, signs in again and catches up.
    let listed = place.json("b", &["account", "devices"]);
    let other = |it: &&Value| it["is_this"] == false;
    let other = listed.as_array().unwrap().iter().find(other).unwrap();
    assert_eq!(other["signed_in"], true, "{listed}");
    place.ok("b", &["account", "devices", "revoke", other["device"].as_str().unwrap()]);
    let (code, said) = place.fails("a", &["sync"]);
    assert!(code == 4 && said.contains("sign-in"), "{said}");
    place.ok("a", &["add", "sessions", "name=Written while shut out"]);
    let status = place.json("a", &["status"]);
    assert_eq!((&status["state"], &status["waiting"]), (&json!("error"), &json!(1)), "{status}");
    place.ok("b", &["add", "sessions", "name=Written meanwhile"]);
    place.ok("b", &["sync"]);
    signed_in(&place, "a", &[]).await;
    place.ok("a", &["sync"]);
    place.ok("b", &["sync"]);
    for profile in ["a", "b"] {
        let rows = place.ok(profile, &["list", "sessions"]);
        assert!(rows.contains("while shut out") && rows.contains("meanwhile"), "{rows}");
    }
    let (code, _) = place.fails("b", &["account", "devices", "revoke", "no-such-device"]);
    assert_eq!(code, 3);
}

#[tokio::test]
async fn secrets_are_counted_exclusions_stay_and_an_undo_goes_back() {
    let (place, deployment) = (Place::new(), deployment().await);
    as_ada(&deployment).await;
    for profile in ["a", "b"] {
        join(&place, profile, &deployment);
    }
    place.ok("b", &["add", "sessions", "name=From b", "cwd=/src/other"]);
    signed_in(&place, "b", &["--yes"]).await;

    let key = format!("ghp_{}", "a1B2c3".repeat(6));
    place.ok("a", &["add", "sessions", "name=Open", "cwd=/src/open"]);
    place.ok("a", &["add", "sessions", "name=With a key", "cwd=/src/open", &format!("note={key}")]);
    place.ok("a", &["add", "sessions", "name=Secret", "cwd=/src/secret/deep"]);
    let secret = place.id("a", "sessions", "name=Secret");
    place.ok("a", &["add", "comments", &format!("session={secret}"), "body=About it"]);
    let shown = place.json("a", &["exclude", "/src/secret"]);
    assert_eq!(shown["excluded"]["/src/secret"], 2, "{shown}");
    assert!(place.ok("a", &["why", "sessions", &secret]).contains("`/src/secret` is excluded"));

    let said = signed_in(&place, "a", &[]).await;
    assert!(said.contains("1 row stays on this device until you decide"), "{said}");
    assert!(said.contains("No likely secrets were found in what would be sent"), "{said}");
    assert!(said.contains("Stays on this device: /src/secret"), "{said}");
    assert!(!said.contains(&key), "a value is shown: {said}");
    let with_key = place.id("a", "sessions", "name=With a key");
    place.ok("a", &["held", "send", &with_key]);
    let review = place.json("a", &["sign-in", "--dry-run"])["review"].clone();
    assert_eq!(review["held"], 0, "{review}");
    assert_eq!(review["secrets"][0]["rules"], json!({ "github-token": 1 }), "{review}");
    assert_eq!(review["secrets"][0]["label"], "With a key", "{review}");
    place.ok("a", &["exclude", "sessions", &with_key]);
    let review = place.json("a", &["sign-in", "--dry-run"])["review"].clone();
    assert_eq!(review["secrets"], json!([]), "{review}");
    assert_eq!(review["entities"]["sessions"]["excluded"], 2, "{review}");

    let database = fs::read(place.path("a/driftline.db")).unwrap();
    place.ok("a", &["sign-in", "--yes"]);
    let status = place.json("a", &["status"]);
    assert_eq!((&status["state"], &status["excluded"]), (&json!("synced"), &json!(3)), "{status}");
    place.ok("b", &["sync"]);
    let rows = place.ok("b", &["list", "sessions"]);
    assert!(rows.contains("Open") && !rows.contains("Secret") && !rows.contains("key"), "{rows}");

    // Undone: signed out, as it was, and nothing is lost.
    place.ok("a", &["add", "sessions", "name=Never sent"]);
    let undone = place.json("a", &["sign-in", "undo"]);
    assert_eq!(undone["unsent"], 4, "{undone}");
    let unsent = fs::read_to_string(undone["unsent_file"].as_str().unwrap()).unwrap();
    assert!(unsent.contains("Never sent") && unsent.contains("Secret"));
    assert!(fs::metadata(undone["kept_database"].as_str().unwrap()).unwrap().len() > 0);
    let rows = place.ok("a", &["list", "sessions"]);
    assert!(!rows.contains("From b") && !rows.contains("Never sent"), "{rows}");
    assert!(rows.contains("Secret") && rows.contains("Open"), "{rows}");
    assert_eq!(place.run("a", &["account"]).code, 4);
    assert_eq!(place.fails("a", &["sign-in", "undo"]).0, 3);
    assert!(!database.is_empty());
    assert!(place.ok("b", &["list", "sessions"]).contains("Open"), "the cloud is as it was");

    // It can be done again, and what was excluded can go, too.
    place.ok("a", &["exclude", "/src/secret", "--remove"]);
    signed_in(&place, "a", &["--yes"]).await;
    place.ok("b", &["sync"]);
    let rows = place.ok("b", &["list", "sessions"]);
    assert!(rows.contains("Secret") && !rows.contains("key"), "{rows}");
    assert_eq!(place.json("b", &["list", "comments"]).as_array().unwrap().len(), 1);
    assert_eq!(place.fails("a", &["exclude", "/src/secret", "--remove"]).0, 3);
}

/// Watches as profile `a` until something came over the push channel, and returns what was
/// said.
fn watch(place: &Place) -> String {
    use std::{
        io::{BufRead as _, BufReader, Read as _},
        process::Stdio,
    };

    let mut command = place.command("a", &["sync", "--watch", "--json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = String::new();
    let mut until = |event: &str| loop {
        let line = lines.next().unwrap().unwrap();
        said += &line;
        if line.contains(event) {
            break;
        }
    };
    until("connected");
    // What the log says once the deployment has taken the token and answered.
    let log = place.path("a/driftline.log");
    let is_heard = || fs::read_to_string(&log).unwrap().contains("the remote is heard");
    driftline_testing::until("the remote", || is_heard().then_some(()));
    place.ok("a", &["add", "sessions", "name=Meanwhile"]);
    until("synced");
    child.kill().unwrap();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    said
}

/// A secret as it can be written: as it is, in hexadecimal, and in base64 wherever in a text
/// it begins.
fn forms(secret: &str) -> Vec<String> {
    let hex: String = secret.bytes().map(|it| format!("{it:02x}")).collect();
    let mut all = vec![secret.to_owned(), hex.to_uppercase(), hex];
    for before in 0..3 {
        let text = format!("{}{secret}", "x".repeat(before));
        let coded = STANDARD_NO_PAD.encode(text);
        // The first and the last letters are of what stands beside it, too.
        let whole = coded[4..coded.len() - 4].to_owned();
        all.extend([whole.replace('+', "-").replace('/', "_"), whole]);
    }
    all
}

/// At the finest level of its log, with everything that an account can do: tokens are in
/// their file and nowhere else.
#[tokio::test]
async fn tokens_are_found_nowhere_else() {
    let (mut place, deployment) = (Place::new(), deployment().await);
    place.trace();
    as_ada(&deployment).await;
    join(&place, "a", &deployment);
    place.ok("a", &["add", "sessions", "name=From a"]);
    let mut said = signed_in(&place, "a", &[]).await;
    let mut tokens = secrets(&place.path("a"));
    said += &place.ok("a", &["sign-in", "--yes"]);
    // An expired token is renewed in the middle of it.
    deployment.set_clock(Some(now() + 2 * 3_600_000)).await.unwrap();
    for words in [&["sync"][..], &["account"], &["doctor"], &["status"], &["config", "show"]] {
        let ran = place.run("a", words);
        said += &format!("{}{}", ran.stdout, ran.stderr);
        tokens.extend(secrets(&place.path("a")));
    }
    said += &watch(&place);
    tokens.extend(secrets(&place.path("a")));
    tokens.sort();
    tokens.dedup();
    assert!(tokens.len() >= 4, "it was not renewed");
    let written = files(&place.path("a"));
    let log = written.iter().find(|it| it.ends_with("driftline.log")).unwrap();
    let text = fs::read_to_string(log).unwrap();
    assert!(text.contains("the sign-in was renewed") && text.contains("reqwest"), "{text}");
    for file in written.iter().filter(|it| !it.parent().unwrap().ends_with("tokens")) {
        let bytes = fs::read(file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        // Half a token is one too many.
        for token in tokens.iter().flat_map(|it| it.split(['.', '|'])).filter(|it| it.len() > 12) {
            let common = token.starts_with("eyJ") && token.len() < 60;
            for form in forms(token) {
                assert!(common || !text.contains(&form), "{}", file.display());
            }
        }
    }
    for token in &tokens {
        assert!(!said.contains(token.as_str()));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(log).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// A sign-in of which no list knew: what only reads was shown nowhere, and ended by nobody.
#[tokio::test]
async fn every_sign_in_is_listed_and_can_be_ended() {
    let (place, deployment) = (Place::new(), deployment().await);
    as_ada(&deployment).await;
    for profile in ["a", "b"] {
        join(&place, profile, &deployment);
        signed_in(&place, profile, &["--yes"]).await;
    }
    // Somebody got in by other means, and reads.
    let stolen = deployment.token(&Account::github(1001)).await.unwrap();
    let listed = place.json("a", &["account", "devices"]);
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 3, "{listed:?}");
    let unknown = listed.iter().find(|it| it["known"] == false).unwrap();
    let said = place.ok("a", &["account", "devices"]);
    assert!(said.contains("never said which device") && said.contains("--others"), "{said}");

    let can_read = async || {
        let call = json!({ "path": "users:me", "args": {}, "format": "json" });
        let url = format!("{}/api/query", deployment.url());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.post(url).bearer_auth(&stolen.token).json(&call).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["status"] == "success"
    };
    assert!(can_read().await);
    place.ok("a", &["account", "devices", "revoke", unknown["device"].as_str().unwrap()]);
    assert!(!can_read().await);
    place.ok("b", &["sync"]);

    // All but this one, whether they are known or not.
    deployment.token(&Account::github(1001)).await.unwrap();
    let ended = place.json("a", &["account", "devices", "revoke", "--others"]);
    assert_eq!(ended["ended"], 2, "{ended}");
    assert_eq!(place.fails("b", &["sync"]).0, 4);
    place.ok("a", &["sync"]);
    assert_eq!(place.fails("a", &["account", "devices", "revoke"]).0, 2);
}

/// Another address that says it has the same person's rows is looked at before anything
/// goes there, as the first one was.
#[tokio::test]
async fn another_deployment_is_reviewed_again() {
    let (place, deployments) = (Place::new(), [deployment().await, deployment().await]);
    for deployment in &deployments {
        as_ada(deployment).await;
    }
    let [first, second] = &deployments;
    join(&place, "a", first);
    place.ok("a", &["add", "sessions", "name=For the first alone"]);
    signed_in(&place, "a", &["--yes"]).await;
    join(&place, "a", second);
    let said = signed_in(&place, "a", &[]).await;
    assert!(said.contains("A merge would find"), "{said}");
    let (code, said) = place.fails("a", &["sync"]);
    assert!(code == 4 && said.contains("connect --dry-run"), "{said}");
    assert_eq!(pushes(second).await, 0, "nothing was sent before anybody agreed");
    let done = place.json("a", &["sign-in", "--yes"]);
    assert_eq!(done["merged"]["sent"], 1, "{done}");
    // The copy from before the first merge is still there.
    assert_eq!(place.json("a", &["account"])["copies"].as_array().unwrap().len(), 2);
    assert!(place.ok("a", &["status"]).starts_with("✓ Synced"));
    // Back again: that one was agreed to, but is not the latest.
    join(&place, "a", first);
    assert_eq!(place.fails("a", &["sync"]).0, 4);
}

/// What a script may do by `--yes` takes one more word from whoever sits at a terminal: the
/// account may be somebody else's, who signed in in their place.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn on_a_terminal_an_account_that_was_never_met_is_asked_about() {
    let (place, deployment) = (Place::new(), deployment().await);
    as_ada(&deployment).await;
    join(&place, "a", &deployment);
    place.ok("a", &["add", "sessions", "name=Mine"]);
    signed_in(&place, "a", &[]).await;
    let said = at_a_terminal(&place, "n\n");
    let question = "never met github:1001 (login person-1001)";
    assert!(said.contains(question) && said.contains("Nothing was merged"), "{said}");
    assert_eq!(pushes(&deployment).await, 0);
    let said = at_a_terminal(&place, "y\n");
    assert!(said.contains(question) && said.contains("Merged"), "{said}");
    assert_eq!(pushes(&deployment).await, 1);
}

/// `sign-in --yes` on a terminal at which somebody types this.
#[cfg(target_os = "linux")]
fn at_a_terminal(place: &Place, typed: &str) -> String {
    use std::{io::Write as _, process::Stdio};
    let inner = place.command("a", &["sign-in", "--yes"]);
    let quoted = |it: &std::ffi::OsStr| format!("'{}'", it.to_str().unwrap());
    let line: Vec<_> =
        std::iter::once(inner.get_program()).chain(inner.get_args()).map(quoted).collect();
    let mut script = std::process::Command::new("script");
    script.env("HOME", place.path("home")).env("TERM", "xterm").current_dir(place.path(""));
    script.args(["-q", "-e", "-c", &line.join(" "), "/dev/null"]);
    script.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = script.spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
