//! Where things stand, as of the last contact, in words that every output shares.
//! `synced` is said only when nothing waits, nothing is parked, and both sides were
//! compared and found equal.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Millis, Result, device,
    store::{QueueCounts, ReadMeta, ReadTx, WriteMeta},
};

const CONTACT: &str = "contact";

/// Where a replica stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Everything is on this device; no remote is set up.
    Local,
    /// This device and the hub were compared and are equal.
    Synced,
    /// A sync is under way.
    Syncing,
    /// The hub was not reached, or not since the last change. Nothing is lost.
    Offline,
    /// It does not go on by itself.
    Error,
}

impl State {
    /// The one word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Synced => "synced",
            Self::Syncing => "syncing",
            Self::Offline => "offline",
            Self::Error => "error",
        }
    }
}

/// Where a replica stands, with the figures behind it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    /// In a word.
    pub state: State,
    /// Rows that wait to be sent.
    pub waiting: u64,
    /// Rows that were set aside and need somebody.
    pub parked: u64,
    /// Rows of the hub that this program cannot read, and has set aside.
    pub unread: u64,
    /// Rows with changes that the person keeps on this device.
    pub excluded: u64,
    /// Rows that wait for a decision of the person, or that they decided to keep here.
    pub held: u64,
    /// When the hub last answered, in milliseconds since 1970.
    pub last_contact_at: Option<Millis>,
    /// What a person calls the hub.
    pub remote: Option<String>,
    /// What the last attempt ended with.
    pub error: Option<Failure>,
}

/// How far a sync is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows received so far.
    pub received: u64,
    /// The hub's feed is read up to here ...
    pub at: u64,
    /// ... of this.
    pub head: u64,
    /// Rows sent so far.
    pub sent: u64,
    /// Rows that still wait.
    pub waiting: u64,
}

/// What an attempt to sync ended with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A short name of its kind.
    pub code: String,
    /// What happened, to which thing, and what to do next.
    pub message: String,
    /// Whether it goes away by itself.
    pub transient: bool,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let (code, message) = (error.code().to_owned(), error.to_string());
        Self { code, message, transient: error.is_transient() }
    }
}

/// The last contact with the hub, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Contact {
    pub(crate) at: Option<Millis>,
    pub(crate) failure: Option<Failure>,
}

impl Contact {
    pub(crate) fn load(tx: &dyn ReadMeta) -> Result<Self> {
        let text = tx.meta(CONTACT)?;
        Ok(text.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default())
    }

    pub(crate) fn store(&self, tx: &mut dyn WriteMeta) -> Result<()> {
        let text = serde_json::to_string(self).unwrap_or_default();
        tx.set_meta(CONTACT, Some(&text))
    }
}

/// Reads where a replica with this remote stands. `syncing` is what the caller knows of
/// a sync under way, in this process or another.
///
/// # Errors
/// When the store cannot be read.
pub fn read(tx: &dyn ReadTx, remote: Option<&str>, syncing: bool) -> Result<Status> {
    let QueueCounts { waiting, parked, excluded, held } = tx.queue_counts()?;
    let unread = device::unread(tx)?.len() as u64;
    let contact = Contact::load(tx)?;
    let link = device::link(tx)?;
    let equal = link.compared.as_ref().is_some_and(|it| {
        link.cursor == it.state.head && it.differ.is_empty() && link.identity.is_some()
    });
    let error = if remote.is_some() { contact.failure } else { None };
    let state = match &error {
        _ if remote.is_none() => State::Local,
        _ if syncing => State::Syncing,
        Some(failure) if !failure.transient => State::Error,
        _ if parked + unread > 0 => State::Error,
        None if waiting == 0 && equal => State::Synced,
        _ => State::Offline,
    };
    let remote = remote.map(str::to_owned);
    let last_contact_at = contact.at;
    Ok(Status { state, waiting, parked, unread, excluded, held, last_contact_at, remote, error })
}
