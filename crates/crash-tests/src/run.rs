//! Programs that run at once, each of which may be killed before it ends.

use std::{
    fs::File,
    io::{Read as _, Seek as _},
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// Whatever takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(180);
/// Between two looks at what runs.
const PAUSE: Duration = Duration::from_micros(400);

/// A program that runs. What it prints goes to files, so that nobody has to read meanwhile.
pub(crate) struct Running {
    child: Child,
    stdout: File,
    stderr: File,
    start: Instant,
    kill_after: Option<Duration>,
    is_killed: bool,
}

/// What a program ended with.
#[derive(Debug)]
pub(crate) struct Ended {
    status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
    /// Whether it was killed from here, in time.
    pub(crate) is_killed: bool,
}

impl Running {
    /// Starts `command`, to be killed after so long if it still runs then.
    pub(crate) fn start(command: &mut Command, kill_after: Option<Duration>) -> Result<Self> {
        let (stdout, stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
        command.stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
        let child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        Ok(Self { child, stdout, stderr, start: now(), kill_after, is_killed: false })
    }

    /// Sees all of them to their end.
    pub(crate) fn all(mut running: Vec<Self>) -> Result<Vec<Ended>> {
        let mut ended: Vec<Option<(ExitStatus, Duration)>> = vec![None; running.len()];
        while ended.iter().any(Option::is_none) {
            for (it, end) in running.iter_mut().zip(&mut ended).filter(|(_, end)| end.is_none()) {
                let took = it.start.elapsed();
                if let Some(status) = it.child.try_wait()? {
                    *end = Some((status, took));
                } else if it.kill_after.is_some_and(|limit| took >= limit) {
                    it.child.kill()?;
                    it.kill_after = None;
                    it.is_killed = true;
                } else if took > PATIENCE {
                    it.child.kill()?;
                    bail!("a program did not end within {} s", PATIENCE.as_secs());
                }
            }
            thread::park_timeout(PAUSE);
        }
        let ended = running.into_iter().zip(ended).filter_map(|(it, end)| Some((it, end?)));
        ended.map(|(it, (status, took))| it.read(status, took)).collect()
    }

    fn read(mut self, status: ExitStatus, took: Duration) -> Result<Ended> {
        let text = |file: &mut File| -> Result<String> {
            file.rewind()?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        let (stdout, stderr) = (text(&mut self.stdout)?, text(&mut self.stderr)?);
        // It may have ended by itself in the moment of the kill.
        let is_killed = self.is_killed && status.signal() == Some(9);
        Ok(Ended { status, stdout, stderr, took, is_killed })
    }
}

impl Ended {
    /// The exit code; none after a signal.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Whether it did what it was asked for.
    pub(crate) fn is_done(&self) -> bool {
        self.status.success()
    }

    /// What no program may do, whatever befalls it: panic, or die of a signal of its own.
    pub(crate) fn fault(&self) -> Option<String> {
        let signal = self.status.signal().filter(|_| !self.is_killed);
        let died = signal.map(|it| format!("it died of signal {it}: {}", self.stderr.trim()));
        let panicked = self.stderr.contains("panicked at") || self.code() == Some(101);
        died.or_else(|| panicked.then(|| format!("it panicked: {}", self.stderr.trim())))
    }
}

#[expect(clippy::disallowed_methods, reason = "real programs run in real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
