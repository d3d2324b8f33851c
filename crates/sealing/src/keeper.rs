//! Where the keys of a place are kept on this device: the one that is used, and one that the
//! key is about to be changed to. The latter is kept before anybody else can need it, so that
//! nothing is ever sealed with a key that a crash could take away.

use std::sync::Arc;

use driftline_core::{Env, Result, SecretString, Secrets};

use crate::{Key, words};

/// The name under which the words of the key are kept.
pub const KEY: &str = "key";

/// Keeps the keys of one place.
#[derive(Clone)]
pub struct Keeper {
    secrets: Arc<dyn Secrets>,
    place: String,
}

/// A key as a person typed it in, or as it was kept.
pub struct Held {
    /// The key.
    pub key: Key,
    /// The log has at least so many entries, as whoever showed the words has seen; 0 where they
    /// came without a number.
    pub least: u64,
}

impl Keeper {
    /// That of the place that `secrets` know by this name.
    pub fn new(secrets: Arc<dyn Secrets>, place: String) -> Self {
        Self { secrets, place }
    }

    /// The key that is used; none if there is none here.
    ///
    /// # Errors
    /// When that cannot be read, or is no key.
    pub async fn held(&self) -> Result<Option<Held>> {
        let Some(words) = self.secrets.load(&self.place, KEY).await? else { return Ok(None) };
        let least = words::number(&words).unwrap_or_default();
        Ok(Some(Held { key: Key::of_words(&words)?, least }))
    }

    /// Uses this key from now on.
    ///
    /// # Errors
    /// When it could not be made to last.
    pub async fn keep(&self, key: &Key) -> Result<()> {
        self.secrets.save(&self.place, KEY, &key.words()).await?;
        for is_wrapped in [true, false] {
            let planned = self.planned(is_wrapped).await?;
            if planned.is_some_and(|it| it.id() == key.id()) {
                self.secrets.remove(&self.place, name(is_wrapped)).await?;
            }
        }
        Ok(())
    }

    /// The key that is about to be the next one; drawn if there is none.
    ///
    /// # Errors
    /// As [`held`](Self::held) and [`keep`](Self::keep).
    pub async fn plan(&self, is_wrapped: bool, env: &dyn Env) -> Result<Key> {
        if let Some(planned) = self.planned(is_wrapped).await? {
            return Ok(planned);
        }
        let key = Key::draw(env);
        self.secrets.save(&self.place, name(is_wrapped), &key.words()).await?;
        Ok(key)
    }

    /// The one that this device itself was about to change to, if it is the one that is meant.
    ///
    /// # Errors
    /// As [`held`](Self::held).
    pub async fn own(&self, is_meant: impl Fn(&Key) -> bool) -> Result<Option<Key>> {
        let planned = [self.planned(true).await?, self.planned(false).await?];
        Ok(planned.into_iter().flatten().find(|it| is_meant(it)))
    }

    async fn planned(&self, is_wrapped: bool) -> Result<Option<Key>> {
        let words: Option<SecretString> = self.secrets.load(&self.place, name(is_wrapped)).await?;
        words.map(|it| Key::of_words(&it)).transpose()
    }
}

/// Two names: a key that was to be given to those who have the former one must not be used
/// once somebody else has that.
fn name(is_wrapped: bool) -> &'static str {
    if is_wrapped { "next-key" } else { "next-key-after-loss" }
}
