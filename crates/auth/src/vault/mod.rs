//! Where tokens are kept: in the operating system's keyring where there is one, otherwise
//! in a file that its owner alone can read. Never in the database, a log, an argument or
//! the environment.

pub(crate) mod file;
mod keyring;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use driftline_core::Env;

pub use self::{file::FileVault, keyring::KeyringVault};
use crate::{Origin, Result, Saved};

/// A place for the tokens of one profile.
#[async_trait]
pub trait Vault: Send + Sync {
    /// What a person calls the place.
    fn place(&self) -> String;

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

/// The place for the tokens of the profile in `folder` at `origin`: where they are, or
/// where new ones go. `in_file` asks for a file even where there is a keyring.
///
/// A place that was chosen stays chosen: a keyring that cannot be reached today, over SSH
/// for example, must not look like nobody is signed in.
///
/// # Errors
/// When the folder cannot be read.
pub async fn choose(
    folder: &Path,
    origin: &Origin,
    in_file: bool,
    env: Arc<dyn Env>,
) -> Result<Arc<dyn Vault>> {
    let file = FileVault::new(folder);
    let keyring = KeyringVault::new(folder, env);
    if file.holds(origin)? {
        return Ok(Arc::new(file));
    }
    if keyring.was_chosen(origin)? || (!in_file && keyring.works().await) {
        return Ok(Arc::new(keyring));
    }
    Ok(Arc::new(file))
}
