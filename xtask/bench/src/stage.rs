//! The files of one size, which scenarios begin with. Each is made once, by a process of its
//! own. A scenario that leaves one as it must not be works on a copy; one that changes a few
//! rows of many works on the file itself.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::Result;
use driftline_core::Id;
use tempfile::TempDir;

use crate::{
    bare::Bare,
    data::{self, Draft, PER_SESSION},
    device::{self, Device, Remote},
    transcripts, words,
};

/// Rows in a transaction.
pub(crate) const BATCH: u64 = 1_000;

/// Where a part works.
pub(crate) struct Stage {
    pub(crate) folder: PathBuf,
    /// How many messages there are.
    pub(crate) rows: u64,
    /// Which run of several this is.
    pub(crate) run: u64,
    /// The program that is started.
    pub(crate) program: Option<PathBuf>,
}

/// Files that are made before anything is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Prepared {
    /// A device with all rows, which met no hub yet.
    Device,
    /// The same rows in plain tables.
    Plain,
    /// The device after its first sync, and its hub.
    Hub,
    /// Two devices and a hub that are equal, with many rows that people may change.
    World,
    /// Three files with plain tables that are equal, with the same rows.
    PlainWorld,
    /// The index of the device.
    Index,
    /// An index of words beside plain tables.
    PlainIndex,
    /// A home folder with transcripts.
    Transcripts,
    /// A profile of the program.
    Profile,
}

