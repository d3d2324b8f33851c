//! A folder that a config file names, with what others have in it.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt as _, sync::Arc};

use driftline_core::{BackendPlugin, OpenBackend, Start, Value};
use driftline_testing::MemorySecrets;
use futures_executor::block_on;
use tempfile::TempDir;

use crate::sealed::{env, pull, push, schema};

#[test]
fn what_others_have_in_a_folder_stops_no_sync() {
    let (folder, profile) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    // No text, and a link that leads back: whoever follows it comes to no end.
    fs::write(folder.path().join(OsStr::from_bytes(b"holidays-\xff.jpg")), "theirs").unwrap();
    fs::create_dir(folder.path().join("zoo")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("zoo/back")).unwrap();
    let url = Value::from(format!("file://{}", folder.path().display()));
    let settings = [("url".to_owned(), url)].into_iter().collect();
    let open = OpenBackend {
        schema: schema(),
        profile: profile.path(),
        settings: &settings,
        env: env(95),
        tokens: None,
        secrets: Some(Arc::new(MemorySecrets::default())),
    };
    let plugin = BackendPlugin::registered()["bucket"];
    let set_up = plugin.set_up.unwrap()(&open).unwrap();
    let tried = block_on(set_up.try_out()).unwrap();
    assert!(tried.notes.iter().any(|it| it.contains("other files")), "{:?}", tried.notes);
    block_on(set_up.begin(Start::Join)).unwrap();
    let remote = plugin.remote.unwrap()(&open).unwrap();
    push(&*remote, 1, "ours").unwrap();
    assert_eq!(pull(&*remote).unwrap().changes.len(), 1);
    // Another process has nothing in its memory.
    let again = plugin.remote.unwrap()(&open).unwrap();
    push(&*again, 2, "ours, too").unwrap();
    assert_eq!(pull(&*remote).unwrap().changes.len(), 2);
}
