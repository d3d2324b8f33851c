//! Where the passwords and keys of remotes are kept, without knowing where that is.

use async_trait::async_trait;

use crate::{Result, SecretString};

/// Keeps passwords and keys on this machine.
///
/// Each is kept for a place, such as a server or a bucket, and never handed out for another:
/// a config that points elsewhere must not take a password along.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The secret `name` of `place`; none if none is kept.
    ///
    /// # Errors
    /// When that cannot be told.
    async fn load(&self, place: &str, name: &str) -> Result<Option<SecretString>>;

    /// Keeps the secret `name` of `place`. Once this returns, a crash does not undo it.
    ///
    /// # Errors
    /// When it could not be made to last.
    async fn save(&self, place: &str, name: &str, secret: &SecretString) -> Result<()>;

    /// Forgets the secret `name` of `place`.
    ///
    /// # Errors
    /// When it may still be there.
    async fn remove(&self, place: &str, name: &str) -> Result<()>;
}
