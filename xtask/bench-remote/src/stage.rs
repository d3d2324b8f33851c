//! The files that scenarios begin with. Each is made once, by a process of its own.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use xtask_bench::{bare::Bare, data::PER_SESSION};

use crate::{
    bucket,
    device::Device,
    postgres,
    rows::{BATCH, Rows},
};

/// Where a part works.
pub(crate) struct Stage {
    pub(crate) folder: PathBuf,
    /// How many messages there are.
    pub(crate) rows: u64,
    /// Which run of several this is.
    pub(crate) run: u64,
    /// The folder with the socket of the server that runs.
    pub(crate) server: Option<PathBuf>,
}

/// What is made before anything is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Prepared {
    /// A device with all rows, which met no remote yet.
    Device,
    /// The same rows in plain tables.
    Plain,
    /// A database with all rows, and two devices that are equal with it.
    Database,
    /// A database with all rows, sealed.
    SealedDatabase,
    /// The same rows in plain tables of a database.
    PlainDatabase,
    /// A bucket with all rows, and two devices that are equal with it.
    Bucket,
    /// A copy of it that has a snapshot.
    Snapshot,
    /// The same rows in one object.
    PlainObject,
}

impl Prepared {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Plain => "plain",
            Self::Database => "database",
            Self::SealedDatabase => "sealed-database",
            Self::PlainDatabase => "plain-database",
            Self::Bucket => "bucket",
            Self::Snapshot => "snapshot",
            Self::PlainObject => "plain-object",
        }
    }

    /// What it is made from.
    fn needs(self) -> &'static [Self] {
        match self {
            Self::Device | Self::Plain => &[],
            Self::Database | Self::SealedDatabase | Self::Bucket => &[Self::Device],
            Self::PlainDatabase | Self::PlainObject => &[Self::Plain],
            Self::Snapshot => &[Self::Bucket],
        }
    }

    /// Makes it with `make`, and before it what it is made from, unless that is `ready`.
    pub(crate) fn make_once(
        self,
        ready: &mut Vec<Self>,
        make: &mut dyn FnMut(Self) -> Result<()>,
    ) -> Result<()> {
        if ready.contains(&self) {
            return Ok(());
        }
        for before in self.needs() {
            before.make_once(ready, make)?;
        }
        make(self)?;
        ready.push(self);
        Ok(())
    }

    /// Makes it.
    pub(crate) fn make(self, stage: &Stage) -> Result<()> {
        match self {
            Self::Device => {
                let device = Device::open(&stage.device())?;
                Rows::read()?.each_batch(stage, |entity, rows| device.import(entity, rows))
            }
            Self::Plain => {
                let bare = Bare::create(&stage.plain())?;
                Rows::read()?.each_batch(stage, |entity, rows| bare.insert(entity, rows))
            }
            Self::Database => postgres::fill(stage),
            Self::SealedDatabase => postgres::fill_sealed(stage),
            Self::PlainDatabase => postgres::fill_plain(stage),
            Self::Bucket => bucket::fill(stage),
            Self::Snapshot => bucket::fill_snapshot(stage),
            Self::PlainObject => bucket::fill_plain(stage),
        }
    }
}

impl Stage {
    pub(crate) fn device(&self) -> PathBuf {
        self.folder.join("device.db")
    }

    pub(crate) fn plain(&self) -> PathBuf {
        self.folder.join("plain.db")
    }

    /// A device that is equal with a remote, by its name: `one` or `other`.
    pub(crate) fn world(&self, name: &str) -> PathBuf {
        self.folder.join(format!("world-{name}.db"))
    }

    /// A folder for this run alone.
    pub(crate) fn scratch(&self) -> Result<TempDir> {
        Ok(tempfile::tempdir_in(&self.folder)?)
    }

    /// Sessions that have messages.
    pub(crate) fn sessions(&self) -> u64 {
        self.rows.div_ceil(PER_SESSION)
    }

    /// Everything that travels.
    pub(crate) fn all(&self) -> u64 {
        self.rows + self.sessions()
    }

    /// The folder of the server's socket.
    pub(crate) fn server(&self) -> Result<&Path> {
        self.server.as_deref().context("no server runs")
    }
}

/// Copies a database that nobody has open. It is written back before anything is measured.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)?;
    Ok(File::open(to)?.sync_all()?)
}

/// A runtime for what is called.
pub(crate) fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

/// Rows in a transaction.
pub(crate) fn batch() -> usize {
    usize::try_from(BATCH).unwrap_or(usize::MAX)
}
