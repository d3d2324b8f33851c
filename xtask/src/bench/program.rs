//! The program, as a person starts it, and what it uses of the machine.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::app::value_of;

/// How long it is watched while nothing happens.
const QUIET: Duration = Duration::from_secs(10);
/// How often Linux counts in a second; the same on every machine of today.
const TICKS: f64 = 100.0;

/// The program while it runs.
pub(super) struct Program {
    child: Child,
    link: String,
}

impl Program {
    /// Starts it on a profile.
    pub(super) fn start(program: &Path, profile: &Path) -> Result<Self> {
        let mut run = command(program, profile);
        run.args(["open", "--no-browser"]);
        let mut child = run.spawn().context("the program does not start")?;
        let link = first_link(&mut child);
        let mut program = Self { child, link: String::new() };
        program.link = link?;
        Ok(program)
    }

    /// The address that lets one browser in.
    pub(super) fn link(&self) -> &str {
        &self.link
    }

    /// What it uses of one processor while nothing happens, in percent; none where the
    /// system does not tell.
    pub(super) fn idle(&self) -> Result<Option<f64>> {
        // What the pages have begun comes to its end first.
        thread::sleep(QUIET / 5);
        let Some(before) = self.ticks()? else { return Ok(None) };
        thread::sleep(QUIET);
        let after = self.ticks()?.unwrap_or(before);
        Ok(Some((after - before) / TICKS / QUIET.as_secs_f64() * 100.0))
    }

    /// What it holds in memory, now and at most so far, in megabytes.
    pub(super) fn memory(&self) -> Result<Option<(f64, f64)>> {
        let Some(text) = self.told("status")? else { return Ok(None) };
        let megabytes = |name: &str| -> Option<f64> {
            let line = text.lines().find_map(|it| it.strip_prefix(name))?;
            let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
            Some(kilobytes * 1_024.0 / 1e6)
        };
        Ok(megabytes("VmRSS:").zip(megabytes("VmHWM:")))
    }

    fn ticks(&self) -> Result<Option<f64>> {
        let Some(text) = self.told("stat")? else { return Ok(None) };
        // The name in front may hold spaces.
        let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
        let used: Vec<f64> = fields.skip(11).take(2).filter_map(|it| it.parse().ok()).collect();
        Ok(Some(used.iter().sum()))
    }

    /// What Linux tells of the process.
    fn told(&self, what: &str) -> Result<Option<String>> {
        let path = format!("/proc/{}/{what}", self.child.id());
        if !Path::new("/proc/self/stat").exists() {
            return Ok(None);
        }
        fs::read_to_string(&path).map(Some).with_context(|| format!("{path} cannot be read"))
    }
}

/// Lets its index hear of everything, as any list and search does. The index is the
/// program's own: one made by another program, with other entities, would be made anew.
pub(super) fn index(program: &Path, profile: &Path) -> Result<()> {
    let listed = command(program, profile).args(["sessions", "--limit", "1"]).output()?;
    ensure!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    Ok(())
}

/// The program on a profile.
pub(super) fn command(program: &Path, profile: &Path) -> Command {
    let mut run = Command::new(program);
    run.args(["--json", "--profile"]);
    // A home of its own: nobody's transcripts are read.
    run.arg(profile).env("HOME", profile).stdin(Stdio::null()).stdout(Stdio::piped());
    run
}

/// The address in what the program prints when it is ready.
fn first_link(child: &mut Child) -> Result<String> {
    let stdout = child.stdout.take().context("the program has no output")?;
    let mut text = String::new();
    for line in BufReader::new(stdout).lines() {
        text.push_str(&line?);
        if let Ok(object) = serde_json::from_str::<Value>(&text) {
            return value_of(&object, "link");
        }
    }
    anyhow::bail!("the program ended before it said where it is: {text}")
}

impl Drop for Program {
    fn drop(&mut self) {
        // It is only measured: whatever it was doing can be repeated.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
