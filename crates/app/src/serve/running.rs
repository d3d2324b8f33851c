//! Which app runs for a profile. A lock that dies with its process decides; a file beside
//! it, which only this user can read, says where it is and how to be let in.

use std::{
    fs::{self, File, TryLockError},
    io::Write,
    net::SocketAddr,
    path::PathBuf,
};

use anyhow::{Context as _, Result};
use driftline_client::profile::{self, Profile};
use driftline_private as private;
use serde::{Deserialize, Serialize};

use crate::browser::{self, Purpose};

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
    profile: PathBuf,
    _lock: File,
}

impl Place {
    /// Takes it; none if another process has it. Whatever an app before this one left is
    /// taken away: nobody may believe where it was.
    pub(super) fn claim(profile: &Profile) -> Result<Option<Self>> {
        let path = profile.path().join(LOCK);
        let help =
            || format!("{} cannot be locked; put the profile on a local disk", path.display());
        let lock = profile::lock_file(&path).with_context(help)?;
        match lock.try_lock() {
            Ok(()) => {
                let place = Self { profile: profile.path().to_owned(), _lock: lock };
                place.clear();
                Ok(Some(place))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(help),
        }
    }

    /// Says where the app is, to this user alone.
    pub(super) fn tell(&self, running: &Running) -> Result<()> {
        let path = self.profile.join(FILE);
        let help = || format!("{} cannot be written; free some space", path.display());
        let file = private::options().create_new(true).write(true).open(&path);
        let text = serde_json::to_string(running)?;
        file.and_then(|mut it| it.write_all(text.as_bytes())).with_context(help)
    }

    fn clear(&self) {
        let _there_is_none = fs::remove_file(self.profile.join(FILE));
        browser::clear(&self.profile, Purpose::App, "");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.clear();
        // That of a sign-in which was stopped with the app.
        browser::clear(&self.profile, Purpose::SignIn, "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_crash_left_is_gone_before_anybody_can_believe_it() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(folder.path().to_owned());
        let left = [folder.path().join(FILE), folder.path().join("open-app-x.html")];
        for path in &left {
            fs::write(path, r#"{"address":"127.0.0.1:9","secret":"old"}"#).unwrap();
        }
        assert!(Running::find(&profile).is_some());
        let place = Place::claim(&profile).unwrap().unwrap();
        assert!(!left.iter().any(|it| it.exists()));
        assert!(Running::find(&profile).is_none());
        assert!(Place::claim(&profile).unwrap().is_none());
        place.tell(&Running { address: ([127, 0, 0, 1], 9).into(), secret: "new".into() }).unwrap();
        assert_eq!(Running::find(&profile).unwrap().secret, "new");
        drop(place);
        assert!(Running::find(&profile).is_none());
    }
}
