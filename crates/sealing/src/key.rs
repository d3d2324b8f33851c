//! The key itself: 32 random bytes that are never shown but as words.

use std::sync::Arc;

use driftline_core::{Env, Error, ExposeSecret as _, Result, SecretString, excerpt};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest, Sha256};

use crate::words;

/// The key that a remote is sealed with.
#[derive(Clone)]
pub struct Key {
    bytes: Arc<SecretBytes>,
}

struct SecretBytes([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// Another one.
    pub fn draw(env: &dyn Env) -> Self {
        let mut bytes = [0; 32];
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&env.random().to_be_bytes());
        }
        Self { bytes: Arc::new(SecretBytes(bytes)) }
    }

    /// The key of these words.
    ///
    /// # Errors
    /// When they are no words of a key: one is missing, or mistyped.
    pub fn of_words(words: &SecretString) -> Result<Self> {
        let bytes = words::read(words).ok_or_else(|| bad_words(words))?;
        Ok(Self { bytes: Arc::new(SecretBytes(bytes)) })
    }

    /// It as words.
    pub fn words(&self) -> SecretString {
        words::words(&self.bytes.0)
    }

    /// What tells whether a key is this one, and nothing else.
    pub fn check_value(&self) -> String {
        self.derived(b"driftline-key-check")
    }

    /// What stands for the person who has it.
    pub fn fingerprint(&self) -> String {
        self.derived(b"driftline-key-person")
    }

    /// What the things call it that are sealed with it.
    pub fn id(&self) -> String {
        self.derived(b"driftline-key-id")[..16].to_owned()
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes.0
    }

    fn derived(&self, purpose: &[u8]) -> String {
        let hash = Sha256::new().chain_update(purpose).chain_update(self.bytes.0).finalize();
        hash[..16].iter().map(|it| format!("{it:02x}")).collect()
    }
}

/// As the words of it: only ever inside of what is sealed.
impl Serialize for Key {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.words().expose_secret().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let words = SecretString::from(String::deserialize(from)?);
        Self::of_words(&words).map_err(|_| D::Error::custom("a key is none"))
    }
}

/// Words that are no key.
fn bad_words(words: &SecretString) -> Error {
    let count = words.expose_secret().split_whitespace().count();
    Error::bad_value(
        "[remote]",
        "key",
        format!(
            "18 words as another device shows them; these {} do not fit",
            excerpt(&count.to_string())
        ),
    )
}
