//! Which accounts are sealed, and whether this device has the key of one. A deployment says it in
//! the name of the account, which every call carries: a device with another key, or with none,
//! means another account, so nothing of it is taken, and nothing is sent to it.

use std::sync::{Arc, Mutex, PoisonError};

use driftline_convex_client::Fault;
use driftline_core::{Error, Result, Schema, Secrets};
use driftline_sealing::{Keeper, Key};

use crate::seal::Seal;

/// What the key of a sealed account is called; none for one in clear.
pub(crate) fn key_of(account: &str) -> Option<&str> {
    account.rsplit_once('.').map(|it| it.1)
}

/// What a device knows of sealing.
pub(crate) struct Keys {
    /// What the config says; nothing if what is there decides.
    pub(crate) wanted: Option<bool>,
    pub(crate) schema: Arc<Schema>,
    keeper: Keeper,
    /// What was found the last time; nothing before the first.
    found: Mutex<Option<Option<Key>>>,
}

impl Keys {
    pub(crate) fn new(
        wanted: Option<bool>,
        schema: Arc<Schema>,
        secrets: Arc<dyn Secrets>,
        place: String,
    ) -> Self {
        Self { wanted, schema, keeper: Keeper::new(secrets, place), found: Mutex::default() }
    }

    /// Where the key is kept; none where nothing is to be sealed.
    pub(crate) fn keeper(&self) -> Option<&Keeper> {
        (self.wanted != Some(false)).then_some(&self.keeper)
    }

    /// The key that is kept here. It is looked for once; `again` looks again where there was none.
    pub(crate) async fn key(&self, again: bool) -> Result<Option<Key>> {
        let Some(keeper) = self.keeper() else { return Ok(None) };
        let found = || self.found.lock().unwrap_or_else(PoisonError::into_inner);
        match &*found() {
            Some(Some(key)) => return Ok(Some(key.clone())),
            Some(None) if !again => return Ok(None),
            _ => (),
        }
        let key = keeper.held().await?.map(|it| it.key);
        *found() = Some(key.clone());
        Ok(key)
    }

    /// Uses this key from now on.
    pub(crate) async fn keep(&self, key: &Key) -> Result<()> {
        self.keeper.keep(key).await?;
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(Some(key.clone()));
        Ok(())
    }

    /// Whether a key was found, so that rows are sealed.
    pub(crate) fn has_key(&self) -> bool {
        matches!(&*self.found.lock().unwrap_or_else(PoisonError::into_inner), Some(Some(_)))
    }

    /// What seals the rows of `account`; none if they are in clear.
    pub(crate) async fn seal(&self, account: &str, remote: &str) -> Result<Option<Seal>, Fault> {
        let id = key_of(account);
        let key = self.key(id.is_some()).await?;
        match (id, key) {
            (None, None) if self.wanted == Some(true) => Err(told(remote, NOT_BEGUN)),
            (None, None) => Ok(None),
            (None, Some(_)) => Err(told(remote, IN_CLEAR)),
            (Some(id), Some(key)) if key.id() == id => {
                Ok(Some(Seal::new(key, self.schema.clone())))
            }
            (Some(_), Some(_)) => Err(told(remote, ANOTHER_KEY)),
            (Some(_), None) => Err(no_key(remote)),
        }
    }
}

/// The rows of `remote` cannot be read here.
pub(crate) fn no_key(remote: &str) -> Fault {
    told(remote, NO_KEY)
}

/// The rows of `remote` are in clear, and are to be sealed.
pub(crate) fn in_clear(remote: &str) -> Fault {
    told(remote, IN_CLEAR)
}

/// What is wrong there, and what a person can do.
fn told(remote: &str, (what, help): (&str, &str)) -> Fault {
    Fault::Here(Error::Store { what: format!("{remote}: {what}"), help: help.into(), source: None })
}

const NOT_BEGUN: (&str, &str) =
    ("its rows are to be sealed, and no key is on this device", "connect again");

const IN_CLEAR: (&str, &str) = (
    "the rows there are not sealed, and this device would seal them",
    "connect with `sealed` as false to go on with them, or erase the account there, and sealed \
     rows can begin",
);

const NO_KEY: (&str, &str) = (
    "the rows there are sealed, and their key is not on this device",
    "connect again with the words of the key, as a device shows them that syncs with it",
);

const ANOTHER_KEY: (&str, &str) = (
    "the rows there are sealed with another key",
    "connect again with the words of their key, as a device shows them that syncs with it",
);
