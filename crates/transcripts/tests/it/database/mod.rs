//! Agents' databases: read as they are at a moment, and never written.

mod damage;

use std::{
    collections::BTreeMap,
    error::Error as _,
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::SystemTime,
};

use driftline_core::Value;
use driftline_transcripts::{Error, Found};
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    agents::{found, opencode},
    common::Store,
};

const FOLDER: &str = ".local/share/opencode";

/// The folder of opencode's database with all that is in it.
fn state(home: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let files = fs::read_dir(home.join(FOLDER)).unwrap().map(|it| it.unwrap().path());
    let state = |it: &PathBuf| {
        (fs::read(it).unwrap(), fs::metadata(it).and_then(|it| it.modified()).unwrap())
    };
    files.map(|it| (it.clone(), state(&it))).collect()
}

fn database(home: &Path) -> Found {
    found("opencode", home).remove(0)
}

/// Imports it, and sees that the folder stays as it is.
fn import(home: &Path) -> Result<Store, Error> {
    let before = state(home);
    let mut store = Store::default();
    let done = store.import_found(&database(home));
    assert!(state(home) == before, "{:?} {:?}", before.keys(), state(home).keys());
    done.map(|_| store)
}

/// What is wrong, with its causes.
fn why(error: &Error) -> String {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    format!("{error}: {cause}")
}

fn wrong(home: &Path) -> String {
    let error = import(home).unwrap_err();
    assert!(matches!(error, Error::Database { .. }), "{error:?}");
    why(&error)
}

/// Opens it as its agent does, which writes into the log.
fn agent(home: &Path) -> Connection {
    let agent = opencode::database(home);
    agent.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").unwrap();
    agent
}

/// An agent in a process of its own: connections of one process share what they know.
struct Agent {
    process: Child,
    answers: BufReader<ChildStdout>,
}

/// In which home this process is an agent.
const HOME: &str = "DRIFTLINE_TEST_AGENT_HOME";

#[test]
fn an_agent() {
    let Some(home) = std::env::var_os(HOME) else { return };
    let agent = agent(Path::new(&home));
    for sql in std::io::stdin().lines() {
        agent.execute_batch(&sql.unwrap()).unwrap();
        let mut out = std::io::stdout();
        writeln!(out, "\ndone").and_then(|()| out.flush()).unwrap();
    }
}

impl Agent {
    fn of(home: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "database::an_agent", "--nocapture"])
            .env(HOME, home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut agent = Self { process, answers };
        agent.run("SELECT 1");
        agent
    }

    fn run(&mut self, sql: &str) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{sql}").unwrap();
        let done = self.answers.by_ref().lines().any(|it| it.unwrap() == "done");
        assert!(done, "{sql}");
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// A prompt that was just given.
fn late(id: &str) -> String {
    let time = 1_795_933_600_000_u64;
    let session = "ses_dda05aa8effeuIgqIjIneK7Du4";
    let data = json!({"role": "user", "time": {"created": time}});
    let part = json!({"type": "text", "text": "late"});
    format!(
        "INSERT INTO message VALUES ('{id}', '{session}', {time}, {time}, '{data}'); \
         INSERT INTO part VALUES ('prt_{id}', '{id}', '{session}', {time}, {time}, '{part}');"
    )
}

fn add(agent: &Connection, id: &str) {
    agent.execute_batch(&late(id)).unwrap();
}

fn has(store: &Store, id: &str) -> bool {
    store.find(id).is_some_and(|it| it.value("text") == Some(&Value::from("late")))
}

#[test]
fn a_database_that_nobody_has_open_is_left_as_it_is() {
    let home = opencode::opencode();
    assert_eq!(import(home.path()).unwrap().all("sessions").len(), 3);
    drop(agent(home.path()));
    assert_eq!(state(home.path()).len(), 1, "its log is gone, and it says that it has one");
    assert_eq!(import(home.path()).unwrap().all("sessions").len(), 3);
}

#[test]
fn what_is_in_the_log_alone_is_read_beside_the_agent() {
    let home = opencode::opencode();
    let mut agent = Agent::of(home.path());
    agent.run(&late("msg_z1"));
    assert!(has(&import(home.path()).unwrap(), "msg_z1"));
    agent.run(&format!("BEGIN; {}", late("msg_z2")));
    assert!(!has(&import(home.path()).unwrap(), "msg_z2"), "not written yet");
    agent.run("COMMIT");
    assert!(has(&import(home.path()).unwrap(), "msg_z2"));
    agent.run("PRAGMA wal_checkpoint(TRUNCATE)");
    assert!(has(&import(home.path()).unwrap(), "msg_z2"));
    agent.run(&late("msg_z3"));
    assert!(has(&import(home.path()).unwrap(), "msg_z3"));
    drop(agent);
    assert_eq!(state(home.path()).len(), 3, "killed");
    assert!(has(&import(home.path()).unwrap(), "msg_z3"));
}

