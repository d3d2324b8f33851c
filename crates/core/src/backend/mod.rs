//! What a sync needs of the other side: push, pull and limits. The types here are
//! what travels; they are plain data, so that any transport can carry them.

mod examine;
mod plugin;
mod set_up;

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use self::{
    examine::{Examine, Examined, Finding},
    plugin::{BackendPlugin, MakeScratch, Open, OpenBackend, Scratch},
    set_up::{Begun, SetUp, Start, Tried},
};
use crate::{
    Cursor, Env, Error, Hear, Id, Millis, Result, Row, Seq, Serial, Stamp, Store, device::Unread,
    store::StoreTx,
};

/// The version of what travels. A version and the one before it work together. In version
/// 3 the id of a message names its session; 2 was never spoken, so that nothing older meets
/// it.
pub const PROTOCOL: u32 = 3;

/// Whether the two sides of a call, `remote` and this program, understand each other.
///
/// # Errors
/// [`Error::Protocol`], which says who is to be updated.
pub fn check_protocol(remote: &str, theirs: u32, ours: u32) -> Result<()> {
    if theirs.abs_diff(ours) <= 1 {
        return Ok(());
    }
    let older = if theirs < ours { "the remote" } else { "this program" };
    Err(Error::Protocol { remote: remote.into(), theirs, ours, older })
}

/// A replica that others sync with.
#[async_trait]
pub trait Backend: Send + Sync {
    /// What a person calls it: a host, a file.
    fn name(&self) -> String;

    /// How much it takes and gives in one call.
    fn limits(&self) -> Limits;

    /// Gives the latest state of the rows that changed after a cursor.
    ///
    /// # Errors
    /// Sorted by what the caller does next, see [`Error`](crate::Error).
    async fn pull(&self, request: Pull) -> Result<Page>;

    /// Joins rows in one transaction and answers for each. Repeating it is harmless.
    ///
    /// # Errors
    /// Sorted by what the caller does next, see [`Error`](crate::Error).
    async fn push(&self, request: Push) -> Result<Answers>;

    /// Puts everything that the hub holds into `store`, which holds no row, at file speed, and
    /// runs `take` in the same transaction. Returns how many rows that were; none, and does
    /// nothing, if this one can only be pulled.
    ///
    /// # Errors
    /// Sorted by what the caller does next, see [`Error`](crate::Error).
    async fn snapshot(&self, _store: &dyn Store, _take: TakeSnapshot<'_>) -> Result<Option<u64>> {
        Ok(None)
    }

    /// Takes away for good what purged rows have left here besides rows: in a log, in a
    /// snapshot. Called when every mark of the caller was taken; if none of them `is_own`, whose
    /// they are does this, and what is on this machine alone is swept. Returns what stays out
    /// of reach, each in words; such as what the service keeps of its own accord.
    ///
    /// # Errors
    /// Sorted by what the caller does next, see [`Error`](crate::Error).
    async fn sweep(&self, _is_own: bool) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Tries to read a row again that was [set aside](Unread::text). None, if it cannot be.
    ///
    /// # Errors
    /// Sorted by what the caller does next, see [`Error`](crate::Error).
    async fn read_again(&self, _text: &str) -> Result<Option<Change>> {
        Ok(None)
    }

    /// Listens to the hub for as long as the future is polled, and connects again by
    /// itself when that breaks off. Nothing, if this one can only be asked.
    ///
    /// It is a hint and no more: what is heard only makes a device pull, and a device
    /// that hears nothing pulls now and then. `env` must take real time to sleep.
    fn listen<'a>(&'a self, _env: &'a dyn Env, _hear: Hear<'a>) -> Option<BoxFuture<'a, ()>> {
        None
    }
}

/// What a device does with a snapshot whose rows are in its store.
pub type TakeSnapshot<'a> = Box<dyn FnOnce(&mut dyn StoreTx, Snapshot) -> Result<()> + Send + 'a>;

/// What a hub says of everything that it holds.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Whether some of its rows were purged.
    pub has_purged: bool,
    /// A page without rows that leads from the beginning to the head.
    pub page: Page,
    /// The greatest stamp in it that a person gave.
    pub latest: Option<Stamp>,
}

