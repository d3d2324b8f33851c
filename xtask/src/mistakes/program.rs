//! Who may notice a mistake: the programs that are built with all of them, and how one is run
//! with one.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use super::Options;

/// Cargo that builds the copy.
pub(super) fn cargo(copy: &Path, target: &Path) -> Command {
    let mut cargo = crate::cargo::cargo(copy);
    cargo.env("CARGO_TARGET_DIR", target).env("CARGO_PROFILE_DEV_DEBUG", "0");
    cargo
}

/// A program that may notice a mistake.
pub(super) struct Program {
    pub(super) name: &'static str,
    path: PathBuf,
    is_player: bool,
}

/// Builds the player and the tests of core.
pub(super) fn programs(copy: &Path, target: &Path) -> Result<Vec<Program>> {
    let mut player = cargo(copy, target);
    player.args(["build", "--locked", "--quiet", "--package", "xtask-player"]);
    let status = player.status().context("cannot run cargo")?;
    ensure!(status.success(), "the player does not build; see above");
    let path = target.join("debug/xtask-player");
    let mut all = vec![Program { name: "caught by the suite", path, is_player: true }];
    let mut tests = cargo(copy, target);
    tests.args(["test", "--no-run", "--locked", "--quiet", "--message-format=json", "--tests"]);
    let output =
        tests.args(["--package", "driftline-core"]).output().context("cannot run cargo")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the tests of core do not build: {}", said.trim());
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(told) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        if let Some(path) = told["executable"].as_str() {
            let path = PathBuf::from(path);
            all.push(Program { name: "caught by the tests of core", path, is_player: false });
        }
    }
    Ok(all)
}

impl Program {
    /// Runs it with a mistake. Returns who noticed it, if anybody, and how long it took.
    pub(super) fn run(
        &self,
        mistake: usize,
        options: &Options,
        limit: Duration,
    ) -> Result<(Option<&'static str>, Duration)> {
        let mut command = Command::new(&self.path);
        if self.is_player {
            command.args([options.short, options.seed].map(|it| it.to_string()));
        } else {
            command.arg("--quiet").env("PROPTEST_CASES", "64");
            // What fails here is no example for the tests of the engine as it is.
            command.env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
        }
        command.env("DRIFTLINE_MISTAKE", mistake.to_string());
        #[expect(clippy::disallowed_methods, reason = "it tells whether a run comes to an end")]
        let start = std::time::Instant::now();
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run what was built")?;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if start.elapsed() > limit {
                child.kill()?;
                child.wait()?;
                return Ok((Some("came to no end"), start.elapsed()));
            }
            thread::sleep(Duration::from_millis(5));
        };
        Ok(((!status.success()).then_some(self.name), start.elapsed()))
    }
}