/// A home as an agent leaves it that is killed, with or without the index of its log.
fn killed(index: bool) -> TempDir {
    let (home, copy) = (opencode::opencode(), tempfile::tempdir().unwrap());
    let agent = agent(home.path());
    add(&agent, "msg_z1");
    fs::create_dir_all(copy.path().join(FOLDER)).unwrap();
    for path in state(home.path()).into_keys() {
        if index || !path.to_string_lossy().ends_with("-shm") {
            let to = copy.path().join(path.strip_prefix(home.path()).unwrap());
            fs::copy(path, to).unwrap();
        }
    }
    copy
}

#[test]
fn what_a_killed_agent_left_is_read_and_left() {
    for index in [true, false] {
        let home = killed(index);
        assert_eq!(state(home.path()).len(), if index { 3 } else { 2 });
        assert!(has(&import(home.path()).unwrap(), "msg_z1"), "{index}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_read() {
    use std::os::unix::fs::PermissionsExt;
    for home in [opencode::opencode(), killed(true), killed(false)] {
        let folder = home.path().join(FOLDER);
        let set = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        set(0o555);
        let store = import(home.path());
        set(0o755);
        assert_eq!(store.unwrap().all("sessions").len(), 3);
    }
}

#[test]
fn a_log_that_grows_is_a_change() {
    let home = opencode::opencode();
    let agent = agent(home.path());
    let (mut store, found) = (Store::default(), database(home.path()));
    add(&agent, "msg_z1");
    store.import_found(&found).unwrap();
    let (trace, written) = (found.trace().unwrap(), store.written);
    assert!(store.import_found(&found).unwrap().unchanged);
    assert_eq!((found.trace().unwrap(), store.written), (trace, written));
    add(&agent, "msg_z2");
    assert_ne!(found.trace().unwrap(), trace);
    assert!(!store.import_found(&found).unwrap().unchanged);
    assert!(has(&store, "msg_z2"));
}

#[test]
fn an_unchanged_database_is_not_opened_again() {
    let home = opencode::opencode();
    let (mut store, found) = (Store::default(), database(home.path()));
    store.import_found(&found).unwrap();
    let whole = fs::read(&found.path).unwrap();
    let modified = fs::metadata(&found.path).and_then(|it| it.modified()).unwrap();
    // Whoever opened it would see the damage.
    let mut bytes = whole.clone();
    let end = bytes.len() - 5000;
    bytes[5000..end].fill(0xff);
    fs::write(&found.path, bytes).unwrap();
    fs::File::options().write(true).open(&found.path).unwrap().set_modified(modified).unwrap();
    let again = store.import_found(&found).unwrap();
    assert!(again.unchanged && again.skipped.is_empty());
    let fresh = Store::default().import_found(&found);
    assert!(fresh.is_err() || !fresh.unwrap().skipped.is_empty());
}

#[cfg(unix)]
#[test]
fn a_database_that_its_agent_has_open_is_opened_once() {
    let home = opencode::opencode();
    let mut agent = Agent::of(home.path());
    agent.run(&late("msg_z1"));
    let (mut store, found) = (Store::default(), database(home.path()));
    let opened = [(); 2].map(|()| store.import_found(&found).unwrap().opened);
    assert_eq!(opened, [true, false]);
    agent.run(&late("msg_z2"));
    assert!(store.import_found(&found).unwrap().opened);
    assert!(has(&store, "msg_z2"));
}

#[test]
fn a_locked_database_says_so() {
    let home = opencode::opencode();
    let agent = opencode::database(home.path());
    agent.execute_batch("PRAGMA cache_size = 1; BEGIN EXCLUSIVE").unwrap();
    add(&agent, "msg_z1");
    assert!(home.path().join(FOLDER).join("opencode.db-journal").exists());
    assert!(wrong(home.path()).contains("locked"), "{}", wrong(home.path()));
    agent.execute_batch("COMMIT").unwrap();
    assert!(has(&import(home.path()).unwrap(), "msg_z1"));
}

#[cfg(unix)]
#[test]
fn what_lies_beside_a_database_is_nobodys_business() {
    let home = opencode::opencode();
    let folder = home.path().join(FOLDER);
    fs::create_dir_all(folder.join("bin/deeper")).unwrap();
    fs::copy(folder.join("opencode.db"), folder.join("bin/opencode.db")).unwrap();
    std::os::unix::fs::symlink("/", folder.join("bin/link")).unwrap();
    std::os::unix::fs::symlink("/", folder.join("link")).unwrap();
    assert_eq!(found("opencode", home.path()).len(), 1);
    let reader = database(home.path()).reader;
    std::os::unix::fs::symlink("opencode.db", folder.join("opencode-beta.db")).unwrap();
    let problems = driftline_transcripts::find_below(&folder, reader).1;
    assert!(problems.len() == 1 && problems[0].reason.contains("a link"), "{problems:?}");
}
