//! What an entry holds: what came of a push, never the push. Whoever reads it joins the cells
//! and copies the rest, whatever it knows of the entities: so devices of two versions have one
//! hub.

use driftline_core::{
    Digests, Env, Id, Millis, Result, Row, Seq, Serial,
    hub::{State, Taken},
    store::{Lookup, StoreTx, Stored},
};
use serde::{Deserialize, Serialize};

use crate::space::{FORMAT, random_name};

/// What an entry holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The random name of the attempt that wrote it.
    pub(crate) call: String,
    /// The device that pushed; empty where nobody did.
    pub(crate) device: String,
    /// The number of its call.
    pub(crate) serial: Serial,
    /// The format that the writer reads at most.
    pub(crate) reads: u32,
    /// When it was written, if the store has a clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<Millis>,
    /// The rows that changed, by their numbers.
    pub(crate) rows: Vec<Kept>,
    /// The digests of the entities that changed, after it.
    pub(crate) sums: Digests,
}

/// A row as a hub keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) entity: String,
    pub(crate) id: Id,
    /// The cells that changed; in a snapshot, all.
    #[serde(rename = "cells", with = "crate::packed", default)]
    pub(crate) row: Row,
    /// The same as the first programs wrote it: each cell with its stamp. It is read.
    #[serde(rename = "row", default, skip_serializing)]
    first: Row,
    pub(crate) seq: Seq,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    born: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// A mark that takes cells away. Nothing sets one yet; a reader keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<driftline_core::Value>,
    /// When the hub received what the row says last of its deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    received: Option<Millis>,
}

impl Kept {
    /// All of a row.
    pub(crate) fn whole(entity: &str, stored: Stored) -> Self {
        let Stored { id, row, key, seq, born, .. } = stored;
        let (first, mark, received) = (Row::default(), None, None);
        Self { entity: entity.to_owned(), id, row, first, seq, born, key, mark, received }
    }

    /// What changed of a row that was taken.
    pub(crate) fn changed(rows: &dyn Lookup, taken: &Taken) -> Result<Self> {
        let Taken { entity, stored, is_new } = taken;
        let mut kept = Self::whole(entity, stored.clone());
        if !is_new && let Some(known) = rows.get(entity, stored.id)? {
            kept.row.retain(|field| known.row.cell(field) != stored.row.cell(field));
        }
        Ok(kept)
    }

    /// Takes it in where nothing of the row is yet.
    pub(crate) fn add(self, tx: &mut dyn StoreTx, state: &mut State) -> Result<()> {
        let Self { entity, id, mut row, first, seq, born, key, .. } = self;
        row.join(first);
        let hash = row.hash(&entity, id);
        let stored = Stored { row, key, seq, born, hash, acked: true, ..Stored::new(id) };
        state.count(&entity, 0, &stored);
        tx.insert(&entity, &stored)
    }

    /// Takes it in. Returns nothing of note: a row joins.
    pub(crate) fn apply(self, tx: &mut dyn StoreTx, state: &mut State) -> Result<()> {
        let known = tx.get(&self.entity, self.id)?;
        let is_new = known.is_none();
        let mut stored = known.unwrap_or_else(|| Stored::new(self.id));
        let before = stored.hash;
        stored.row.join(self.row);
        stored.row.join(self.first);
        stored.key = self.key;
        stored.born = self.born;
        stored.seq = self.seq;
        stored.hash = stored.row.hash(&self.entity, self.id);
        stored.acked = true;
        state.count(&self.entity, before, &stored);
        match is_new {
            true => tx.insert(&self.entity, &stored),
            false => tx.put(&self.entity, &stored),
        }
    }
}

impl Entry {
    /// One that changes nothing, of no device.
    pub(crate) fn without_changes(env: &dyn Env, time: Option<Millis>) -> Self {
        Self {
            call: random_name(env),
            device: String::new(),
            serial: Serial::default(),
            reads: FORMAT,
            time,
            rows: Vec::new(),
            sums: Digests::new(),
        }
    }

    /// Takes it in. Returns the entities whose digests are other ones than the writer's.
    pub(crate) fn apply(self, tx: &mut dyn StoreTx, state: &mut State) -> Result<Vec<String>> {
        for kept in self.rows {
            kept.apply(tx, state)?;
        }
        if !self.device.is_empty() {
            let last = state.serials.entry(self.device).or_default();
            *last = self.serial.max(*last);
        }
        let differs = |(entity, sum): (String, u64)| {
            (state.digests.get(&entity) != Some(&sum)).then_some(entity)
        };
        Ok(self.sums.into_iter().filter_map(differs).collect())
    }
}
