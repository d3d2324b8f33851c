//! Opening a profile, and what an app over it shows of it.

use std::fs;

use driftline_client::{Error, Kind, export, profile::Turn};
use driftline_core::status::State;

use crate::world::{Side, World};

#[test]
fn a_profile_that_was_not_there_is_made_and_is_its_owners_alone() {
    let world = World::new();
    let side = world.open("deep/a");
    assert_eq!(side.status().state, State::Local);
    assert!(world.path("deep/a/driftline.db").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(world.path("deep/a")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
    fs::write(world.path("file"), "").unwrap();
    let Err(error) = world.client("file").device() else { panic!("a file was opened") };
    assert!(matches!(error, Error::Profile(_)) && error.kind() == Kind::Invalid, "{error}");
    assert!(error.to_string().contains("file is a file, not a folder"), "{error}");
}

#[test]
fn what_is_in_memory_ends_with_it_and_what_is_in_a_file_does_not() {
    let world = World::new();
    for (pairs, left) in [(&["local.backend=memory"][..], 0), (&[][..], 1)] {
        let side = Side::of(world.client_with("a", pairs));
        side.add("inbox", &[("title", "here")]);
        drop(side);
        assert_eq!(Side::of(world.client_with("a", pairs)).count("inbox"), left, "{pairs:?}");
    }
}

#[test]
fn where_it_stands_is_told_while_somebody_else_syncs() {
    let world = World::new();
    let side = world.shared("a");
    side.add("inbox", &[("title", "x")]);
    let app = side.app();
    let stands = || [side.status(), app.status().unwrap()].map(|it| (it.state, it.waiting));
    assert_eq!(stands(), [(State::Offline, 1), (State::Offline, 1)]);
    let before = app.pulse();
    let turn = Turn::take_if_free(&side.client.profile).unwrap().unwrap();
    assert_eq!(stands(), [(State::Syncing, 1), (State::Syncing, 1)]);
    assert_ne!(app.pulse(), before, "pages notice without looking");
    assert!(Turn::take_if_free(&side.client.profile).unwrap().is_none());
    drop(turn);
    assert_eq!(app.pulse(), before);
    side.sync();
    assert_eq!(stands(), [(State::Synced, 0), (State::Synced, 0)]);
}

#[test]
fn an_app_exports_every_row_and_says_where_things_are() {
    let world = World::new();
    let side = world.open("a");
    side.add("workspaces", &[("path", "/w")]);
    side.add("inbox", &[("title", "note")]);
    let app = side.app();
    let path = app.export().unwrap().path;
    let text = fs::read_to_string(&path).unwrap();
    // With a line before them and one behind.
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.contains("\"/w\"") && text.contains("\"note\""), "{text}");
    assert_ne!(app.export().unwrap().path, path, "no file is replaced");
    let places = app.places();
    let place = places.iter().find(|it| it.path == path).unwrap();
    assert_eq!(place.bytes, Some(text.len() as u64));
    let config = places.iter().find(|it| it.what == "Config").unwrap();
    assert_eq!(config.bytes, None, "nothing was set yet");
    assert!(places[0].bytes.unwrap() >= 2 * text.len() as u64, "{places:?}");
    let joined = export::join(&side.client, &world.open("b").device.replica, &path, &mut |_| ());
    assert_eq!(joined.unwrap().new, 2, "another profile takes it in");
}

#[test]
fn a_pause_is_written_where_the_next_program_finds_it() {
    let world = World::new();
    let side = world.shared("a");
    assert!(!side.app().is_paused());
    side.app().pause(true).unwrap();
    assert!(side.app().is_paused() && world.open("a").device.config.paused);
    side.app().pause(false).unwrap();
    assert!(!side.app().is_paused() && !world.open("a").device.config.paused);
}
