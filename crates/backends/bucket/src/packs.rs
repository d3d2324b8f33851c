//! What a snapshot consists of: packs of rows, and an object that names them. Who is new starts
//! there. A pack that holds the same rows as before is named again and not written again.

use std::collections::BTreeMap;

use bytes::Bytes;
use driftline_core::{Result, hub::State};
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::{
    entry::Kept,
    fault,
    log::{Log, Object},
    names,
    seal::{Kind, hash},
};

/// The object that names the packs.
#[derive(Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The hash of the entry at its number.
    pub(crate) hash: String,
    /// What the hub kept of itself there.
    pub(crate) state: State,
    packs: Vec<Named>,
}

/// A pack as its name says where it is, and what must be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pack {
    pub(crate) name: String,
    /// The hash of its object.
    pub(crate) sum: String,
    /// The hash of what it holds.
    pub(crate) holds: String,
    /// The number and part of the snapshot that it was written for.
    pub(crate) number: u64,
    pub(crate) part: u64,
}

/// A pack in a manifest. The first snapshots named them by name and hash alone, because each was
/// written for the snapshot that named it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Named {
    Pack(Pack),
    First(String, String),
}

impl Manifest {
    pub(crate) fn new(hash: String, state: State, packs: &[Pack]) -> Self {
        Self { hash, state, packs: packs.iter().cloned().map(Named::Pack).collect() }
    }

    /// The packs of a snapshot at this number.
    pub(crate) fn packs(&self, number: u64) -> Vec<Pack> {
        let pack = |(part, named): (u64, &Named)| match named {
            Named::Pack(pack) => pack.clone(),
            Named::First(name, sum) => {
                let (name, sum) = (name.clone(), sum.clone());
                Pack { name, sum, holds: String::new(), number, part }
            }
        };
        (1..).zip(&self.packs).map(pack).collect()
    }
}

impl Log {
    /// The object that names the packs; none if it is gone, was overwritten, or is sealed with a
    /// former key.
    pub(crate) async fn manifest(&self, number: u64) -> Result<Option<Manifest>> {
        let found = self.get(&names::snapshot(&self.epoch, number)).await?;
        let Some((bytes, _)) = found.filter(|(bytes, _)| !bytes.is_empty()) else {
            return Ok(None);
        };
        let open = self.codec.open(Kind::Snapshot, number, 0, &bytes)?;
        // Under a former key, anybody may have written it who was to know nothing any more.
        Ok(Some(open.holds).filter(|_| open.is_current))
    }

    /// Whether this snapshot counts: the entry at its number is the one that it was made at.
    /// After the bucket was put back, a device that has not noticed writes one of the former
    /// history; nobody may start there.
    pub(crate) async fn stands(&self, number: u64) -> Result<bool> {
        match self.manifest(number).await? {
            Some(manifest) => self.is_entry(number, &manifest.hash).await,
            None => Ok(false),
        }
    }

    pub(crate) async fn is_entry(&self, number: u64, sum: &str) -> Result<bool> {
        let found = self.get(&names::entry(&self.epoch, number)).await?;
        Ok(found.is_some_and(|(bytes, _)| !bytes.is_empty() && hash(&bytes) == sum))
    }

    /// The object of a pack of the snapshot at `number`; none if there is a newer snapshot, for
    /// which it was taken away.
    pub(crate) async fn pack_bytes(&self, number: u64, pack: &Pack) -> Result<Option<Bytes>> {
        let Pack { name, sum, .. } = pack;
        let found = self.get(&names::pack(&self.epoch, name)).await?;
        let Some((bytes, _)) = found.filter(|(bytes, _)| !bytes.is_empty()) else {
            let is_newer = self.list(0).await?.snapshots.keys().any(|it| *it > number);
            let lost =
                || fault::changed(&self.name, &format!("snapshot {number}"), "a part is gone");
            return if is_newer { Ok(None) } else { Err(lost()) };
        };
        if hash(&bytes) != *sum {
            let object = format!("pack {name}");
            return Err(fault::changed(&self.name, &object, "its hash is another one"));
        }
        Ok(Some(bytes))
    }

    /// The rows of a pack.
    pub(crate) fn open_pack(&self, pack: &Pack, bytes: &[u8]) -> Result<Vec<Kept>> {
        Ok(self.codec.open::<Vec<Kept>>(Kind::Pack, pack.number, pack.part, bytes)?.holds)
    }

    /// Every pack that is there, by its name; also those that nothing names.
    pub(crate) async fn packs(&self) -> Result<BTreeMap<String, Object>> {
        let prefix = Path::from(format!("data/{}", self.epoch));
        let found = self.store.list(Some(&prefix)).try_collect::<Vec<_>>().await;
        let found = found.map_err(|it| fault::failed_to(&self.name, "listing", it))?;
        let pack = |meta: object_store::ObjectMeta| {
            let name = names::is_pack(&meta.location).filter(|_| meta.size > 0)?.to_owned();
            Some((name, Object::of(&meta)))
        };
        Ok(found.into_iter().filter_map(pack).collect())
    }

    pub(crate) async fn remove_packs<'a>(
        &self,
        packs: impl Iterator<Item = &'a str> + Send,
    ) -> Result<()> {
        for name in packs {
            self.remove(&names::pack(&self.epoch, name)).await?;
        }
        Ok(())
    }
}
