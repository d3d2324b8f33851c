//! A device as a person sets it up: what it keeps, and what it was told of sealing.

use std::sync::Arc;

use driftline_core::{ExposeSecret as _, Secrets as _, SetUp as _, Start};
use driftline_postgres::{Address, Postgres};
use driftline_testing::MemorySecrets;

use super::with_secrets;

/// A device and what it keeps.
pub(crate) struct Device {
    pub(crate) remote: Postgres,
    pub(crate) secrets: Arc<MemorySecrets>,
    pub(crate) place: String,
}

impl Device {
    /// One that knows the address and nothing else.
    pub(crate) fn at(address: &str) -> Self {
        let secrets = Arc::<MemorySecrets>::default();
        let remote = with_secrets(address, Some(secrets.clone()));
        Self { remote, secrets, place: Address::read(address).unwrap().place() }
    }

    /// One that was told that rows are to be sealed.
    pub(crate) fn sealing(address: &str) -> Self {
        let Self { remote, secrets, place } = Self::at(address);
        Self { remote: remote.sealed(true), secrets, place }
    }

    /// Has these words, as somebody who typed them in.
    pub(crate) async fn keep(&self, name: &str, words: &str) {
        self.secrets.save(&self.place, name, &words.to_owned().into()).await.unwrap();
    }

    pub(crate) async fn kept(&self, name: &str) -> Option<String> {
        let words = self.secrets.load(&self.place, name).await.unwrap();
        words.map(|it| it.expose_secret().to_owned())
    }

    /// Makes the place ready. Returns the words that are shown.
    pub(crate) async fn begin(&self) -> Option<String> {
        let begun = self.remote.begin(Start::Join).await.unwrap();
        begun.key.map(|it| it.expose_secret().to_owned())
    }
}
