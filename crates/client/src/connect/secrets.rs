//! Secrets while a place is tried out: what was typed stands over what is kept, and is kept
//! itself only once the place has taken it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use driftline_core::{Result, SecretString, Secrets};

/// Passwords and keys that were typed, by name. They cannot be printed.
#[derive(Clone, Default)]
pub struct Typed(BTreeMap<String, SecretString>);

impl Typed {
    /// Adds one.
    pub fn insert(&mut self, name: String, secret: SecretString) {
        self.0.insert(name, secret);
    }
}

impl FromIterator<(String, SecretString)> for Typed {
    fn from_iter<T: IntoIterator<Item = (String, SecretString)>>(typed: T) -> Self {
        Self(typed.into_iter().collect())
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// By their names: nobody needs to compare secrets.
impl PartialEq for Typed {
    fn eq(&self, other: &Self) -> bool {
        self.0.keys().eq(other.0.keys())
    }
}

impl Eq for Typed {}

/// What was typed, over what is kept.
pub(crate) struct Asked {
    kept: Arc<dyn Secrets>,
    typed: Mutex<Typed>,
    /// What was typed and asked for, by place and name.
    used: Mutex<BTreeSet<(String, String)>>,
}

impl Asked {
    pub(crate) fn over(kept: Arc<dyn Secrets>, typed: &Typed) -> Self {
        Self { kept, typed: Mutex::new(typed.clone()), used: Mutex::default() }
    }

    /// Takes in another one.
    pub(crate) fn add(&self, name: &str, secret: SecretString) {
        lock(&self.typed).insert(name.to_owned(), secret);
    }

    /// Keeps what was typed and used.
    pub(crate) async fn keep(&self) -> Result<()> {
        let used = std::mem::take(&mut *lock(&self.used));
        for (place, name) in used {
            let typed = lock(&self.typed).0.get(&name).cloned();
            if let Some(secret) = typed {
                self.kept.save(&place, &name, &secret).await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Secrets for Asked {
    async fn load(&self, place: &str, name: &str) -> Result<Option<SecretString>> {
        let typed = lock(&self.typed).0.get(name).cloned();
        match typed {
            Some(secret) => {
                lock(&self.used).insert((place.to_owned(), name.to_owned()));
                Ok(Some(secret))
            }
            None => self.kept.load(place, name).await,
        }
    }

    async fn save(&self, place: &str, name: &str, secret: &SecretString) -> Result<()> {
        lock(&self.typed).0.remove(name);
        self.kept.save(place, name, secret).await
    }

    async fn remove(&self, place: &str, name: &str) -> Result<()> {
        lock(&self.typed).0.remove(name);
        self.kept.remove(place, name).await
    }
}

fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}
