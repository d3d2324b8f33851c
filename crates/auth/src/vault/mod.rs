//! Where tokens are kept: in the operating system's keyring where there is one, otherwise
//! in a file that its owner alone can read. Never in the database, a log, an argument or
//! the environment.

pub(crate) mod file;
mod keyring;
mod memory;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use driftline_core::Env;

pub use self::{file::FileVault, keyring::KeyringVault, memory::MemoryVault};
use crate::{Origin, Result, Saved};

/// The folder of the profile in `profile` in which something is written whenever a sign-in
/// begins, is renewed or ends, wherever its tokens are kept.
pub fn folder(profile: &Path) -> PathBuf {
    profile.join("tokens")
}

/// A place for the tokens of one profile.
#[async_trait]
pub trait Vault: Send + Sync {
    /// What a person calls the place of the tokens for `origin`.
    ///
    /// # Errors
    /// When that cannot be told.
    async fn place(&self, origin: &Origin) -> Result<String>;

    /// What is kept for `origin`.
    ///
    /// # Errors
    /// When that cannot be told. Nothing kept is not an error.
    async fn load(&self, origin: &Origin) -> Result<Option<Saved>>;

    /// Replaces what is kept for `origin`. Once this returns, a crash does not undo it.
    ///
    /// # Errors
    /// When it could not be made to last.
    async fn save(&self, origin: &Origin, saved: &Saved) -> Result<()>;

    /// Forgets what is kept for `origin`.
    ///
    /// # Errors
    /// When it may still be there.
    async fn remove(&self, origin: &Origin) -> Result<()>;
}

/// The place that a profile has chosen. New tokens go to the keyring if there is one.
///
/// A place that was chosen stays chosen: a keyring that cannot be reached today, over SSH
/// for example, must not look like nobody is signed in.
pub struct ProfileVault {
    file: FileVault,
    keyring: KeyringVault,
    in_file: bool,
}

impl ProfileVault {
    /// The place of the profile in `folder`; `in_file` asks for a file even where there
    /// is a keyring.
    pub fn new(folder: &Path, in_file: bool, env: Arc<dyn Env>) -> Self {
        let (file, keyring) = (FileVault::new(folder), KeyringVault::new(folder, env));
        Self { file, keyring, in_file }
    }

    /// Where tokens for `origin` are, if there are any.
    fn present(&self, origin: &Origin) -> Result<Option<&dyn Vault>> {
        if self.file.holds(origin)? {
            return Ok(Some(&self.file));
        }
        Ok(self.keyring.was_chosen(origin)?.then_some(&self.keyring as &dyn Vault))
    }

    /// Where tokens for `origin` go.
    async fn next(&self, origin: &Origin) -> Result<&dyn Vault> {
        if self.in_file {
            return Ok(&self.file);
        }
        match self.present(origin)? {
            Some(place) => Ok(place),
            None if self.keyring.works().await => Ok(&self.keyring),
            None => Ok(&self.file),
        }
    }
}

#[async_trait]
impl Vault for ProfileVault {
    async fn place(&self, origin: &Origin) -> Result<String> {
        self.next(origin).await?.place(origin).await
    }

    async fn load(&self, origin: &Origin) -> Result<Option<Saved>> {
        match self.present(origin)? {
            Some(place) => place.load(origin).await,
            None => Ok(None),
        }
    }

    async fn save(&self, origin: &Origin, saved: &Saved) -> Result<()> {
        self.next(origin).await?.save(origin, saved).await?;
        if self.in_file && self.keyring.was_chosen(origin)? {
            self.keyring.remove(origin).await?;
        }
        Ok(())
    }

    async fn remove(&self, origin: &Origin) -> Result<()> {
        while let Some(place) = self.present(origin)? {
            place.remove(origin).await?;
        }
        Ok(())
    }
}
