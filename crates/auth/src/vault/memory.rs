//! Tokens that end with the process, for a sign-in that is to leave nothing behind.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::Vault;
use crate::{Origin, Result, Saved};

/// A place for the tokens of one deployment that nothing outlives.
#[derive(Default)]
pub struct MemoryVault(Mutex<Option<(Origin, Saved)>>);

impl MemoryVault {
    fn kept(&self) -> MutexGuard<'_, Option<(Origin, Saved)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn place(&self, _origin: &Origin) -> Result<String> {
        Ok("memory alone".into())
    }

    async fn load(&self, origin: &Origin) -> Result<Option<Saved>> {
        let kept = self.kept().clone();
        Ok(kept.filter(|(of, _)| of == origin).map(|(_, saved)| saved))
    }

    async fn save(&self, origin: &Origin, saved: &Saved) -> Result<()> {
        *self.kept() = Some((origin.clone(), saved.clone()));
        Ok(())
    }

    async fn remove(&self, _origin: &Origin) -> Result<()> {
        *self.kept() = None;
        Ok(())
    }
}
