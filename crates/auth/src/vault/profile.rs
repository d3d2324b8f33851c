//! Which place the secrets of a profile are in: the keyring or files.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use driftline_core::{Env, SecretString};

use super::{Texts, file::FileVault, keyring::KeyringVault};
use crate::Result;

/// The place that a profile has chosen. New secrets go to the keyring if there is one.
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

    /// Where the secret `name` is, if there is one.
    fn present(&self, name: &str) -> Result<Option<&dyn Texts>> {
        if self.file.holds(name)? {
            return Ok(Some(&self.file));
        }
        Ok(self.keyring.was_chosen(name)?.then_some(&self.keyring as &dyn Texts))
    }

    /// Where the secret `name` goes.
    async fn next(&self, name: &str) -> Result<&dyn Texts> {
        if self.in_file {
            return Ok(&self.file);
        }
        match self.present(name)? {
            Some(place) => Ok(place),
            None if self.keyring.works().await => Ok(&self.keyring),
            None => Ok(&self.file),
        }
    }
}

#[async_trait]
impl Texts for ProfileVault {
    async fn whereabouts(&self, name: &str) -> Result<String> {
        self.next(name).await?.whereabouts(name).await
    }

    async fn read(&self, name: &str) -> Result<Option<SecretString>> {
        match self.present(name)? {
            Some(place) => place.read(name).await,
            None => Ok(None),
        }
    }

    async fn write(&self, name: &str, text: &SecretString) -> Result<()> {
        self.next(name).await?.write(name, text).await?;
        if self.in_file && self.keyring.was_chosen(name)? {
            self.keyring.delete(name).await?;
        }
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<()> {
        while let Some(place) = self.present(name)? {
            place.delete(name).await?;
        }
        Ok(())
    }
}