impl Prepared {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Plain => "plain",
            Self::Hub => "hub",
            Self::World => "world",
            Self::PlainWorld => "plain-world",
            Self::Index => "index",
            Self::PlainIndex => "plain-index",
            Self::Transcripts => "transcripts",
            Self::Profile => "profile",
        }
    }

    /// What is told while it is made.
    pub(crate) fn doing(self) -> &'static str {
        match self {
            Self::Device => "filling a device",
            Self::Plain => "filling plain tables",
            Self::Hub => "filling a hub",
            Self::World => "filling a second device",
            Self::PlainWorld => "filling plain tables three times",
            Self::Index => "filling the index",
            Self::PlainIndex => "filling a plain index",
            Self::Transcripts => "writing transcripts",
            Self::Profile => "making a profile",
        }
    }

    /// What it is made from.
    pub(crate) fn needs(self) -> &'static [Self] {
        match self {
            Self::Device | Self::Plain | Self::Transcripts => &[],
            Self::Hub | Self::Index | Self::Profile => &[Self::Device],
            Self::World => &[Self::Hub],
            Self::PlainWorld | Self::PlainIndex => &[Self::Plain],
        }
    }

    /// Makes it.
    pub(crate) fn make(self, stage: &Stage) -> Result<()> {
        match self {
            Self::Device => fill_device(stage),
            Self::Plain => fill_plain(stage, &stage.plain()),
            Self::Hub => fill_hub(stage),
            Self::World => fill_world(stage),
            Self::PlainWorld => fill_plain_world(stage),
            Self::Index => words::fill_index(&stage.device(), &stage.index()),
            Self::PlainIndex => words::fill_plain_index(&stage.plain()),
            Self::Transcripts => transcripts::write(&stage.transcripts(), stage.rows),
            Self::Profile => {
                fs::create_dir_all(stage.profile())?;
                copy(&stage.device(), &stage.profile().join("driftline.db"))
            }
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

    pub(crate) fn synced(&self) -> PathBuf {
        self.folder.join("synced.db")
    }

    pub(crate) fn hub(&self) -> PathBuf {
        self.folder.join("hub.db")
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.folder.join("index.db")
    }

    pub(crate) fn transcripts(&self) -> PathBuf {
        self.folder.join("home")
    }

    pub(crate) fn profile(&self) -> PathBuf {
        self.folder.join("profile")
    }

    /// A file of the world, by its name: `one`, `other` or `hub`.
    pub(crate) fn world(&self, name: &str) -> PathBuf {
        self.folder.join(format!("world-{name}.db"))
    }

    /// The same of plain tables.
    pub(crate) fn plain_world(&self, name: &str) -> PathBuf {
        self.folder.join(format!("plain-world-{name}.db"))
    }

    /// A folder for this run alone.
    pub(crate) fn scratch(&self) -> Result<TempDir> {
        Ok(tempfile::tempdir_in(&self.folder)?)
    }

    /// A copy of `file` for this run alone.
    pub(crate) fn copy_of(&self, file: &Path) -> Result<(TempDir, PathBuf)> {
        let scratch = self.scratch()?;
        let path = scratch.path().join("copy.db");
        copy(file, &path)?;
        Ok((scratch, path))
    }

    /// Sessions that have messages.
    pub(crate) fn sessions(&self) -> u64 {
        self.rows.div_ceil(PER_SESSION)
    }

    /// How many sessions of a world people change: they have no messages.
    pub(crate) fn changeable(&self) -> u64 {
        (3 * self.common()).max(2_000)
    }

    /// How many rows a merge finds changed on both sides.
    pub(crate) fn common(&self) -> u64 {
        self.rows / 10
    }

    /// One of the sessions that people change; they repeat.
    pub(crate) fn session_to_change(&self, number: u64) -> Id {
        data::session(self.sessions() + number % self.changeable()).id
    }

    fn sessions_to_change(&self) -> impl Iterator<Item = Draft> {
        (self.sessions()..self.sessions() + self.changeable()).map(data::session)
    }

    /// Some session that has messages; the same ones on both sides.
    pub(crate) fn some_session(&self, number: u64) -> Id {
        data::session(data::mixed(number) % self.sessions()).id
    }

    /// Some message; the same ones on both sides.
    pub(crate) fn some_message(&self, number: u64) -> Id {
        data::message(data::mixed(number) % self.rows).id
    }
}

/// Rows in batches.
pub(crate) fn batches(rows: impl Iterator<Item = Draft>) -> impl Iterator<Item = Vec<Draft>> {
    let mut rows = rows.peekable();
    std::iter::from_fn(move || {
        rows.peek()?;
        Some(rows.by_ref().take(usize::try_from(BATCH).unwrap_or(usize::MAX)).collect())
    })
}

fn fill_device(stage: &Stage) -> Result<()> {
    let device = Device::open(&stage.device(), device::ONE)?;
    for batch in batches((0..stage.sessions()).map(data::session)) {
        device.import("sessions", &batch)?;
    }
    for batch in batches((0..stage.rows).map(data::message)) {
        device.import("messages", &batch)?;
    }
    Ok(())
}

fn fill_plain(stage: &Stage, path: &Path) -> Result<()> {
    let bare = Bare::create(path)?;
    for batch in batches((0..stage.sessions()).map(data::session)) {
        bare.insert("sessions", &batch)?;
    }
    for batch in batches((0..stage.rows).map(data::message)) {
        bare.insert("messages", &batch)?;
    }
    Ok(())
}

fn fill_hub(stage: &Stage) -> Result<()> {
    copy(&stage.device(), &stage.synced())?;
    Device::open(&stage.synced(), device::ONE)?.sync(&Remote::open(&stage.hub())?)?;
    Ok(())
}

fn fill_world(stage: &Stage) -> Result<()> {
    copy(&stage.synced(), &stage.world("one"))?;
    copy(&stage.hub(), &stage.world("hub"))?;
    let remote = Remote::open(&stage.world("hub"))?;
    let one = Device::open(&stage.world("one"), device::ONE)?;
    for batch in batches(stage.sessions_to_change()) {
        one.import("sessions", &batch)?;
    }
    one.sync(&remote)?;
    let other = Device::open(&stage.world("other"), device::OTHER)?;
    other.sync(&remote)?;
    Ok(())
}

fn fill_plain_world(stage: &Stage) -> Result<()> {
    copy(&stage.plain(), &stage.plain_world("one"))?;
    let bare = Bare::open(&stage.plain_world("one"))?;
    for batch in batches(stage.sessions_to_change()) {
        bare.insert("sessions", &batch)?;
    }
    drop(bare);
    ["hub", "other"]
        .iter()
        .try_for_each(|it| copy(&stage.plain_world("one"), &stage.plain_world(it)))
}

/// Copies a database that nobody has open. It is written back before anything is measured.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)?;
    Ok(File::open(to)?.sync_all()?)
}
