//! What a process of its own does: it makes files ready, or plays one side of a scenario and
//! says how long that took and how much memory.

use std::{
    cell::RefCell,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    memory,
    reading::Reading,
    scenario::Scenario,
    scenarios::{self, ALL, START},
    stage::{Prepared, Stage},
};

/// Which side of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Side {
    /// The engine.
    Ours,
    /// A program that keeps rows in SQLite and never syncs.
    Bare,
}

/// What this process does, if it is one of those that the bench starts.
#[derive(Debug, clap::Subcommand)]
pub enum Part {
    /// Makes files ready
    #[command(hide = true)]
    Prepare {
        /// Which
        what: Prepared,
        /// Where
        #[command(flatten)]
        place: Place,
    },
    /// Plays one side of a scenario
    #[command(hide = true)]
    Play {
        /// Its name
        scenario: String,
        /// Which side
        side: Side,
        /// Which run of several it is
        #[arg(long)]
        run: u64,
        /// The program that is started
        #[arg(long)]
        program: Option<PathBuf>,
        /// Where
        #[command(flatten)]
        place: Place,
    },
    /// Prints rows of a file, as the program does that never syncs
    #[command(hide = true)]
    Plain {
        /// The file
        file: PathBuf,
        /// What is asked for
        what: String,
    },
}

/// Where the files are, and of which size.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    #[arg(long)]
    rows: u64,
    #[arg(long)]
    folder: PathBuf,
}

impl Part {
    /// Does it.
    ///
    /// # Errors
    /// When the engine or the disk fails.
    pub fn run(self) -> Result<()> {
        match self {
            Self::Prepare { what, place: Place { rows, folder } } => {
                what.make(&Stage { folder, rows, run: 0, program: None })
            }
            Self::Play { scenario, side, run, program, place: Place { rows, folder } } => {
                let found = ALL.iter().chain(START).find(|it| it.name == scenario);
                let scenario = found.context("there is no such scenario")?;
                let reading = play(scenario, side, &Stage { folder, rows, run, program })?;
                println!("{}", json!({ "cost": reading.cost, "peak": reading.peak }));
                Ok(())
            }
            Self::Plain { file, what } => scenarios::print_plain(&file, &what),
        }
    }
}

fn play(scenario: &Scenario, side: Side, stage: &Stage) -> Result<Reading> {
    let play = match side {
        Side::Ours => scenario.ours,
        Side::Bare => scenario.bare,
    };
    let reading = play(stage)?;
    Ok(Reading { peak: reading.peak.or_else(memory::peak), ..reading })
}

/// Starts processes for one size.
pub(crate) struct Player {
    folder: PathBuf,
    rows: u64,
    program: Option<PathBuf>,
    ready: RefCell<Vec<Prepared>>,
}

impl Player {
    pub(crate) fn new(folder: &Path, rows: u64, program: Option<PathBuf>) -> Self {
        Self { folder: folder.to_owned(), rows, program, ready: RefCell::default() }
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Makes files ready, and those that they are made from, unless they are.
    pub(crate) fn prepare(&self, what: Prepared) -> Result<()> {
        if self.ready.borrow().contains(&what) {
            return Ok(());
        }
        for before in what.needs() {
            self.prepare(*before)?;
        }
        eprintln!("{} rows: {}", self.rows, what.doing());
        self.start("prepare", &[what.name().as_ref()])?;
        self.ready.borrow_mut().push(what);
        Ok(())
    }

    /// Plays one side of a scenario.
    pub(crate) fn play(&self, scenario: &Scenario, side: Side, run: usize) -> Result<Reading> {
        let side = if side == Side::Ours { "ours" } else { "bare" };
        let run = format!("--run={run}");
        let mut arguments: Vec<&OsStr> = vec![scenario.name.as_ref(), side.as_ref(), run.as_ref()];
        if let Some(program) = &self.program {
            arguments.extend(["--program".as_ref(), program.as_os_str()]);
        }
        let told = self.start("play", &arguments)?;
        let told: Value = serde_json::from_slice(&told).context("a part said something else")?;
        let cost = told["cost"].as_f64().context("a part said no cost")?;
        Ok(Reading { cost, peak: told["peak"].as_u64() })
    }

    fn start(&self, part: &str, arguments: &[&OsStr]) -> Result<Vec<u8>> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(part).args(arguments).arg(format!("--rows={}", self.rows));
        command.arg("--folder").arg(&self.folder).stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = command.output().context("the bench cannot start itself")?;
        ensure!(output.status.success(), "{part} {arguments:?} failed; the reason is above");
        Ok(output.stdout)
    }
}
