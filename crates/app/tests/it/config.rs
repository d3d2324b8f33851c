//! The config and the folder that it is in.

use std::fs;

use crate::common::Place;
use serde_json::json;

#[test]
fn shows_what_is_in_force_and_where_it_was_written() {
    let place = Place::new();
    place.share("A");
    let text = fs::read_to_string(place.path("A/driftline.toml")).unwrap();
    fs::write(place.path("A/driftline.toml"), format!("# mine\n{text}")).unwrap();
    let mut command = place.command("A", &["config", "show", "--json"]);
    command.env("DRIFTLINE_SYNC__DEBOUNCE", "5s").arg("--config").arg("local.path=own.db");
    let output = command.output().unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let value = |key: &str| shown["values"][key]["value"].as_str().unwrap().to_owned();
    let origin = |key: &str| shown["values"][key]["origin"].as_str().unwrap().to_owned();
    assert_eq!(
        (value("local.backend"), origin("local.backend")),
        ("sqlite".into(), "default".into())
    );
    assert!(origin("remote.backend").ends_with("driftline.toml, line 3"), "{shown}");
    assert_eq!(value("remote.path"), place.path("shared.db").to_str().unwrap());
    assert_eq!(value("sync.debounce"), "5s");
    assert!(origin("sync.debounce").contains("DRIFTLINE_SYNC__DEBOUNCE"));
    assert_eq!(value("local.path"), place.path("own.db").to_str().unwrap());
    assert_eq!(origin("local.path"), "--config");
    place.ok("A", &["config", "check"]);
    let file = place.path("A/driftline.toml");
    place.ok("A", &["config", "set", "sync.debounce", "1m"]);
    let text = fs::read_to_string(file).unwrap();
    assert!(text.starts_with("# mine\n") && text.contains("debounce = \"1m\""), "{text}");
}

#[test]
fn variables_and_flags_are_checked_like_the_file() {
    let place = Place::new();
    for (variable, value, part) in [
        ("DRIFTLINE_REMOTE__BACKEND", "convexx", "`sqlite`"),
        ("DRIFTLINE_REMOTE_BACKEND", "sqlite", "DRIFTLINE_REMOTE__BACKEND"),
        ("DRIFTLINE_NETWORK__X", "1", "[remote]"),
    ] {
        let output = place.command("A", &["status"]).env(variable, value).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(variable) && message.contains(part), "{message}");
    }
    let (code, message) = place.fails("A", &["status", "--config", "remote.backend"]);
    assert_eq!(code, 2);
    assert!(message.contains("KEY=VALUE"), "{message}");
    let status = place.json("A", &["status", "--config", "remote.backend=memory"]);
    assert_eq!(status["remote"], "memory");
    let counts = place.json("A", &["status", "--config", "local.backend=memory"])["counts"].clone();
    assert_eq!(counts["inbox"], 0);
}

#[test]
fn a_config_in_the_working_directory_redirects_nobody() {
    let place = Place::new();
    let text = "[remote]\nbackend = \"sqlite\"\npath = \"/tmp/elsewhere.db\"\n";
    fs::write(place.path("driftline.toml"), text).unwrap();
    assert_eq!(place.json("A", &["status"])["remote"], json!(null));
}

