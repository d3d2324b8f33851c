//! What a hub keeps of itself besides rows.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Digests, Error, Head, Identity, Result, Schema, Seq, Serial, Stamp,
    purge::Open,
    store::{ReadMeta, Stored, WriteMeta, meta},
};

const HUB: &str = "hub";
const RECORD: &str = "the hub's own record";

/// What a hub keeps of itself besides rows. As JSON it is what a hub stores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Whose rows it holds, and since when.
    pub identity: Identity,
    /// The greatest sequence number that it has given out.
    pub head: Seq,
    /// The sum of [`Row::hash`](crate::Row::hash) over the rows of each entity.
    pub digests: Digests,
    /// The serial number of the latest call of each device.
    pub serials: BTreeMap<String, Serial>,
    /// What a snapshot needs besides. Hubs made before there were any lack it, and the marks on
    /// their rows that a device expects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) snapshots: Option<Snapshots>,
    /// The entities that have purged rows: of others, nothing has to be looked for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) purged: BTreeSet<String>,
    /// What is still to be marked of what purged rows own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) open: Vec<Open>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Snapshots {
    /// The greatest stamp that a person gave.
    pub(super) latest: Option<Stamp>,
}

impl State {
    /// That of a hub without rows.
    pub fn new(identity: Identity) -> Self {
        let (digests, serials) = (Digests::new(), BTreeMap::new());
        let snapshots = Some(Snapshots::default());
        let (purged, open) = Default::default();
        Self { identity, head: Seq::default(), digests, serials, snapshots, purged, open }
    }

    /// The greatest stamp that a person gave to any of its rows.
    pub fn latest(&self) -> Option<Stamp> {
        self.snapshots?.latest
    }

    /// Whether rows that purged ones own are still to be marked.
    pub fn is_purging(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether any row was purged.
    pub(crate) fn has_purged(&self) -> bool {
        !self.purged.is_empty()
    }

    /// Where it is.
    pub fn at(&self) -> Head {
        let (account, epoch) = (self.identity.account.clone(), self.identity.epoch.clone());
        Head { account, epoch, head: self.head }
    }

    /// Counts in a row that has its number and hash; `before` is the hash of what stood in its
    /// place, or 0.
    pub fn count(&mut self, entity: &str, before: u64, stored: &Stored) {
        let sum = self.digests.entry(entity.to_owned()).or_default();
        *sum = sum.wrapping_sub(before).wrapping_add(stored.hash);
        self.head = self.head.max(stored.seq);
        if stored.row.is_purged() && !self.purged.contains(entity) {
            self.purged.insert(entity.to_owned());
        }
        if let Some(snapshots) = &mut self.snapshots {
            snapshots.latest = snapshots.latest.max(stored.row.latest_person());
        }
    }

    /// Gives a row the next sequence number, and counts it in.
    pub(super) fn number(&mut self, entity: &str, stored: &mut Stored) {
        let before = stored.hash;
        stored.hash = stored.row.hash(entity, stored.id);
        stored.seq = self.head.next();
        // What a device needs to know of it, should it get the row by a snapshot.
        stored.acked = true;
        self.count(entity, before, stored);
    }

    /// The digest of every entity that has rows here or could have: sums over ids, names
    /// and stamps need no knowledge of what they mean.
    pub(super) fn every_digest(&self, schema: &Schema) -> Digests {
        let mut all: Digests = schema.tables().map(|it| (it.name.to_owned(), 0)).collect();
        all.extend(self.digests.iter().map(|(entity, sum)| (entity.clone(), *sum)));
        all
    }
}

/// The state of the hub whose rows `tx` holds; none if it serves as no hub.
///
/// # Errors
/// When the store cannot be read, or the state is damaged.
pub fn load(tx: &dyn ReadMeta) -> Result<Option<State>> {
    meta::load(tx, HUB, RECORD)
}

/// The state of the hub whose rows `tx` holds.
pub(super) fn loaded(tx: &dyn ReadMeta) -> Result<State> {
    load(tx)?.ok_or_else(|| Error::damaged(RECORD, "nothing"))
}

/// Keeps the state of the hub whose rows `tx` holds; none makes it no hub any more.
///
/// # Errors
/// When the store cannot be written.
pub fn save(tx: &mut dyn WriteMeta, state: Option<&State>) -> Result<()> {
    match state {
        Some(state) => meta::save(tx, HUB, RECORD, state),
        None => tx.set_meta(HUB, None),
    }
}
