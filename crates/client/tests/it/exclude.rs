//! What stays on this device.

use std::fs;

use driftline_client::{Error, Kind};

use crate::world::{Side, World};

/// A list as a person lays it out.
const LAID_OUT: &str = "# mine\n[sync]\n# not for others\nexclude = [ # two\n  \"/tax\", # ours\n  \
                        \"/diary\", # private\n] # end\ndebounce = \"5s\" # calm\n";

#[test]
fn exclusions_are_written_without_touching_what_is_around_them() {
    let world = World::new();
    let file = world.write_config("a", LAID_OUT);
    let side = world.open("a");
    let exclude =
        |what: &str, excluded: bool| side.client.exclude(&side.device.replica, what, excluded);
    exclude("/new", true).unwrap();
    let with = LAID_OUT.replace("# private\n", "# private\n  \"/new\",\n");
    assert_eq!(fs::read_to_string(&file).unwrap(), with);
    exclude("/new", false).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), LAID_OUT);
    world.set("a", &[("sync.debounce", "9s")]);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text, LAID_OUT.replace("5s", "9s"), "a comment behind a value stays");
    let error = exclude("/other", false).unwrap_err();
    assert!(matches!(error, Error::NotExcluded(_)) && error.kind() == Kind::NotFound, "{error}");
}

#[test]
fn writing_the_file_changes_nothing_that_stands_over_it() {
    let world = World::new();
    let over = Side::of(world.client_with("a", &["sync.exclude=/mine"]));
    let error = over.client.exclude(&over.device.replica, "/more", true).unwrap_err();
    assert!(error.told().contains("this test stands over it"), "{error}");
}

#[test]
fn what_is_excluded_waits_here_and_goes_once_it_is_not() {
    let world = World::new();
    let (a, b) = (world.shared("a"), world.shared("b"));
    let app = a.app();
    assert!(app.exclusions().unwrap().is_empty());
    for wrong in ["secret", "sessions/01", ""] {
        let error = app.exclude(wrong, true).unwrap_err();
        assert!(matches!(&error, Error::NoExclusion(it) if it == wrong), "{error}");
    }
    assert!(app.exclusions().unwrap().is_empty(), "what is wrong is not written");
    app.exclude("/secret/", true).unwrap();
    a.add("workspaces", &[("path", "/secret/a")]);
    a.add("workspaces", &[("path", "/open")]);
    let shown = app.exclusions().unwrap();
    assert_eq!((shown[0].what.as_str(), shown[0].changes), ("/secret", 1));
    assert_eq!((a.sync().sent, b.sync().received), (1, 1));
    assert_eq!(b.all("workspaces", "path"), ["/open"]);
    assert_eq!(a.status().excluded, 1);
    app.exclude("/secret", false).unwrap();
    assert!(app.exclusions().unwrap().is_empty());
    assert_eq!((a.sync().sent, b.sync().received), (1, 1));
    assert_eq!(b.all("workspaces", "path"), ["/open", "/secret/a"]);
}
