//! What every test of the command line needs: a folder of its own with profiles and a
//! home, and the real program, run in an environment that nobody else's settings reach.
#![allow(dead_code, reason = "every test file uses a part of it, and a test ends where it fails")]

pub(crate) mod app;
pub(crate) mod cloud;

use std::{
    ops::Deref,
    process::{Command, Output, Stdio},
};

use driftline_testing::Home;
use serde_json::Value;

pub(crate) use driftline_testing::{line, message_name, session_name, written};

/// What stands in for the machine's clock and zone when these tests run in another zone or a
/// year ahead.
const CLOCK: [&str; 5] =
    ["TZ", "LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT"];

/// A folder with profiles, a home, and perhaps a shared remote.
pub(crate) struct Place {
    home: Home,
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
        Self { home: Home::new(), log: None }
    }

    /// From now on the program logs everything that it can.
    pub(crate) fn trace(&mut self) {
        self.log = Some("trace");
    }

    /// The program, on a profile of this place.
    pub(crate) fn command(&self, profile: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_driftline"));
        command.env_clear().env("HOME", self.path("home")).current_dir(self.path(""));
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
}

impl Deref for Place {
    type Target = Home;

    fn deref(&self) -> &Home {
        &self.home
    }
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
