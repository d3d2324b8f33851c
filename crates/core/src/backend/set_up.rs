//! Setting up a remote: what a person does once, before anything is synced with it. A place
//! that is wrong is refused here, by name and reason, and not by the first sync.

use async_trait::async_trait;

use crate::{Error, Millis, Result, SecretString};

/// Sets one place up as a remote.
#[async_trait]
pub trait SetUp: Send + Sync {
    /// Tries the place out: writes, reads and removes something that is no row, and looks what
    /// is there. Nothing of it stays.
    ///
    /// # Errors
    /// Why the place cannot be a remote, and what would help.
    async fn try_out(&self) -> Result<Tried>;

    /// Makes the place ready to be synced with. Repeating it is harmless.
    ///
    /// # Errors
    /// Why that cannot be, and what would help. A wrong key is told before anything is written.
    async fn begin(&self, start: Start) -> Result<Begun>;

    /// The key of this place as words, with whatever another device must be told with them;
    /// none where nothing is sealed.
    ///
    /// # Errors
    /// When it is not kept here, or cannot be read.
    async fn key(&self) -> Result<Option<SecretString>> {
        Ok(None)
    }

    /// Seals with another key from now on, and returns its words. After a key was `lost` to
    /// somebody else, the old one gives no way to the new one.
    ///
    /// # Errors
    /// When nothing is sealed here, or the place cannot be reached.
    async fn rotate(&self, _lost: bool) -> Result<SecretString> {
        Err(Error::Store {
            what: "the remote seals nothing, so it has no key".into(),
            help: "choose a remote that seals what it keeps".into(),
            source: None,
        })
    }
}

/// What trying a place out has shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// A remote has begun there before.
    pub is_begun: bool,
    /// How long one call takes.
    pub round_trip: Millis,
    /// Secrets that are lacking for what is there, among
    /// [`BackendPlugin::secrets`](crate::BackendPlugin::secrets).
    pub lacks: Vec<&'static str>,
    /// What the person should know before they go on.
    pub notes: Vec<String>,
}

/// How a person wants a place to be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Go on with what is there, or begin where nothing is.
    Join,
    /// Nothing is there any more of what once was: fill the place again.
    Refill,
}

/// What came of beginning.
#[derive(Debug, Default)]
pub struct Begun {
    /// Nothing had begun there before.
    pub is_new: bool,
    /// The words of a key that was drawn for it, which any other device needs: to be shown now.
    pub key: Option<SecretString>,
}
