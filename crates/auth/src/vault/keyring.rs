//! Secrets in the operating system's keyring: Keychain, Credential Manager, or the Secret
//! Service of a desktop. A small file beside the profile says that they are there.

use std::{
    fs,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
};

use async_trait::async_trait;
use driftline_core::{Env, ExposeSecret, Millis, SecretString};
use futures_util::future::{Either, select};
use keyring::Entry;

use super::{Texts, file};
use crate::{Error, Result};

const SERVICE: &str = "driftline";
/// A keyring may ask its owner to unlock it; where nobody is asked, nobody answers.
const PATIENCE: Millis = 60_000;

/// Secrets in a keyring.
pub struct KeyringVault {
    profile: PathBuf,
    env: Arc<dyn Env>,
}

impl KeyringVault {
    /// The entries of the profile in `profile`. Two profiles are two devices, so the
    /// folder is part of an entry's name: a copied profile has no secrets.
    pub fn new(profile: &Path, env: Arc<dyn Env>) -> Self {
        Self { profile: profile.to_owned(), env }
    }

    /// Whether the secret `name` was put there.
    pub(crate) fn was_chosen(&self, name: &str) -> Result<bool> {
        let path = self.marker(name);
        file::exists(&path).map_err(|it| file::unreadable(&path, it))
    }

    /// Whether this machine has a keyring that can be read now.
    pub(crate) async fn works(&self) -> bool {
        let read = self.ask("probe".into(), |entry| entry.get_secret().map(drop)).await;
        matches!(read, Ok(Ok(()) | Err(keyring::Error::NoEntry)))
    }

    fn marker(&self, name: &str) -> PathBuf {
        super::folder(&self.profile).join(format!("{}.keyring", file::file_name(name)))
    }

    fn user(&self, name: &str) -> String {
        format!("{name} {}", self.profile.display())
    }

    /// Does something with an entry on a thread of its own: a keyring may take its time.
    async fn ask<T: Send + 'static>(
        &self,
        user: String,
        job: impl FnOnce(&Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<keyring::Result<T>> {
        let job = tokio::task::spawn_blocking(move || job(&Entry::new(SERVICE, &user)?));
        match select(pin!(job), self.env.sleep(PATIENCE)).await {
            Either::Left((Ok(done), _)) => Ok(done),
            Either::Left((Err(_), _)) => Err(failed("it broke off")),
            Either::Right(_) => Err(failed("it did not answer within a minute")),
        }
    }
}

#[async_trait]
impl Texts for KeyringVault {
    async fn whereabouts(&self, _name: &str) -> Result<String> {
        Ok("the keyring of this system".into())
    }

    async fn read(&self, name: &str) -> Result<Option<SecretString>> {
        match self.ask(self.user(name), Entry::get_secret).await? {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Ok(Some(text.into())),
                Err(_) => Err(failed("its entry holds no text")),
            },
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(why(&error))),
        }
    }

    async fn write(&self, name: &str, text: &SecretString) -> Result<()> {
        let text = text.clone();
        let set = move |entry: &Entry| entry.set_secret(text.expose_secret().as_bytes());
        let path = self.marker(name);
        self.ask(self.user(name), set).await?.map_err(|it| failed(why(&it)))?;
        let marked = match path.parent() {
            Some(folder) => file::private_folder(folder).and_then(|()| fs::write(&path, b"")),
            None => Ok(()),
        };
        marked.map_err(|error| Error::Vault {
            what: format!("{} cannot be written", path.display()),
            help: "free some space or change its permissions, then try again".into(),
            source: Some(error.into()),
        })
    }

    async fn delete(&self, name: &str) -> Result<()> {
        match self.ask(self.user(name), Entry::delete_credential).await? {
            Ok(()) | Err(keyring::Error::NoEntry) => (),
            Err(error) => return Err(failed(why(&error))),
        }
        let path = self.marker(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(file::unreadable(&path, error))
            }
            _ => Ok(()),
        }
    }
}

fn failed(reason: &'static str) -> Error {
    Error::Keyring { reason }
}

/// Some errors of keyrings hold what was read, so none is passed on as it is.
fn why(error: &keyring::Error) -> &'static str {
    use keyring::Error as E;
    match error {
        E::NoStorageAccess(_) => "it is locked, or access was refused",
        E::NoDefaultStore | E::PlatformFailure(_) => "it cannot be reached from here",
        E::TooLong(..) => "it takes no entry of this length",
        E::Ambiguous(_) => "it has several entries of this name",
        _ => "it does not work as expected",
    }
}
