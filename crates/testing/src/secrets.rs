//! Secrets that end with the test.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use driftline_core::{Result, SecretString, Secrets};

/// Keeps secrets in memory.
#[derive(Default)]
pub struct MemorySecrets(Mutex<BTreeMap<(String, String), SecretString>>);

impl MemorySecrets {
    fn kept<T>(&self, job: impl FnOnce(&mut BTreeMap<(String, String), SecretString>) -> T) -> T {
        job(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Secrets for MemorySecrets {
    async fn load(&self, place: &str, name: &str) -> Result<Option<SecretString>> {
        Ok(self.kept(|it| it.get(&(place.to_owned(), name.to_owned())).cloned()))
    }

    async fn save(&self, place: &str, name: &str, secret: &SecretString) -> Result<()> {
        self.kept(|it| it.insert((place.to_owned(), name.to_owned()), secret.clone()));
        Ok(())
    }

    async fn remove(&self, place: &str, name: &str) -> Result<()> {
        self.kept(|it| it.remove(&(place.to_owned(), name.to_owned())));
        Ok(())
    }
}
