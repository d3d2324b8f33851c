//! Secrets as texts by name, and what they are used for: the tokens of a deployment, and the
//! passwords and keys of other remotes.

use async_trait::async_trait;
use driftline_core::{ExposeSecret, SecretString, Secrets};
use serde::{Deserialize, Serialize};

use super::{ProfileVault, Vault};
use crate::{Error, Origin, Result, Saved};

/// A place for secrets of one profile.
#[async_trait]
pub(crate) trait Texts: Send + Sync {
    /// What a person calls the place of the secret `name`.
    async fn whereabouts(&self, name: &str) -> Result<String>;

    /// The secret `name`; none if none is kept.
    async fn read(&self, name: &str) -> Result<Option<SecretString>>;

    /// Replaces the secret `name`. Once this returns, a crash does not undo it.
    async fn write(&self, name: &str, text: &SecretString) -> Result<()>;

    /// Forgets the secret `name`.
    async fn delete(&self, name: &str) -> Result<()>;
}

#[async_trait]
impl<T: Texts> Vault for T {
    async fn place(&self, origin: &Origin) -> Result<String> {
        self.whereabouts(&origin.to_string()).await
    }

    async fn load(&self, origin: &Origin) -> Result<Option<Saved>> {
        let name = origin.to_string();
        let Some(text) = self.read(&name).await? else { return Ok(None) };
        match Saved::read(&text) {
            Some(saved) => Ok(Some(saved)),
            None => Err(Error::Vault {
                what: format!("{} holds no sign-in for {name}", self.whereabouts(&name).await?),
                help: "delete what is there and sign in again".into(),
                source: None,
            }),
        }
    }

    async fn save(&self, origin: &Origin, saved: &Saved) -> Result<()> {
        self.write(&origin.to_string(), &saved.write()).await
    }

    async fn remove(&self, origin: &Origin) -> Result<()> {
        self.delete(&origin.to_string()).await
    }
}

/// A password or key, as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    secret: String,
}

#[async_trait]
impl Secrets for ProfileVault {
    async fn load(&self, place: &str, name: &str) -> driftline_core::Result<Option<SecretString>> {
        let Some(text) = self.read(&of(place, name)).await? else { return Ok(None) };
        // The error of the parser is dropped, because it can quote what it read.
        match serde_json::from_str::<Kept>(text.expose_secret()) {
            Ok(kept) => Ok(Some(kept.secret.into())),
            Err(_) => Err(Error::Vault {
                what: format!("what is kept as `{name}` of {place} is damaged"),
                help: "connect again, and type it again".into(),
                source: None,
            }
            .into()),
        }
    }

    async fn save(
        &self,
        place: &str,
        name: &str,
        secret: &SecretString,
    ) -> driftline_core::Result<()> {
        let kept = Kept { secret: secret.expose_secret().to_owned() };
        // A plain field of a plain type always has a text.
        let text = serde_json::to_string(&kept).unwrap_or_default();
        Ok(self.write(&of(place, name), &text.into()).await?)
    }

    async fn remove(&self, place: &str, name: &str) -> driftline_core::Result<()> {
        Ok(self.delete(&of(place, name)).await?)
    }
}

/// No origin has a space in it, so this is none of a deployment's.
fn of(place: &str, name: &str) -> String {
    format!("{place} {name}")
}
