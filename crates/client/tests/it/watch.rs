//! What an import that goes on notices, and what it leaves alone.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use driftline_client::import::{Report, Secrets, Wanted, Watch};
use driftline_testing::line;
use rusqlite::Connection;
use serde_json::json;

use crate::world::{Side, World};

/// Looks once, and imports what has changed.
fn look(watch: &mut Watch, side: &Side) -> Option<Report> {
    let seen = watch.look(&side.device.replica);
    let report = (!seen.is_quiet())
        .then(|| watch.import(&side.device.replica, seen, Secrets::Redact, &mut |_| ()));
    assert!(report.as_ref().is_none_or(|it| it.problems.is_empty()), "nothing is wrong");
    report
}

fn watch(home: &Path, agent: Option<&str>) -> Watch {
    Watch::new(Wanted { from: Some(home), agent, ..Wanted::default() }).unwrap()
}

/// The database of opencode, as the fixtures have it, open as its agent keeps it.
fn database(home: &Path) -> (PathBuf, Connection) {
    let script = "../transcripts/tests/fixtures/opencode-1.18.33/opencode.sql";
    let script = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(script)).unwrap();
    let path = home.join(".local/share/opencode/opencode.db");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let agent = Connection::open(&path).unwrap();
    agent.execute_batch(&script).unwrap();
    agent.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").unwrap();
    (path, agent)
}

#[test]
fn what_grows_is_imported_and_what_does_not_is_not() {
    let world = World::new();
    let (home, side) = (world.path("home"), world.open("a"));
    world.transcript("a.jsonl", &line(0, 0));
    world.transcript("b.jsonl", &line(1, 0));
    let mut watch = watch(&home, None);
    let first = look(&mut watch, &side).unwrap();
    assert_eq!((first.files.len(), side.count("messages")), (2, 2));
    assert!(look(&mut watch, &side).is_none());
    world.transcript("a.jsonl", &[line(0, 0), line(0, 1)].concat());
    let second = look(&mut watch, &side).unwrap();
    assert_eq!((second.files.len(), second.totals.new), (1, 1), "the other one is not read");
    assert!(look(&mut watch, &side).is_none());
}

#[test]
fn one_agent_can_be_watched_alone() {
    let world = World::new();
    let (home, side) = (world.path("home"), world.open("a"));
    world.transcripts(1, 2);
    let (_path, _agent) = database(&home);
    let mut watch = watch(&home, Some("opencode"));
    assert_eq!(look(&mut watch, &side).unwrap().files[0].tool, "opencode");
    world.transcripts(2, 2);
    assert!(look(&mut watch, &side).is_none());
    assert!(
        Watch::new(Wanted { from: Some(&home), agent: Some("nobody"), ..Wanted::default() })
            .is_err()
    );
}

/// A chat in an editor's folder of a project.
fn chat(editor: &Path, project: &str) {
    let folder = editor.join("User/workspaceStorage").join(project).join("chatSessions");
    fs::create_dir_all(&folder).unwrap();
    let request = json!({
        "requestId": format!("request-{project}"), "timestamp": 1_795_000_000_000_u64,
        "message": {"text": "Hello"}, "response": [{"value": "Hi"}],
    });
    let chat = json!({
        "version": 3, "sessionId": format!("chat-{project}"), "requests": [request],
        "creationDate": 1_795_000_000_000_u64,
    });
    fs::write(folder.join("chat.json"), chat.to_string()).unwrap();
}

#[test]
fn editors_and_projects_that_come_later_are_noticed() {
    let world = World::new();
    let (home, side) = (world.path("home"), world.open("a"));
    fs::create_dir_all(&home).unwrap();
    let mut watch = watch(&home, None);
    assert!(look(&mut watch, &side).is_none());
    let editor = home.join(".config/Code");
    for (project, sessions) in [("one", 1), ("two", 2)] {
        chat(&editor, project);
        assert_eq!(look(&mut watch, &side).unwrap().files[0].tool, "vscode-chat", "{project}");
        assert_eq!(side.count("sessions"), sessions);
    }
    assert!(watch.places().iter().any(|it| it.contains(".config/Code")), "{:?}", watch.places());
    fs::remove_dir_all(&home).unwrap();
    assert!(look(&mut watch, &side).is_none(), "a home that is gone has no transcripts");
}

#[test]
fn what_an_agent_wrote_into_the_log_of_its_database_alone_is_noticed() {
    let world = World::new();
    let (home, side) = (world.path("home"), world.open("a"));
    let (path, agent) = database(&home);
    let mut watch = watch(&home, None);
    assert!(look(&mut watch, &side).unwrap().totals.found.messages > 0);
    assert!(look(&mut watch, &side).is_none());
    let before = fs::read(&path).unwrap();
    let later = "UPDATE session SET title = 'Only in the log', time_updated = time_updated + 1";
    agent.execute(later, []).unwrap();
    assert_eq!(fs::read(&path).unwrap(), before, "the database itself is as it was");
    let report = look(&mut watch, &side).unwrap();
    assert!(report.totals.grown > 0, "{:?}", report.totals.grown);
    let names = side.all("sessions", "name");
    assert!(names.iter().any(|it| it == "Only in the log"), "{names:?}");
    assert!(look(&mut watch, &side).is_none());
}

#[test]
fn a_database_that_has_not_changed_is_not_opened() {
    let world = World::new();
    let (home, side) = (world.path("home"), world.open("a"));
    let (path, agent) = database(&home);
    let mut watch = watch(&home, None);
    look(&mut watch, &side).unwrap();
    drop(agent);
    // Closed, the log is gone, and all of it is in the database.
    look(&mut watch, &side);
    // Something else with its length and time would be found out by whoever opens it.
    let about = fs::metadata(&path).unwrap();
    let file = File::options().write(true).truncate(true).open(&path).unwrap();
    file.set_len(about.len()).unwrap();
    file.set_modified(about.modified().unwrap()).unwrap();
    drop(file);
    assert!(look(&mut watch, &side).is_none());
    let mut anew = self::watch(&home, None);
    let seen = anew.look(&side.device.replica);
    let report = anew.import(&side.device.replica, seen, Secrets::Redact, &mut |_| ());
    assert_eq!(report.problems.len(), 1, "who opens it finds that it is no database");
}
