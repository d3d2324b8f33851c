//! What pages ask of the rest of the program.

use std::path::PathBuf;

use driftline_core::{Millis, status::Status};
use driftline_reading::{Shell, inbox::Outside};
use serde::Serialize;

use crate::{
    Error, Result,
    account::{Account, Errand},
};

/// The program around the pages. No call waits for the network: what takes long begins,
/// and the page that is shown again says how far it is.
pub trait Host: Send + Sync {
    /// Where this device stands with its remote.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn status(&self) -> Result<Status>;

    /// Something that changes whenever [`Self::status`] may tell something else although
    /// nothing was stored, such as when a sync begins. It is asked for every second and with
    /// every page, so it costs next to nothing. None if that cannot be told: then the status
    /// is worked out each time.
    fn pulse(&self) -> Option<u64> {
        None
    }

    /// How this program is called on a command line for this profile.
    fn call(&self, command: &str) -> String;

    /// What the person is called, if that is known: whose comments theirs are.
    fn person(&self) -> Option<String> {
        None
    }

    /// The shell that the person pastes commands into, if that is known.
    fn shell(&self) -> Shell {
        Shell::Unknown
    }

    /// The config in force, key by key.
    ///
    /// # Errors
    /// When the config is wrong; it says where.
    fn settings(&self) -> Result<Vec<Setting>>;

    /// What stays on this device, whatever is synced.
    ///
    /// # Errors
    /// When the config is wrong, or the rows cannot be read.
    fn exclusions(&self) -> Result<Vec<Exclusion>> {
        Ok(Vec::new())
    }

    /// Writes into the config that `what`, a folder or `ENTITY/ID`, stays on this device,
    /// or that it no longer does. It holds at once.
    ///
    /// # Errors
    /// [`Error::Bad`] when it means nothing or something stands over the file; else when
    /// the file cannot be written.
    fn exclude(&self, _what: &str, _excluded: bool) -> Result<()> {
        Err(Error::Host("this program keeps no config".into()))
    }

    /// Syncs now, whatever failed before.
    fn sync_now(&self);

    /// Stops syncing until further notice, or goes on.
    fn pause(&self, paused: bool) -> Result<()>;

    /// Whether it was stopped by [`Self::pause`].
    fn is_paused(&self) -> bool;

    /// A short form of what the remote holds of this person's rows, to compare with other
    /// devices by eye; none before the first sync.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn code(&self) -> Result<Option<String>>;

    /// What is stored where.
    fn places(&self) -> Vec<Place>;

    /// Writes every row into a new file and returns its path.
    ///
    /// # Errors
    /// When the rows cannot be read, or the file cannot be written.
    fn export(&self) -> Result<PathBuf>;

    /// The copies that there are of everything, newest first.
    fn backups(&self) -> Vec<Backup> {
        Vec::new()
    }

    /// Copies everything to a new file and returns its path.
    ///
    /// # Errors
    /// When there is no room for it, it cannot be written, or nothing here lasts.
    fn backup(&self) -> Result<PathBuf> {
        Err(Error::Host("this program makes no backups".into()))
    }

    /// Who is signed in, as far as it is known; what is not is asked for, for the next
    /// time.
    ///
    /// # Errors
    /// When the config is wrong; it says where.
    fn account(&self) -> Result<Account>;

    /// The picture of whoever is signed in, and what it is, such as `image/png`.
    fn picture(&self) -> Option<(String, Vec<u8>)>;

    /// Begins something that is done with the account, unless something is under way.
    fn begin(&self, errand: Errand);

    /// Ends what is done with the account at this moment.
    fn stop(&self);

    /// What is done with the account at this moment, and how many steps there were: pages
    /// are shown again with each.
    fn errand(&self) -> (Option<Errand>, u64);

    /// Opens made-up data in a profile of its own, and returns an address that lets one
    /// browser in there.
    ///
    /// # Errors
    /// When it cannot be made.
    fn demo(&self) -> Result<String>;

    /// What the last import found, and whether one is under way.
    fn importing(&self) -> Importing;

    /// What only the program can see: transcripts on the disk of this machine that could
    /// not be read, or that their agents are about to delete.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn outside(&self) -> Result<Outside> {
        Ok(Outside::default())
    }

    /// Begins an import, unless one is under way.
    fn import_now(&self);
}

/// One key of the config.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Such as `remote.backend`.
    pub key: String,
    /// What is in force.
    pub value: String,
    /// Where it was written.
    pub origin: String,
}

/// Something that stays on this device.
#[derive(Clone, Debug)]
pub struct Exclusion {
    /// A folder, or `ENTITY/ID`, as the config has it.
    pub what: String,
    /// How many changes of it wait here for that reason.
    pub kept: u64,
}

/// Something that the program keeps on this machine.
#[derive(Clone, Debug)]
pub struct Place {
    /// What it is.
    pub what: String,
    /// Where it is.
    pub path: PathBuf,
    /// How much it is; none if it is not there.
    pub bytes: Option<u64>,
}

/// A copy of everything, as it was at one moment.
#[derive(Clone, Debug)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// How much it is.
    pub bytes: u64,
    /// When it was made; none where the disk does not tell.
    pub at: Option<Millis>,
}

/// Where imports stand.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Importing {
    /// Whether one is under way.
    pub running: bool,
    /// How many files it has read.
    pub done: usize,
    /// How many files there are.
    pub total: usize,
    /// When the last one ended, in milliseconds since 1970.
    pub last_at: Option<Millis>,
    /// What the last one brought, in a sentence.
    pub last: Option<String>,
    /// Where transcripts are looked for.
    pub places: Vec<String>,
    /// What could not be read: where, and why.
    pub problems: Vec<(String, String)>,
    /// What of other agents is there and is not read, a sentence each.
    pub unread: Vec<String>,
}
