//! Where tokens are kept, and that they are nowhere else.

use std::{fs, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use driftline_auth::{FileGate, FileVault, Gate, Origin, ProfileVault, Saved, Tokens, Vault};
use driftline_core::{ExposeSecret, SecretString, Secrets, Simulated};

const CANARY: &str = "canary0refresh|canary0session";

fn saved() -> Saved {
    let payload = URL_SAFE_NO_PAD.encode(r#"{"iat":1,"exp":3601}"#);
    let tokens = Tokens::new(format!("canary0access.{payload}.x"), CANARY.into()).unwrap();
    Saved::now(tokens, 5)
}

fn origin(text: &str) -> Origin {
    Origin::parse(text).unwrap()
}

#[tokio::test]
async fn an_origin_gets_its_own_tokens_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let vault = FileVault::new(folder.path());
    let here = origin("https://a.convex.cloud");
    vault.save(&here, &saved()).await.unwrap();
    for other in [
        "https://b.convex.cloud",
        "https://a.convex.cloud:8443",
        "https://a.convex.cloud.evil.example",
        "http://127.0.0.1:3210",
    ] {
        assert!(vault.load(&origin(other)).await.unwrap().is_none(), "{other}");
    }
    let same = vault.load(&origin("https://A.convex.cloud:443/")).await.unwrap().unwrap();
    assert_eq!(same.tokens.unwrap().refresh.expose_secret(), CANARY);
    vault.remove(&here).await.unwrap();
    vault.remove(&here).await.unwrap();
    assert!(vault.load(&here).await.unwrap().is_none());
    assert_eq!(fs::read_dir(folder.path().join("tokens")).unwrap().count(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_their_owners_alone_and_made_so_again() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (vault, here) = (FileVault::new(folder.path()), origin("https://a.convex.cloud"));
    vault.save(&here, &saved()).await.unwrap();
    let tokens = folder.path().join("tokens");
    let file = fs::read_dir(&tokens).unwrap().next().unwrap().unwrap().path();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&tokens), mode(&file)), (0o700, 0o600));
    fs::set_permissions(&tokens, fs::Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    vault.load(&here).await.unwrap().unwrap();
    assert_eq!((mode(&tokens), mode(&file)), (0o700, 0o600));
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let (vault, here) = (FileVault::new(folder.path()), origin("https://a.convex.cloud"));
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("tokens")).unwrap();
    let error = vault.save(&here, &saved()).await.unwrap_err().to_string();
    assert!(error.contains("cannot be written") && !error.contains("canary0"), "{error}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_damaged_file_is_an_error_that_quotes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, here) = (FileVault::new(folder.path()), origin("https://a.convex.cloud"));
    vault.save(&here, &saved()).await.unwrap();
    let tokens = folder.path().join("tokens");
    let file = fs::read_dir(&tokens).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read_to_string(&file).unwrap();
    for text in [&whole[..whole.len() / 2], "", "{}", &whole.replace("version", "canary0")] {
        fs::write(&file, text).unwrap();
        let Err(error) = vault.load(&here).await else { panic!("it was read") };
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("sign in again") && !shown.contains("canary0"), "{shown}");
    }
    fs::write(&file, "x".repeat(1 << 20)).unwrap();
    assert!(vault.load(&here).await.is_err());
}

#[test]
fn one_at_a_time_gets_the_turn() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (FileGate::new(folder.path()), FileGate::new(folder.path()));
    let held = one.try_enter().unwrap().unwrap();
    assert!(other.try_enter().unwrap().is_none());
    drop(held);
    assert!(other.try_enter().unwrap().is_some());
}

#[tokio::test]
async fn a_place_gets_its_own_passwords_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let vault = ProfileVault::new(folder.path(), true, Arc::new(Simulated::new(1, 5)));
    let secrets: &dyn Secrets = &vault;
    let password = SecretString::from("canary0\"pass word");
    secrets.save("postgres://me@a.example/db", "password", &password).await.unwrap();
    for (place, name) in [
        ("postgres://me@a.example/other", "password"),
        ("postgres://me@b.example/db", "password"),
        ("postgres://me@a.example/db", "key"),
    ] {
        assert!(secrets.load(place, name).await.unwrap().is_none(), "{place} {name}");
    }
    let kept = secrets.load("postgres://me@a.example/db", "password").await.unwrap().unwrap();
    assert_eq!(kept.expose_secret(), password.expose_secret());
    let file = fs::read_dir(folder.path().join("tokens")).unwrap().next().unwrap().unwrap().path();
    fs::write(&file, r#"{"secret":"canary0"#).unwrap();
    let error = secrets.load("postgres://me@a.example/db", "password").await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("connect again") && !shown.contains("canary0"), "{shown}");
    secrets.remove("postgres://me@a.example/db", "password").await.unwrap();
    assert!(secrets.load("postgres://me@a.example/db", "password").await.unwrap().is_none());
}
