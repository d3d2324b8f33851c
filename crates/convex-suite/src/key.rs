//! The key of sealed rows, which every device of a schedule has.

use async_trait::async_trait;
use driftline_core::{Result, SecretString, Secrets};

/// The same key, wherever somebody asks.
pub(crate) struct OneKey(pub(crate) SecretString);

#[async_trait]
impl Secrets for OneKey {
    async fn load(&self, _place: &str, name: &str) -> Result<Option<SecretString>> {
        Ok((name == "key").then(|| self.0.clone()))
    }

    async fn save(&self, _place: &str, _name: &str, _secret: &SecretString) -> Result<()> {
        Ok(())
    }

    async fn remove(&self, _place: &str, _name: &str) -> Result<()> {
        Ok(())
    }
}
