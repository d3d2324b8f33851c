//! The integration tests of this crate, in one program: linking is what costs.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::{collections::BTreeSet, sync::Arc};

use driftline_core::{Replica, Schema, Simulated};
use driftline_entities::{sessions::Session, workspaces::Workspace};
use driftline_index::Error;
use driftline_memory::MemoryStore;
use driftline_reading::{Reading, workspaces};

#[test]
fn without_an_index_there_is_no_search() {
    let store = Arc::new(MemoryStore::new(Schema::registered().unwrap()));
    let env = Arc::new(Simulated::new(1, 1_790_000_000_000));
    let reading = Reading::new(Arc::new(Replica::open(store, env).unwrap()));
    assert!(matches!(reading.index().map(drop), Err(Error::NoIndex)));
}

#[test]
fn checkouts_of_one_repository_are_one_workspace() {
    let store = Arc::new(MemoryStore::new(Schema::registered().unwrap()));
    let env = Arc::new(Simulated::new(1, 1_790_000_000_000));
    let replica = Replica::open(store, env).unwrap();
    let at = |path: &str, remote: &str| {
        let git_remote = (!remote.is_empty()).then(|| remote.to_owned());
        let row = Workspace { path: Some(path.into()), git_remote, ..Workspace::default() };
        let row = replica.create(&row).unwrap();
        let session = Session {
            name: Some(path.into()),
            workspace: Some(row),
            cwd: Some(path.into()),
            ..Session::default()
        };
        replica.create(&session).unwrap();
        row
    };
    let home = at("/home/me/demo", "github.com/example/demo");
    let mac = at("/Users/me/src/demo", "git@github.com:example/demo.git");
    at("/home/me/demo/web", "github.com/example/demo");
    at("/home/me/notes", "");
    at("/srv/notes", "");
    let found = workspaces::list(&replica).unwrap();
    assert_eq!(found.len(), 4, "{found:?}");
    let detail = workspaces::detail(&replica, mac).unwrap();
    assert_eq!(BTreeSet::from_iter(detail.workspace.rows), BTreeSet::from([home, mac]));
    let paths = BTreeSet::from(["/home/me/demo", "/Users/me/src/demo"]);
    assert_eq!(detail.workspace.paths.iter().map(String::as_str).collect::<BTreeSet<_>>(), paths);
    assert_eq!((detail.workspace.sessions, detail.folders.len()), (2, 2));

    // The name that was given last is shown, and one row that is pinned pins all.
    replica.update::<Workspace>(home, |it| it.name = Some("Old".into())).unwrap();
    replica.update::<Workspace>(mac, |it| it.name = Some("Demo".into())).unwrap();
    replica.update::<Workspace>(home, |it| it.pinned = true).unwrap();
    let shown = &workspaces::list(&replica).unwrap()[0];
    assert_eq!((shown.shown.as_str(), shown.pinned, shown.archived), ("Demo", true, false));

    replica.delete::<Workspace>(home).unwrap();
    let left = workspaces::detail(&replica, mac).unwrap().workspace;
    assert_eq!((left.rows, left.sessions), (vec![mac], 1));
    assert!(workspaces::detail(&replica, home).is_err());
}
