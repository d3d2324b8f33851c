//! Long values on their way: the chunks that they are cut into, fetched before rows are handed over
//! and stored before rows are sent.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
};

use driftline_convex_client::{Fault, Kind};
use driftline_core::{Change, device::Unread};
use serde_json::json;

use crate::{
    answer::{Chunks, Missing, Stored},
    chunk::{self, Chunk},
    remote::{Convex, ROW},
    row::{self, Incoming},
    seal::Seal,
};

/// Chunks in a call that carries their texts: 4 MiB.
const CARRIED: usize = 8;
/// Hashes in a call that carries only those.
const NAMED: usize = 1024;
/// Chunks that are fetched for one page, unless its first row needs more: 24 MiB.
const FETCHED: usize = 48;

impl Convex {
    /// Fetches the chunks of rows and puts them in. Returns the rows, and those of which a
    /// chunk is missing or is not what its name says.
    pub(crate) async fn complete(
        &self,
        incoming: Vec<(String, Incoming)>,
        seal: Option<&Seal>,
    ) -> Result<(Vec<Change>, Vec<Unread>), Fault> {
        let hashes: BTreeSet<&String> = incoming.iter().flat_map(|it| it.1.hashes()).collect();
        let hashes: Vec<&String> = hashes.into_iter().collect();
        let (mut chunks, mut bytes) = (BTreeMap::new(), 0);
        for some in hashes.chunks(CARRIED) {
            let args = json!({
                "protocol": driftline_core::PROTOCOL,
                "asked": self.caller.asked(),
                "hashes": some,
            });
            let (got, _): (Chunks, _) =
                self.caller.call(Kind::Query, "sync:getChunks", &args).await?;
            if got.chunks.len() != some.len() {
                return Err(Fault::BadAnswer("it holds other chunks than were asked for".into()));
            }
            for (hash, text) in some.iter().zip(got.chunks) {
                let text =
                    text.filter(|it| it.len() <= chunk::LARGEST && chunk::hash(it) == **hash);
                let Some(text) = text else { continue };
                bytes += text.len();
                if bytes > ROW.max(FETCHED * chunk::LARGEST) {
                    return Err(Fault::BadAnswer(format!("a row is longer than {ROW} bytes")));
                }
                chunks.insert((*hash).clone(), text);
            }
        }
        let (mut changes, mut unread) = (Vec::new(), Vec::new());
        for (text, row) in incoming {
            match row.finish(&chunks, ROW, seal) {
                Ok(change) => changes.push(change),
                Err(reason) => unread.push(row::unread(&text, reason)),
            }
        }
        Ok((changes, unread))
    }

    /// Stores the chunks that the deployment does not have.
    pub(crate) async fn bring_missing(&self, chunks: &BTreeMap<&str, &Chunk>) -> Result<(), Fault> {
        let hashes: Vec<&str> = chunks.keys().copied().collect();
        for some in hashes.chunks(NAMED) {
            let args = json!({
                "protocol": driftline_core::PROTOCOL,
                "asked": self.caller.asked(),
                "hashes": some,
            });
            let (answer, _): (Missing, _) =
                self.caller.call(Kind::Query, "sync:missingChunks", &args).await?;
            let missing: BTreeSet<String> = answer.missing.into_iter().collect();
            self.bring(&missing, chunks).await?;
        }
        Ok(())
    }

    /// Stores the chunks that a row was not taken for. Returns whether there were any.
    pub(crate) async fn bring_needed(
        &self,
        needed: BTreeSet<String>,
        chunks: &BTreeMap<&str, &Chunk>,
    ) -> Result<bool, Fault> {
        let last =
            std::mem::take(&mut *self.brought.lock().unwrap_or_else(PoisonError::into_inner));
        if needed.is_empty() {
            return Ok(false);
        }
        if !needed.is_disjoint(&last) {
            return Err(Fault::BadAnswer("it asks again for chunks that it was given".into()));
        }
        self.bring(&needed, chunks).await?;
        *self.brought.lock().unwrap_or_else(PoisonError::into_inner) = needed;
        Ok(true)
    }

    async fn bring(
        &self,
        wanted: &BTreeSet<String>,
        chunks: &BTreeMap<&str, &Chunk>,
    ) -> Result<(), Fault> {
        let texts: Option<Vec<&Chunk>> =
            wanted.iter().map(|it| chunks.get(it.as_str()).copied()).collect();
        let texts = texts.ok_or_else(|| {
            Fault::BadAnswer("it asks for a chunk that no row of the call has".into())
        })?;
        for some in texts.chunks(CARRIED) {
            let args = json!({
                "protocol": driftline_core::PROTOCOL,
                "chunks": some.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(),
            });
            let (stored, _): (Stored, _) =
                self.caller.linked(Kind::Mutation, "sync:putChunks", &args, None).await?;
            if !stored.hashes.iter().eq(some.iter().map(|it| &it.hash)) {
                return Err(Fault::BadAnswer("it stored other chunks than it was given".into()));
            }
        }
        Ok(())
    }
}

/// If the chunks of a page would take too much memory, how many rows would not.
pub(crate) fn fits_in_memory<'a>(incoming: impl Iterator<Item = &'a Incoming>) -> Option<usize> {
    let mut chunks = 0;
    for (before, row) in incoming.enumerate() {
        chunks += row.hashes().count();
        if chunks > FETCHED && before > 0 {
            return Some(before);
        }
    }
    None
}
