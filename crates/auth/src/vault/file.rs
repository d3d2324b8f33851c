//! Secrets in files: 0600 in a folder of 0700, replaced as a whole, on the disk before
//! anybody uses what is in it.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use driftline_core::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::Texts;
use crate::{Error, Result};

/// A file of secrets is never longer.
const LONGEST: u64 = 64 << 10;

/// Secrets in files of one folder.
pub struct FileVault {
    folder: PathBuf,
}

impl FileVault {
    /// The files of the profile in `profile`.
    pub fn new(profile: &Path) -> Self {
        Self { folder: super::folder(profile) }
    }

    /// Whether there is a file for `name`.
    pub(crate) fn holds(&self, name: &str) -> Result<bool> {
        let path = self.path(name);
        exists(&path).map_err(|it| unreadable(&path, it))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}.json", file_name(name)))
    }

    fn read_file(&self, path: &Path) -> io::Result<Option<String>> {
        match fs::symlink_metadata(path) {
            Ok(it) if it.is_file() && it.len() <= LONGEST => (),
            Ok(_) => return Err(io::Error::other("it is not a plain, small file")),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        }
        // A copy or an unpacked backup can have opened them to everybody.
        private_folder(&self.folder)?;
        private_file(path)?;
        let mut text = String::new();
        File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
        Ok(Some(text))
    }

    fn write_file(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        private_folder(&self.folder)?;
        // It is created for its owner alone, under a name that did not exist.
        let mut file = tempfile::Builder::new().prefix("new").tempfile_in(&self.folder)?;
        private_file(file.path())?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|it| it.error)?;
        sync_folder(&self.folder)
    }

    fn delete_file(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Ok(()) => sync_folder(&self.folder),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Texts for FileVault {
    async fn whereabouts(&self, _name: &str) -> Result<String> {
        Ok(format!("{} (a file that only you can read)", self.folder.display()))
    }

    async fn read(&self, name: &str) -> Result<Option<SecretString>> {
        let path = self.path(name);
        let text = self.read_file(&path).map_err(|it| unreadable(&path, it))?;
        Ok(text.map(SecretString::from))
    }

    async fn write(&self, name: &str, text: &SecretString) -> Result<()> {
        let path = self.path(name);
        let bytes = text.expose_secret().as_bytes();
        self.write_file(&path, bytes).map_err(|error| Error::Vault {
            what: format!("a secret cannot be written to {}", path.display()),
            help: "free some space or change its permissions, then try again".into(),
            source: Some(error.into()),
        })
    }

    async fn delete(&self, name: &str) -> Result<()> {
        let path = self.path(name);
        self.delete_file(&path).map_err(|error| Error::Vault {
            what: format!("{} cannot be deleted", path.display()),
            help: "delete it yourself: it is a secret of yours".into(),
            source: Some(error.into()),
        })
    }
}

/// A name for the file of a secret that no name of one can make a path of.
pub(super) fn file_name(name: &str) -> String {
    let hash = Sha256::digest(name.as_bytes());
    hash.iter().take(16).map(|it| format!("{it:02x}")).collect()
}

pub(super) fn exists(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::Vault {
        what: format!("the secret in {} cannot be read", path.display()),
        help: "see that it is a file of yours and readable".into(),
        source: Some(error.into()),
    }
}

/// Makes sure that a folder is there, is no link to elsewhere, and is its owner's alone.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    if !fs::symlink_metadata(path)?.is_dir() {
        return Err(io::Error::other("it is a link or a file, not a folder"));
    }
    restrict(path, 0o700)
}

/// Makes sure that a file is its owner's alone.
pub(super) fn private_file(path: &Path) -> io::Result<()> {
    restrict(path, 0o600)
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    if fs::symlink_metadata(path)?.mode() & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Elsewhere a folder of a user is that user's alone by inheritance.
#[cfg(not(unix))]
fn restrict(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// A new name is safe once its folder is.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
