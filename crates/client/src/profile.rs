//! The folder of one profile: its config, its database, and the lock that lets one
//! process at a time sync it. It is readable by its owner alone.

use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use driftline_private as private;

use crate::{
    Error, config,
    error::{Context as _, Result},
    variables,
};

const LOCK: &str = "sync.lock";

/// The folder of one profile.
#[derive(Clone)]
pub struct Profile {
    path: PathBuf,
    /// As the person wrote it, if they did.
    given: Option<PathBuf>,
}

impl Profile {
    /// The one that was asked for, or the one of this user.
    pub fn choose(given: Option<PathBuf>) -> Result<Self> {
        let home = || std::env::var_os(variables::HOME).map(PathBuf::from);
        let data = || dirs::data_dir().map(|it| it.join("driftline"));
        let named = given.clone().or_else(home).or_else(data);
        let Some(named) = named else {
            let message = "this machine names no folder for a user's data";
            return Err(Error::Profile(message.into()));
        };
        if named.as_os_str().is_empty() {
            return Err(Error::Profile("the profile has no name".into()));
        }
        let path = std::path::absolute(&named)
            .with_context(|| format!("`{}` is not a path", named.display()))?;
        Ok(Self { path, given })
    }

    /// The one in this folder, whatever was asked for.
    pub fn at(path: PathBuf) -> Self {
        Self { given: Some(path.clone()), path }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder as the person wrote it, if they did.
    pub fn given(&self) -> Option<&Path> {
        self.given.as_deref()
    }

    /// Refuses a folder or a config that is not this user's alone to write: what is in
    /// there decides what is read, and where it is sent.
    pub fn check(&self) -> Result<()> {
        for path in [self.path.clone(), self.path.join(config::FILE)] {
            match private::fault(&path) {
                Ok(None) => (),
                Ok(Some(fault)) => {
                    let (shown, mend) = (path.display(), fault.mended_by(&path));
                    let message = format!(
                        "{shown} {fault}, who could make this program send your rows to them; see \
                         what is in it, then: {mend}"
                    );
                    return Err(Error::Exposed(message));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => (),
                Err(error) => return Err(self.unusable(&error)),
            }
        }
        Ok(())
    }

    /// Makes sure that the folder is there, can be written, and is its owner's alone.
    pub fn create(&self) -> Result<()> {
        let shown = self.path.display();
        match fs::metadata(&self.path) {
            Ok(it) if it.is_dir() => {
                let closed = fs::canonicalize(&self.path).and_then(|it| private::tighten(&it));
                closed.map_err(|error| self.unusable(&error))?;
            }
            Ok(_) => {
                return Err(Error::Profile(format!("{shown} is a file, not a folder")));
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

    fn unusable(&self, error: &io::Error) -> Error {
        let shown = self.path.display();
        Error::Profile(format!(
            "the profile folder {shown} cannot be written ({error}); change its permissions"
        ))
    }
}

/// A file that is there to be locked.
pub fn lock_file(path: &Path) -> io::Result<File> {
    private::tighten(path).or_else(|it| match it.kind() {
        ErrorKind::NotFound => Ok(()),
        _ => Err(it),
    })?;
    private::options().create(true).truncate(false).write(true).open(path)
}

/// The right to sync a profile. The operating system takes it back when its process
/// ends, however it ends.
pub struct Turn {
    _file: File,
}

impl Turn {
    /// Takes the turn if nobody has it.
    pub fn take_if_free(profile: &Profile) -> Result<Option<Self>> {
        let file = profile.lock_file()?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(unlockable(profile, error)),
        }
    }

    /// Whether a process is syncing the profile. Leaves no trace, so that it may be asked of
    /// profiles that never sync.
    pub fn is_taken(profile: &Profile) -> Result<bool> {
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

fn unlockable(profile: &Profile, error: io::Error) -> Error {
    let path = profile.path.join(LOCK);
    let what = format!("{} cannot be locked; put the profile on a local disk", path.display());
    Error::System { what, source: Some(error.into()) }
}
