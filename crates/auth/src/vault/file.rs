//! Tokens in a file: 0600 in a folder of 0700, replaced as a whole, on the disk before
//! anybody uses what is in it.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use super::Vault;
use crate::{Error, Origin, Result, Saved};

/// A file of tokens is never longer.
const LONGEST: u64 = 64 << 10;

/// Tokens in files of one folder.
pub struct FileVault {
    folder: PathBuf,
}

impl FileVault {
    /// The files of the profile in `profile`.
    pub fn new(profile: &Path) -> Self {
        Self { folder: super::folder(profile) }
    }

    /// Whether there is a file for `origin`.
    pub(crate) fn holds(&self, origin: &Origin) -> Result<bool> {
        let path = self.path(origin);
        exists(&path).map_err(|it| unreadable(&path, it))
    }

    fn path(&self, origin: &Origin) -> PathBuf {
        self.folder.join(format!("{}.json", name(origin)))
    }

    fn read(&self, path: &Path) -> io::Result<Option<String>> {
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

    fn write(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        private_folder(&self.folder)?;
        // It is created for its owner alone, under a name that did not exist.
        let mut file = tempfile::Builder::new().prefix("new").tempfile_in(&self.folder)?;
        private_file(file.path())?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|it| it.error)?;
        sync_folder(&self.folder)
    }

    fn delete(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Ok(()) => sync_folder(&self.folder),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Vault for FileVault {
    async fn place(&self, _origin: &Origin) -> Result<String> {
        Ok(format!("{} (a file that only you can read)", self.folder.display()))
    }

    async fn load(&self, origin: &Origin) -> Result<Option<Saved>> {
        let path = self.path(origin);
        let text = self.read(&path).map_err(|it| unreadable(&path, it))?;
        let Some(text) = text else { return Ok(None) };
        Saved::read(&text.into()).map(Some).ok_or_else(|| Error::Vault {
            what: format!("{} does not hold a sign-in", path.display()),
            help: "delete it and sign in again; nothing else is in it".into(),
            source: None,
        })
    }

    async fn save(&self, origin: &Origin, saved: &Saved) -> Result<()> {
        let path = self.path(origin);
        let text = saved.write();
        let bytes = driftline_core::ExposeSecret::expose_secret(&text).as_bytes();
        self.write(&path, bytes).map_err(|error| Error::Vault {
            what: format!("the sign-in cannot be written to {}", path.display()),
            help: "free some space or change its permissions, then try again".into(),
            source: Some(error.into()),
        })
    }

    async fn remove(&self, origin: &Origin) -> Result<()> {
        let path = self.path(origin);
        self.delete(&path).map_err(|error| Error::Vault {
            what: format!("{} cannot be deleted", path.display()),
            help: "delete it yourself: it is your sign-in".into(),
            source: Some(error.into()),
        })
    }
}

/// A name for the files of an origin that no origin can make a path of.
pub(super) fn name(origin: &Origin) -> String {
    let hash = Sha256::digest(origin.to_string().as_bytes());
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
        what: format!("the sign-in in {} cannot be read", path.display()),
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
