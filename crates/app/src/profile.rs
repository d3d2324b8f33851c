//! The folder of one profile: its config, its database, and the lock that lets one
//! process at a time sync it. It is readable by its owner alone.

use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use driftline_private as private;

use crate::{config, error::Failed};

const LOCK: &str = "sync.lock";

/// The folder of one profile.
#[derive(Clone)]
pub(crate) struct Profile {
    path: PathBuf,
    /// As the person wrote it, if they did.
    given: Option<PathBuf>,
}

impl Profile {
    /// The one that was asked for, or the one of this user.
    pub(crate) fn choose(given: Option<PathBuf>) -> Result<Self> {
        let home = || std::env::var_os("DRIFTLINE_HOME").map(PathBuf::from);
        let data = || dirs::data_dir().map(|it| it.join("driftline"));
        let named = given.clone().or_else(home).or_else(data);
        let Some(named) = named else {
            let message = "this machine names no folder for a user's data";
            return Err(Failed::usage(
                "profile",
                format!("{message}; choose one with --profile DIR"),
            ));
        };
        if named.as_os_str().is_empty() {
            let message = "the profile has no name; choose a folder with --profile DIR";
            return Err(Failed::usage("profile", message));
        }
        let path = std::path::absolute(&named)
            .with_context(|| format!("`{}` is not a path", named.display()))?;
        Ok(Self { path, given })
    }

    /// The one in this folder, whatever was asked for.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { given: Some(path.clone()), path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What chooses it on a command line. Which shell that is for is not known, so a name
    /// that could mean something to one is not in it.
    pub(crate) fn flag(&self) -> Option<String> {
        let given = self.given.as_ref()?.to_string_lossy();
        let plain = |it: char| {
            it.is_ascii_alphanumeric() || "/._-+,@:".contains(it) || cfg!(windows) && it == '\\'
        };
        let given = if given.chars().all(plain) { &given } else { "DIR" };
        Some(format!("--profile {given}"))
    }

    /// Refuses a folder or a config that is not this user's alone to write: what is in
    /// there decides what is read, and where it is sent.
    pub(crate) fn check(&self) -> Result<()> {
        for path in [self.path.clone(), self.path.join(config::FILE)] {
            match private::fault(&path) {
                Ok(None) => (),
                Ok(Some(fault)) => {
                    let (shown, mend) = (path.display(), fault.mended_by(&path));
                    let message = format!(
                        "{shown} {fault}, who could make this program send your rows to them; see \
                         what is in it, then: {mend}"
                    );
                    return Err(Failed::usage("profile", message));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => (),
                Err(error) => return Err(self.unusable(&error)),
            }
        }
        Ok(())
    }

    /// Makes sure that the folder is there, can be written, and is its owner's alone.
    pub(crate) fn create(&self) -> Result<()> {
        let shown = self.path.display();
        match fs::metadata(&self.path) {
            Ok(it) if it.is_dir() => {
                let closed = fs::canonicalize(&self.path).and_then(|it| private::tighten(&it));
                closed.map_err(|error| self.unusable(&error))?;
            }
            Ok(_) => {
                return Err(Failed::usage(
                    "profile",
                    format!("{shown} is a file, not a folder; choose one with --profile DIR"),
                ));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                private::create_folder(&self.path).map_err(|error| self.unusable(&error))?;
            }
            Err(error) => return Err(self.unusable(&error)),
        }
        self.lock_file().map(drop)
    }

    fn lock_file(&self) -> Result<File> {
        lock_file(&self.path.join(LOCK)).map_err(|it| self.unusable(&it))
    }

    fn unusable(&self, error: &io::Error) -> anyhow::Error {
        let shown = self.path.display();
        Failed::usage(
            "profile",
            format!(
                "the profile folder {shown} cannot be written ({error}); change its permissions, \
                 or choose another with --profile DIR"
            ),
        )
    }
}

/// A file that is there to be locked.
pub(crate) fn lock_file(path: &Path) -> io::Result<File> {
    private::tighten(path).or_else(|it| match it.kind() {
        ErrorKind::NotFound => Ok(()),
        _ => Err(it),
    })?;
    private::options().create(true).truncate(false).write(true).open(path)
}

/// The right to sync a profile. The operating system takes it back when its process
/// ends, however it ends.
pub(crate) struct Turn {
    _file: File,
}

impl Turn {
    /// Waits for the turn; calls `waits` if somebody else has it.
    pub(crate) fn take(profile: &Profile, waits: impl FnOnce()) -> Result<Self> {
        let file = profile.lock_file()?;
        let free = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => return Err(unlockable(profile, error)),
        };
        if !free {
            waits();
            file.lock().map_err(|it| unlockable(profile, it))?;
        }
        Ok(Self { _file: file })
    }

    /// Takes the turn if nobody has it.
    pub(crate) fn take_if_free(profile: &Profile) -> Result<Option<Self>> {
        let file = profile.lock_file()?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unlockable(profile, error)),
        }
    }

    /// Whether a process is syncing the profile. Leaves no trace, so that it may be asked of
    /// profiles that never sync.
    pub(crate) fn is_taken(profile: &Profile) -> Result<bool> {
        let file = match File::open(profile.path.join(LOCK)) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(profile.unusable(&error)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(unlockable(profile, error)),
        }
    }
}

fn unlockable(profile: &Profile, error: io::Error) -> anyhow::Error {
    let path = profile.path.join(LOCK);
    let what = format!("{} cannot be locked; put the profile on a local disk", path.display());
    anyhow::Error::new(error).context(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_mean_something_to_a_shell_is_in_no_command() {
        let flag = |path: &str| Profile::at(path.into()).flag().unwrap();
        assert_eq!(flag("/home/ada/.local/p-1"), "--profile /home/ada/.local/p-1");
        for hostile in
            ["/w\\'; touch X; #", "/w' & calc.exe & '", "/w $(id)", "/w`id`", "/%PATH%", "/é"]
        {
            assert_eq!(flag(hostile), "--profile DIR", "{hostile}");
        }
    }
}
