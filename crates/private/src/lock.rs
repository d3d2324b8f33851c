//! A right that one process has at a time: a lock on a file. The operating system takes it
//! back when its process ends, however it ends.

use std::{
    fs::{File, TryLockError},
    io::{self, ErrorKind},
    path::Path,
};

use crate::{options, tighten};

/// A file that is there to be locked. Dropped, it is free for others.
#[derive(Debug)]
pub struct FileLock(File);

impl FileLock {
    /// Opens the file, or makes it, as its owner's alone. It is not held yet.
    ///
    /// # Errors
    /// When it can be neither opened nor made, or is a link.
    pub fn open(path: &Path) -> io::Result<Self> {
        match tighten(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => options().create(true).truncate(false).write(true).open(path).map(Self),
        }
    }

    /// Takes the lock if nobody has it, and returns whether it did.
    ///
    /// # Errors
    /// When the file cannot be locked: [`ErrorKind::Unsupported`] where its file system has no
    /// locks.
    pub fn try_hold(&self) -> io::Result<bool> {
        free(self.0.try_lock())
    }

    /// Waits for the lock.
    ///
    /// # Errors
    /// As [`Self::try_hold`].
    pub fn hold(&self) -> io::Result<()> {
        self.0.lock()
    }

    /// Whether some process holds the lock at `path`. Makes no file.
    ///
    /// # Errors
    /// When the file is there and cannot be opened or locked.
    pub fn is_held(path: &Path) -> io::Result<bool> {
        match File::open(path) {
            Ok(file) => free(file.try_lock_shared()).map(|it| !it),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn free(tried: Result<(), TryLockError>) -> io::Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_holds_a_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        assert!(!FileLock::is_held(&path).unwrap());
        assert!(!path.exists(), "asking makes no file");
        let (one, other) = (FileLock::open(&path).unwrap(), FileLock::open(&path).unwrap());
        assert!(!FileLock::is_held(&path).unwrap());
        assert!(one.try_hold().unwrap());
        assert!(!other.try_hold().unwrap());
        assert!(FileLock::is_held(&path).unwrap());
        drop(one);
        other.hold().unwrap();
        assert!(FileLock::is_held(&path).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_is_its_owners_alone_and_no_link() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("lock"), folder.path().join("link"));
        std::fs::write(&path, "").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        FileLock::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        symlink(&path, &link).unwrap();
        assert!(FileLock::open(&link).is_err());
    }
}
