//! Which place the tokens of a profile are in: the keyring or the file.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use driftline_core::Env;

use super::{Vault, file::FileVault, keyring::KeyringVault};
use crate::{Origin, Result, Saved};

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