#[test]
fn the_profile_is_private_and_must_be_a_folder() {
    let place = Place::new();
    place.ok("deep/A", &["status"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(place.path("deep/A")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
    fs::write(place.path("file"), "").unwrap();
    let (code, message) = place.fails("file", &["status"]);
    assert_eq!(code, 2);
    assert!(message.contains("file") && message.contains("--profile"), "{message}");
    // A folder in which nobody can make anything, not even root.
    if cfg!(target_os = "linux") {
        let (code, message) = place.fails("/proc/driftline", &["status"]);
        assert_eq!(code, 2);
        assert!(message.contains("/proc/driftline"), "{message}");
    }
}

#[test]
fn a_profile_is_chosen_by_flag_then_variable_then_user() {
    let place = Place::new();
    place.ok("A", &["add", "inbox", "title=a"]);
    let count = |arguments: &[&str], home: Option<&str>| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_driftline"));
        command.env_clear().env("HOME", place.path("home")).args(arguments);
        command.args(["status", "--json"]).current_dir(place.path(""));
        command.envs(home.map(|it| ("DRIFTLINE_HOME", it)));
        let output = command.output().unwrap();
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        status["counts"]["inbox"].as_i64().unwrap()
    };
    assert_eq!(count(&[], None), 0);
    assert_eq!(count(&[], Some("A")), 1);
    assert_eq!(count(&["--profile", "A"], Some("B")), 1);
    assert_eq!(count(&["--profile", "B"], Some("A")), 0);
    assert!(fs::read_dir(place.path("home")).unwrap().next().is_some(), "the user's own folder");
}

#[test]
fn a_damaged_database_is_an_error_and_kept() {
    let place = Place::new();
    fs::create_dir(place.path("A")).unwrap();
    fs::write(place.path("A/driftline.db"), "this is no database at all, but letters".repeat(99))
        .unwrap();
    let ran = place.run("A", &["list", "inbox"]);
    assert!(!ran.stderr.contains("panicked"), "{ran:?}");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("driftline.db"), "{ran:?}");
    let kept = fs::read_dir(place.path("A")).unwrap().any(|it| {
        fs::read(it.unwrap().path()).is_ok_and(|it| it.starts_with(b"this is no database"))
    });
    assert!(kept, "what was there is still there");
}

#[test]
fn exclusions_are_edited_on_the_settings_page_and_hold_at_once() {
    let place = Place::new();
    place.share("A");
    let file = place.path("A/driftline.toml");
    let mine = format!("# mine\n{}", fs::read_to_string(&file).unwrap());
    fs::write(&file, &mine).unwrap();
    let app = place.app("A");
    assert!(app.page("/settings").body.contains("Nothing is excluded"));
    for (typed, part) in [("secret", "from its root"), ("sessions%2F01", "sessions/ID"), ("", "")] {
        let (status, wrong) = app.act("/exclude", &format!("what={typed}"));
        assert_eq!(status, 422, "{wrong}");
        assert!(wrong["errors"]["what"].as_str().unwrap().contains(part), "{wrong}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), mine, "what is wrong is not written");
    let (status, done) = app.act("/exclude", "what=%2Fsecret%2F");
    assert_eq!(status, 200, "{done}");
    assert!(done["toast"].as_str().unwrap().contains("stays there"), "{done}");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# mine\n") && text.contains("exclude = [\"/secret\"]"), "{text}");
    place.ok("A", &["add", "workspaces", "path=/secret/a"]);
    let page = app.page("/settings").body;
    assert!(page.contains("<code>/secret</code>"), "{page}");
    assert!(page.contains("1 changed row stays here"), "{page}");
    assert_eq!(place.json("A", &["exclude"])["exclude"], json!(["/secret"]));
    let (status, done) = app.act("/exclude/remove", "what=%2Fsecret");
    assert_eq!(status, 200, "{done}");
    assert_eq!(done["undo"]["path"], "/exclude");
    assert!(app.page("/settings").body.contains("Nothing is excluded"));
    assert_eq!(place.json("A", &["exclude"])["excluded"], json!({}));
}

#[test]
fn exclusions_are_listed_and_a_variable_over_them_is_named() {
    let place = Place::new();
    place.ok("A", &["exclude", "/tax"]);
    let shown = place.ok("A", &["exclude", "/new"]);
    assert!(shown.contains("/new") && shown.contains("/tax"), "{shown}");
    let mut command = place.command("A", &["exclude", "/more"]);
    let output = command.env("DRIFTLINE_SYNC__EXCLUDE", "/env").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("DRIFTLINE_SYNC__EXCLUDE stands over it"), "{told}");
}
