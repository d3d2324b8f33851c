//! What a config file can say of this backend.

use std::{path::Path, sync::Arc};

use crate::common::{self, id, note, put, schema};
use driftline_core::{BackendPlugin, Error, Input, OpenBackend, Simulated, Value};
use driftline_sqlite::{open_remote, remote_path};
use serde_json::{Map, json};

fn with<T>(profile: &Path, settings: Value, job: impl Fn(&OpenBackend<'_>) -> T) -> T {
    let settings: Map<String, Value> = serde_json::from_value(settings).unwrap();
    job(&OpenBackend {
        schema: schema(),
        profile,
        settings: &settings,
        env: Arc::new(Simulated::new(0, 0)),
        tokens: None,
        secrets: None,
    })
}

#[test]
fn the_local_file_is_in_the_profile_unless_a_path_says_otherwise() {
    let profile = tempfile::tempdir().unwrap();
    let plugin = BackendPlugin::registered()["sqlite"];
    let open = plugin.local.unwrap();
    for (settings, file) in [
        (json!({}), "driftline.db"),
        (json!({"path": "other.db"}), "other.db"),
        (json!({"path": profile.path().join("deep/third.db")}), "deep/third.db"),
    ] {
        let store = with(profile.path(), settings, open).unwrap();
        put(&*store, "notes", &note(1, &[]));
        assert!(common::get(&*store, "notes", id(1)).is_some());
        assert!(profile.path().join(file).exists(), "{file}");
    }
    for settings in [json!({"path": ""}), json!({"path": 5}), json!({"path": "a\0b"})] {
        let Err(error) = with(profile.path(), settings, open) else { panic!("it opened") };
        assert!(matches!(error, Error::Invalid { what: Input::Value, .. }), "{error}");
        assert!(error.to_string().contains("[local]"), "{error}");
    }
}

#[test]
fn a_hub_has_a_file_of_its_own_on_a_local_disk() {
    let profile = tempfile::tempdir().unwrap();
    let path = |settings| with(profile.path(), settings, remote_path);
    assert_eq!(path(json!({"path": "hub.db"})).unwrap(), profile.path().join("hub.db"));
    assert!(path(json!({})).unwrap_err().to_string().contains("[remote]"));
    let same = path(json!({"path": "./driftline.db"})).unwrap_err().to_string();
    assert!(same.contains("database of this profile"), "{same}");
    let cloud = path(json!({"path": "Dropbox/hub.db"})).unwrap_err().to_string();
    assert!(cloud.contains("local disk"), "{cloud}");
    let hub = with(profile.path(), json!({"path": "hub.db"}), open_remote).unwrap();
    let real = std::fs::canonicalize(profile.path().join("hub.db")).unwrap();
    assert_eq!(hub.person(), format!("file:{}", real.display()));
}

#[test]
fn a_file_is_never_a_device_and_a_hub() {
    let profile = tempfile::tempdir().unwrap();
    let local = BackendPlugin::registered()["sqlite"].local.unwrap();
    with(profile.path(), json!({"path": "hub.db"}), open_remote).unwrap();
    let Err(error) = with(profile.path(), json!({"path": "hub.db"}), local) else {
        panic!("it opened")
    };
    assert!(error.to_string().contains("a hub"), "{error}");
    with(profile.path(), json!({"path": "mine.db"}), local).unwrap();
    let error = with(profile.path(), json!({"path": "mine.db"}), open_remote).unwrap_err();
    assert!(error.to_string().contains("database of a profile"), "{error}");
}
