//! Which app runs for a profile. A lock that dies with its process decides; a file beside
//! it, which only this user can read, says where it is and how to be let in.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    net::SocketAddr,
    path::PathBuf,
};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::profile::Profile;

const LOCK: &str = "app.lock";
const FILE: &str = "app.json";

/// Where the app is, and what opens its door.
#[derive(Serialize, Deserialize)]
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) secret: String,
}

impl Running {
    /// The app of `profile` that says it runs.
    pub(super) fn find(profile: &Profile) -> Option<Self> {
        let text = fs::read_to_string(profile.path().join(FILE)).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// The right to be the app of a profile.
pub(super) struct Place {
    file: PathBuf,
    _lock: File,
}

impl Place {
    /// Takes it; none if another process has it.
    pub(super) fn claim(profile: &Profile) -> Result<Option<Self>> {
        let path = profile.path().join(LOCK);
        let help =
            || format!("{} cannot be locked; put the profile on a local disk", path.display());
        let mut options = OpenOptions::new();
        let lock =
            options.create(true).truncate(false).write(true).open(&path).with_context(help)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { file: profile.path().join(FILE), _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(help),
        }
    }

    /// Says where the app is, to this user alone.
    pub(super) fn tell(&self, running: &Running) -> Result<()> {
        let help = || format!("{} cannot be written; free some space", self.file.display());
        // One that was left by a crash may be readable by others: it goes first.
        let _there_is_none = fs::remove_file(&self.file);
        let mut options = OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.file).with_context(help)?;
        file.write_all(serde_json::to_string(running)?.as_bytes()).with_context(help)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _it_is_of_no_use_anyway = fs::remove_file(&self.file);
    }
}