/// How much a backend takes and gives in one call.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rows in a call.
    pub rows: usize,
    /// Bytes in a call, as [`Row::weight`] counts them.
    pub bytes: usize,
    /// Bytes in a row. A row above is parked and kept here.
    pub row_bytes: usize,
}

/// A call for what changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pull {
    /// The version of the caller.
    pub protocol: u32,
    /// What the caller has seen everything up to.
    pub cursor: Cursor,
    /// Rows at most.
    pub rows: usize,
    /// Bytes at most, but always at least one row.
    pub bytes: usize,
}

/// Whose rows a hub serves, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The person: the sign-in provider and its account id, or the file.
    pub person: String,
    /// A random name that the hub drew when this person's rows began. A hub that was
    /// wiped draws another one.
    pub account: String,
    /// A random name that changes whenever sequence numbers begin anew.
    pub epoch: String,
}

/// What changed after a cursor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The version of the hub.
    pub protocol: u32,
    /// Whose rows these are.
    pub identity: Identity,
    /// The greatest sequence number that the hub has given out.
    pub head: Seq,
    /// The cursor after this page.
    pub next: Cursor,
    /// The rows, in the order of their sequence numbers.
    pub changes: Vec<Change>,
    /// Rows of the page that could not be read.
    #[serde(default)]
    pub unread: Vec<Unread>,
    /// Digests per entity, if `next` is `head`.
    pub digests: Option<Digests>,
    /// The hub's time, if it has a clock.
    pub time: Option<Millis>,
}

/// The sum of [`Row::hash`] over the rows of each entity.
pub type Digests = BTreeMap<String, u64>;

/// The present state of a row, or the changed part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The entity.
    pub entity: String,
    /// The row.
    pub id: Id,
    /// Its cells.
    pub row: Row,
    /// No hub ever acknowledged the row. Only births fold into a twin.
    #[serde(default)]
    pub birth: bool,
    /// Every cell that the sender has is in it.
    #[serde(default)]
    pub whole: bool,
}

/// Rows for the hub to join.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Push {
    /// The version of the caller.
    pub protocol: u32,
    /// The account the rows belong to: compared inside the hub's transaction.
    pub account: String,
    /// The epoch the caller has seen: compared likewise.
    pub epoch: String,
    /// Which device calls.
    pub device: String,
    /// Grows with every call of the device. A hub refuses a call older than one it has
    /// answered: what it carries may have been given other stamps since.
    pub serial: Serial,
    /// The rows.
    pub changes: Vec<Change>,
}

/// What became of pushed rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// Whose rows they are now among.
    pub identity: Identity,
    /// One for each change, in their order.
    pub answers: Vec<Answer>,
    /// Rows that the hub made while it took these: aliases.
    pub recorded: Vec<Recorded>,
    /// The greatest sequence number that the hub has given out.
    pub head: Seq,
    /// Digests per entity, at `head`.
    pub digests: Digests,
    /// The hub's time, if it has a clock.
    pub time: Option<Millis>,
}

/// A row that a hub made. It travels as a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "(Seq, Change)", into = "(Seq, Change)")]
pub struct Recorded {
    /// Its sequence number.
    pub seq: Seq,
    /// The row.
    pub change: Change,
}

impl From<(Seq, Change)> for Recorded {
    fn from((seq, change): (Seq, Change)) -> Self {
        Self { seq, change }
    }
}

impl From<Recorded> for (Seq, Change) {
    fn from(Recorded { seq, change }: Recorded) -> Self {
        (seq, change)
    }
}

/// What became of one pushed row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is in the feed.
    Accepted {
        /// Its sequence number.
        seq: Seq,
        /// [`Row::hash`] of what the hub holds now.
        hash: u64,
    },
    /// These fields carry stamps too far ahead of the hub's clock.
    ClockAhead {
        /// The fields.
        fields: Vec<String>,
    },
    /// The hub does not have the row, and this is only a part of it.
    NeedWhole,
    /// It can never be taken as it is.
    Refused {
        /// Why, and what would help.
        reason: String,
    },
}
