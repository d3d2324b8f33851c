//! Config values, and where each came from.

use std::fs;

use driftline_client::{Error, Kind, config};
use driftline_core::status::State;

use crate::world::{Side, World};

#[test]
fn each_value_is_told_with_the_place_it_was_written_in() {
    let world = World::new();
    world.set("a", &[("remote.backend", "sqlite"), ("remote.path", &world.text("shared.db"))]);
    let file = world.path("a").join(config::FILE);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("# mine\n{text}")).unwrap();
    let side = Side::of(world.client_with("a", &["sync.debounce=5s"]));
    for entries in [side.client.config().unwrap().entries, side.app().settings().unwrap()] {
        let entry = |key: &str| entries.iter().find(|it| it.key == key).unwrap();
        let told = |key: &str| (entry(key).value.as_str(), entry(key).origin.as_str());
        assert_eq!(told("local.backend"), ("sqlite", "default"));
        assert_eq!(told("sync.debounce"), ("5s", "this test"));
        assert_eq!(entry("remote.path").value, world.text("shared.db"));
        let origin = &entry("remote.backend").origin;
        assert!(origin.ends_with("driftline.toml, line 3"), "{origin}");
    }
    world.set("a", &[("sync.debounce", "1m")]);
    let text = fs::read_to_string(file).unwrap();
    assert!(text.starts_with("# mine\n") && text.contains("debounce = \"1m\""), "{text}");
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_what_is_accepted() {
    let cases: &[(&str, &[&str])] = &[
        ("[remote\n", &["line 1", "TOML"]),
        ("[remote]\nbackend = \"convexx\"\n", &["line 2", "remote.backend", "convexx", "`none`"]),
        ("[remote]\nbackend = 3\n", &["line 2", "remote.backend", "`3`", "`sqlite`"]),
        ("[remote]\nbackend = \"sqlite\"\npth = \"x\"\n", &["line 3", "remote.pth", "`path`"]),
        ("[local]\nbackend = \"none\"\n", &["line 2", "local.backend", "`memory`, `sqlite`"]),
        ("[local]\nurl = \"x\"\n", &["line 2", "local.url", "`path`"]),
        ("[remote]\naddress = \"x\"\n", &["line 2", "remote.address", "backend"]),
        ("[sync]\ndebounce = \"soon\"\n", &["line 2", "sync.debounce", "soon", "2s"]),
        (
            "[sync]\ninclude = []\n",
            &["line 2", "sync.include", "`debounce`, `exclude` and `paused`"],
        ),
        ("[sync]\nexclude = [\"secret\"]\n", &["line 2", "sync.exclude", "/home/me/secret"]),
        ("[sync]\nexclude = [\"sessions/01\"]\n", &["line 2", "sync.exclude", "sessions/ID"]),
        ("[sync]\nexclude = [1]\n", &["line 2", "sync.exclude", "a list of folders"]),
        ("[import]\nsecrets = true\n", &["line 2", "import.secrets", "`redact`, `keep`"]),
        ("[import]\nsecret = \"keep\"\n", &["line 2", "import.secret", "`secrets`"]),
        ("[lokal]\nbackend = \"sqlite\"\n", &["line 1", "lokal", "[local]"]),
        ("backend = \"sqlite\"\n", &["line 1", "backend", "[local]"]),
        ("local = \"sqlite\"\n", &["line 1", "local", "[local]"]),
        ("[remote]\nbackend = \"none\"\nbackend = \"none\"\n", &["line 3", "TOML"]),
    ];
    let world = World::new();
    let client = world.client("a");
    for (text, parts) in cases {
        world.write_config("a", text);
        for error in [client.config().err().unwrap(), client.device().err().unwrap()] {
            assert!(matches!(error, Error::Config(_)) && error.kind() == Kind::Invalid, "{text}");
            let told = error.told();
            for part in parts.iter().chain(&["driftline.toml"]) {
                assert!(told.contains(part), "{text:?}: {part}: {told}");
            }
        }
        assert!(!world.path("a/driftline.db").exists(), "nothing was opened");
    }
}

#[test]
fn a_change_that_would_be_wrong_is_not_made() {
    let world = World::new();
    world.shared("a");
    let (folder, file) = (world.path("a"), world.path("a/driftline.toml"));
    let before = fs::read(&file).unwrap();
    for (key, value) in [("remote.backend", "convexx"), ("remote.pth", "x"), ("path", "x")] {
        let error = config::set(&folder, &[(key.into(), value.into())]).unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid, "{key}: {error}");
        assert_eq!(fs::read(&file).unwrap(), before);
    }
    // Switching a remote off keeps how it was set up.
    world.set("a", &[("remote.backend", "none")]);
    assert_eq!(world.open("a").status().state, State::Local);
    world.set("a", &[("remote.backend", "sqlite")]);
    assert_eq!(world.open("a").status().state, State::Offline);
}
