//! What a process of its own does: it makes files ready, or plays one side of a scenario and
//! says what that cost and how much memory it took.

use std::{
    cell::RefCell,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use xtask_bench::{memory, reading::Reading};

use crate::{
    postgres::Server,
    scenario::{Remote, Scenario},
    stage::{Prepared, Stage},
};

/// Which side of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Side {
    /// The engine.
    Ours,
    /// The least that the same rows can cost.
    Bare,
}

/// What this process does, if it is one of those that the bench starts.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Part {
    /// Makes files ready
    #[command(hide = true)]
    Prepare {
        what: Prepared,
        #[command(flatten)]
        place: Place,
    },
    /// Plays one side of a scenario
    #[command(hide = true)]
    Play {
        remote: Remote,
        scenario: String,
        side: Side,
        #[arg(long)]
        run: u64,
        #[command(flatten)]
        place: Place,
    },
}

/// Where the files are, and of which size.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Place {
    #[arg(long)]
    rows: u64,
    #[arg(long)]
    folder: PathBuf,
    #[arg(long)]
    server: Option<PathBuf>,
}

impl Place {
    fn stage(self, run: u64) -> Stage {
        let Self { rows, folder, server } = self;
        Stage { folder, rows, run, server }
    }
}

impl Part {
    /// Does it.
    pub(crate) fn run(self) -> Result<()> {
        match self {
            Self::Prepare { what, place } => what.make(&place.stage(0)),
            Self::Play { remote, scenario, side, run, place } => {
                let found = remote.scenarios().iter().find(|it| it.named.name == scenario);
                let scenario = found.context("there is no such scenario")?;
                let play = match side {
                    Side::Ours => scenario.ours,
                    Side::Bare => scenario.bare,
                };
                let reading = play(&place.stage(run))?;
                let peak = reading.peak.or_else(memory::peak);
                println!("{}", json!({ "cost": reading.cost, "peak": peak }));
                Ok(())
            }
        }
    }
}

/// Starts processes for one remote and size.
pub(crate) struct Player {
    remote: Remote,
    arguments: Vec<String>,
    ready: RefCell<Vec<Prepared>>,
}

impl Player {
    pub(crate) fn new(remote: Remote, folder: &Path, rows: u64, server: Option<&Server>) -> Self {
        let mut arguments =
            vec![format!("--rows={rows}"), format!("--folder={}", folder.display())];
        arguments.extend(server.map(|it| format!("--server={}", it.folder().display())));
        Self { remote, arguments, ready: RefCell::default() }
    }

    /// Makes files ready, and those that they are made from, unless they are.
    pub(crate) fn prepare(&self, what: Prepared) -> Result<()> {
        what.make_once(&mut self.ready.borrow_mut(), &mut |it| {
            eprintln!("preparing: {}", it.name());
            self.start("prepare", &[it.name().as_ref()]).map(drop)
        })
    }

    /// Plays one side of a scenario.
    pub(crate) fn play(&self, scenario: &Scenario, side: Side, run: usize) -> Result<Reading> {
        let side = if side == Side::Ours { "ours" } else { "bare" };
        let (run, remote) = (format!("--run={run}"), self.remote.name());
        let arguments: [&OsStr; 4] =
            [remote.as_ref(), scenario.named.name.as_ref(), side.as_ref(), run.as_ref()];
        let told = self.start("play", &arguments)?;
        let told: Value = serde_json::from_slice(&told).context("a part said something else")?;
        let cost = told["cost"].as_f64().context("a part said no cost")?;
        Ok(Reading { cost, peak: told["peak"].as_u64() })
    }

    fn start(&self, part: &str, arguments: &[&OsStr]) -> Result<Vec<u8>> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(part).args(arguments).args(&self.arguments);
        let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        let output = output.context("the bench cannot start itself")?;
        ensure!(output.status.success(), "{part} {arguments:?} failed; the reason is above");
        Ok(output.stdout)
    }
}
