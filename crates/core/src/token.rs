//! Proof of who a person is, without knowing how they signed in: a backend asks for a
//! token when it makes a call, and says so when one was refused.

use async_trait::async_trait;
pub use secrecy::{ExposeSecret, SecretString};

use crate::Result;

/// Where a remote backend gets the tokens that it shows to its service.
///
/// Tokens are kept per origin (`https://name.example:443`), and one that was issued for
/// an origin is never handed out for another.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// The token to show to `origin`; `None` if nobody is signed in there.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if it has to be renewed first
    /// and that fails for now; being signed out is not an error.
    async fn token(&self, origin: &str) -> Result<Option<SecretString>>;

    /// Another token than `refused`, which `origin` did not take; `None` if the person
    /// has to sign in again.
    ///
    /// # Errors
    /// As [`TokenSource::token`].
    async fn renew(&self, origin: &str, refused: &SecretString) -> Result<Option<SecretString>>;
}
