//! Where tokens and other secrets are kept: in the operating system's keyring where there is one, otherwise
//! in a file that its owner alone can read. Never in the database, a log, an argument or
//! the environment.

pub(crate) mod file;
mod keyring;
mod memory;
mod profile;
mod texts;

use std::path::{Path, PathBuf};

use async_trait::async_trait;

pub(crate) use self::texts::Texts;
pub use self::{
    file::FileVault, keyring::KeyringVault, memory::MemoryVault, profile::ProfileVault,
};
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
