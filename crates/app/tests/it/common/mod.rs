//! What every test of the command line needs: a folder of its own with profiles and a
//! home, and the real program, run in an environment that nobody else's settings reach.
#![allow(dead_code, reason = "every test file uses a part of it, and a test ends where it fails")]

pub(crate) mod app;
pub(crate) mod cloud;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// What stands in for the machine's clock and zone when these tests run in another zone or a
/// year ahead.
const CLOCK: [&str; 5] =
    ["TZ", "LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT"];

/// A folder with profiles, a home, and perhaps a shared remote.
pub(crate) struct Place {
    folder: TempDir,
    log: Option<&'static str>,
}

/// What a run of the program ended with.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder, log: None }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// From now on the program logs everything that it can.
    pub(crate) fn trace(&mut self) {
        self.log = Some("trace");
    }

    /// The program, on a profile of this place.
    pub(crate) fn command(&self, profile: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_driftline"));
        command.env_clear().env("HOME", self.path("home")).current_dir(self.folder.path());
        command.envs(CLOCK.iter().filter_map(|it| Some((it, std::env::var_os(it)?))));
        command.envs(self.log.map(|level| ("DRIFTLINE_LOG", level)));
        command.args(["--profile", profile]).args(words).stdin(Stdio::null());
        command
    }

    /// The app of a profile, started.
    pub(crate) fn app(&self, profile: &str) -> app::App {
        app::App::start(self.command(profile, &["open", "--no-browser", "--json"]))
    }

    pub(crate) fn run(&self, profile: &str, words: &[&str]) -> Ran {
        Ran::of(self.command(profile, words).output().unwrap())
    }

    /// What a run that succeeds prints.
    pub(crate) fn ok(&self, profile: &str, words: &[&str]) -> String {
        let ran = self.run(profile, words);
        assert_eq!(ran.code, 0, "{profile} {words:?}: {ran:?}");
        ran.stdout
    }

    /// What a run that succeeds prints as JSON.
    pub(crate) fn json(&self, profile: &str, words: &[&str]) -> Value {
        let words: Vec<_> = words.iter().copied().chain(["--json"]).collect();
        let text = self.ok(profile, &words);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{words:?}: {error}: {text}"))
    }

    /// What a run that fails says, with its exit code.
    pub(crate) fn fails(&self, profile: &str, words: &[&str]) -> (i32, String) {
        let ran = self.run(profile, words);
        assert_ne!(ran.code, 0, "{profile} {words:?}: {ran:?}");
        assert!(!ran.stderr.contains("panicked"), "{ran:?}");
        (ran.code, ran.stderr)
    }

    /// Sets a profile up to sync with the shared file.
    pub(crate) fn share(&self, profile: &str) {
        let words = ["config", "set", "remote.backend", "sqlite", "remote.path", "shared.db"];
        self.ok(profile, &words);
    }

    pub(crate) fn import(&self, profile: &str) -> Value {
        self.json(profile, &["import", "--from", "home"])
    }

    /// The id of the only row that has this value.
    pub(crate) fn id(&self, profile: &str, entity: &str, condition: &str) -> String {
        let rows = self.json(profile, &["list", entity, "--where", condition]);
        assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
        rows[0]["id"].as_str().unwrap().to_owned()
    }

    /// Writes transcripts of `sessions` conversations of `messages` messages each.
    pub(crate) fn transcripts(&self, sessions: usize, messages: usize) {
        for session in 0..sessions {
            let lines: String = (0..messages).map(|it| line(session, it)).collect();
            self.transcript(&format!("{}.jsonl", session_name(session)), &lines);
        }
    }

    /// Writes one transcript.
    pub(crate) fn transcript(&self, name: &str, text: &str) -> PathBuf {
        let folder = self.path("home/.claude/projects/-work-engine");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        written(&path, Duration::ZERO);
        path
    }
}

/// Lets a file look as if it was last written so long ago, by the clock that the program
/// goes by.
#[expect(clippy::disallowed_methods, reason = "the program compares with the same clock")]
pub(crate) fn written(path: &Path, ago: Duration) {
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - ago).unwrap();
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

pub(crate) fn session_name(session: usize) -> String {
    format!("{session:08x}-0000-4000-8000-000000000000")
}

pub(crate) fn message_name(session: usize, message: usize) -> String {
    format!("{session:08x}-0000-4000-9000-{message:012x}")
}

/// A record as Claude Code writes it: turns of a person and an agent.
pub(crate) fn line(session: usize, message: usize) -> String {
    let by_agent = message % 2 == 1;
    let role = if by_agent { "assistant" } else { "user" };
    let text =
        json!([{ "type": "text", "text": format!("Message {message} of session {session}") }]);
    let mut body = json!({ "role": role, "content": text });
    if by_agent {
        body["model"] = "large".into();
        body["stop_reason"] = "end_turn".into();
    }
    let parent = message.checked_sub(1).map(|it| message_name(session, it));
    let record = json!({
        "parentUuid": parent,
        "isSidechain": false,
        "userType": "external",
        "cwd": "/src/engine",
        "sessionId": session_name(session),
        "version": "2.1.0",
        "type": role,
        "message": body,
        "uuid": message_name(session, message),
        "timestamp": format!("2026-11-{:02}T10:{:02}:{:02}.000Z", 1 + session % 28, message / 60 % 60, message % 60),
    });
    format!("{record}\n")
}

/// Every file below `folder`, with its bytes and when it was last written.
pub(crate) fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>, SystemTime)> {
    let mut all = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let modified = fs::metadata(&path).unwrap().modified().unwrap();
                all.push((path.clone(), fs::read(&path).unwrap(), modified));
            }
        }
    }
    all.sort();
    all
}
