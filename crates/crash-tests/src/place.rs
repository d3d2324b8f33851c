//! A folder with profiles, a home and a remote, and the real program, run in an environment
//! that nobody else's settings reach.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use driftline_testing::Home;
use rusqlite::Connection;
use serde_json::Value;

use crate::run::{Ended, Running};

/// Profiles, a home and a remote. All of it is gone with this.
pub struct Place {
    home: Home,
    program: PathBuf,
}

impl Place {
    /// An empty one, for the program at `program`.
    pub fn new(program: &Path) -> Self {
        Self { home: Home::new(), program: program.to_owned() }
    }

    /// The program, on a profile of this place.
    pub(crate) fn command(&self, profile: &str, words: &[&str]) -> Command {
        self.through(Command::new(&self.program), profile, words)
    }

    /// The program, started by another one that `strace` and its arguments are.
    pub(crate) fn traced(&self, strace: &[String], profile: &str, words: &[&str]) -> Command {
        let mut command = Command::new("strace");
        command.args(strace).arg(&self.program);
        self.through(command, profile, words)
    }

    fn through(&self, mut command: Command, profile: &str, words: &[&str]) -> Command {
        command.env_clear().env("HOME", self.path("home")).current_dir(self.path(""));
        command.envs(std::env::var_os("PATH").map(|it| ("PATH", it)));
        command.args(["--profile", profile]).args(words).stdin(Stdio::null());
        command
    }

    /// Starts it, to be killed after so long.
    pub(crate) fn start(
        &self,
        profile: &str,
        words: &[&str],
        kill_after: Option<Duration>,
    ) -> Result<Running> {
        Running::start(&mut self.command(profile, words), kill_after)
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, profile: &str, words: &[&str]) -> Result<Ended> {
        let mut ended = Running::all(vec![self.start(profile, words, None)?])?;
        let ended = ended.pop().context("a program was lost")?;
        match ended.fault() {
            Some(fault) => bail!("{profile} {words:?}: {fault}"),
            None => Ok(ended),
        }
    }

    /// What it prints when it does what it is asked for.
    pub(crate) fn ok(&self, profile: &str, words: &[&str]) -> Result<String> {
        let ended = self.run(profile, words)?;
        let (code, said) = (ended.code(), ended.stderr.trim());
        ensure!(ended.is_done(), "{profile} {words:?} ended with {code:?}: {said}");
        Ok(ended.stdout)
    }

    /// The same, as JSON.
    pub(crate) fn json(&self, profile: &str, words: &[&str]) -> Result<Value> {
        let text = self.ok(profile, &[words, &["--json"]].concat())?;
        serde_json::from_str(&text).with_context(|| format!("{profile} {words:?}: {text}"))
    }

    pub(crate) fn import(&self, profile: &str) -> Result<()> {
        self.ok(profile, IMPORT).map(drop)
    }

    /// Whether `doctor` finds the rows of a profile sound, and so does SQLite.
    pub(crate) fn examine(&self, profile: &str) -> Result<()> {
        // Its exit code also says how the remote is, which may be away or put back at the moment.
        let said = self.run(profile, &["doctor", "--json"])?.stdout;
        let checks: Value = serde_json::from_str(&said).context("what `doctor` says")?;
        for it in checks.as_array().context("what `doctor` says is no list")? {
            let is_of_rows = it["check"] == "config" || it["check"] == "rows";
            ensure!(it["ok"] == true || !is_of_rows, "`doctor` on {profile}: {it}");
        }
        sound(&self.path(profile).join("driftline.db"))
    }
}

/// The words of an import.
pub(crate) const IMPORT: &[&str] = &["import", "--from", "home"];

/// Whether SQLite finds nothing wrong with a database.
pub(crate) fn sound(path: &Path) -> Result<()> {
    let file = Connection::open(path)?;
    file.busy_timeout(Duration::from_secs(30))?;
    let found: String = file.query_row("PRAGMA integrity_check", [], |it| it.get(0))?;
    ensure!(found == "ok", "{}: {found}", path.display());
    Ok(())
}

impl Deref for Place {
    type Target = Home;

    fn deref(&self) -> &Home {
        &self.home
    }
}
