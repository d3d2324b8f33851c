//! A home folder of an agent, and the agent in it, without a terminal and without a network
//! but for the model.

use std::{
    ffi::OsStr,
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use super::{install::Installed, known::Agent};

/// The longest that an agent may take for a prompt.
const LONGEST: Duration = Duration::from_secs(180);

/// Where an agent lives: a home folder, with a command of that agent on its `PATH`.
pub(super) struct Home<'a> {
    agent: &'a Agent,
    model: &'a str,
    pub(super) folder: PathBuf,
    path: String,
}

impl<'a> Home<'a> {
    /// A new one in `folder`, whose agent asks the model at the address `model`.
    pub(super) fn new(
        folder: PathBuf,
        agent: &'a Agent,
        installed: &Installed,
        model: &'a str,
    ) -> Result<Self> {
        let programs = folder.join("bin");
        fs::create_dir_all(&programs)?;
        let command = installed.find(agent)?.command;
        let quoted = command.iter().map(|it| format!("'{}'", it.display()));
        let line = quoted.collect::<Vec<_>>().join(" ");
        let file = programs.join(agent.command);
        fs::write(&file, format!("#!/bin/sh\nexec {line} \"$@\"\n"))?;
        make_executable(&file)?;
        if let Some((file, settings)) = (agent.settings)(model) {
            let file = folder.join(file);
            fs::create_dir_all(file.parent().context("settings in no folder")?)?;
            fs::write(file, settings)?;
        }
        let node = installed.node.display();
        let path = format!("{}:{node}:/usr/local/bin:/usr/bin:/bin", programs.display());
        Ok(Self { agent, model, folder, path })
    }

    /// Gives the agent a prompt in `project`, after the words `again`, which go on with a
    /// session.
    pub(super) fn prompt(&self, project: &Path, again: &[String], prompt: &str) -> Result<()> {
        let mut command = self.command(self.folder.join("bin").join(self.agent.command));
        command.args((self.agent.words)(again, prompt)).current_dir(project);
        run(command).map(drop).with_context(|| format!("prompt «{prompt}»"))
    }

    /// A program with this home, and nothing else of the surroundings.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        // Nobody listens there.
        const NOWHERE: &str = "http://127.0.0.1:9";
        let mut command = Command::new(program);
        command.env_clear().env("HOME", &self.folder).env("PATH", &self.path);
        command.envs([("LANG", "C.UTF-8"), ("SHELL", "/bin/sh"), ("USER", "somebody")]);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
            command.env(name, NOWHERE);
        }
        command.envs([("NO_PROXY", "127.0.0.1"), ("no_proxy", "127.0.0.1")]);
        command.env("DO_NOT_TRACK", "1").envs((self.agent.variables)(self.model));
        command
    }
}

/// Runs `command` to its end, and returns what it printed.
pub(super) fn run(mut command: Command) -> Result<String> {
    let errors = tempfile::NamedTempFile::new()?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors.reopen()?);
    let mut child = command.spawn().context("cannot be started")?;
    let mut output = child.stdout.take().context("no output")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut printed = Vec::new();
        let read = output.read_to_end(&mut printed);
        // Nobody waits for it any more if it took too long.
        _ = sender.send(read.map(|_| printed));
    });
    let printed = match receiver.recv_timeout(LONGEST) {
        Ok(printed) => String::from_utf8_lossy(&printed?).into_owned(),
        Err(_) => {
            child.kill()?;
            child.wait()?;
            let said = fs::read_to_string(errors.path()).unwrap_or_default();
            bail!("no end after {} s; it wrote: {}", LONGEST.as_secs(), end(&said));
        }
    };
    let status = child.wait()?;
    if status.success() {
        return Ok(printed);
    }
    let said = fs::read_to_string(errors.path()).unwrap_or_default();
    bail!("ended with {status}; it wrote: {} {}", end(&printed), end(&said))
}

/// The last of a text, where the reason usually is.
fn end(text: &str) -> &str {
    let text = text.trim();
    let from = text.char_indices().rev().nth(800).map_or(0, |(at, _)| at);
    text.get(from..).unwrap_or(text)
}

#[cfg(unix)]
fn make_executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::set_permissions(file, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    bail!("agents are driven on Unix only")
}
