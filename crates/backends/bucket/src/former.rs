//! The keys before the newest one, put down in the place and sealed with that: whoever has the words
//! of the newest key can prove what is void, and read what is older.

use driftline_core::{Env, Error, Result};
use driftline_sealing::Key;
use serde::{Deserialize, Serialize};

use crate::{
    bucket::Opened,
    fault,
    log::Log,
    names,
    ring::Ring,
    seal::{Codec, Kind, Which},
    space::Space,
};

/// The keys before one, each with the number of the entry that brought it in.
#[derive(Serialize, Deserialize)]
struct Former(Vec<(u64, Key)>);

impl Opened {
    /// Puts down the keys before `next`, sealed with it, before an entry brings it in.
    pub(crate) async fn announce(
        &self,
        ring: &Ring,
        number: u64,
        next: &Key,
        env: &dyn Env,
    ) -> Result<()> {
        let codec = Codec::new(&self.log.name, &self.space, Some(Ring::first(next.clone())));
        let which = Which { kind: Kind::Keys, number, part: 0, before: "" };
        let bytes = codec.seal(which, &Former(ring.all()), env)?;
        self.log.put(&names::keys(&self.log.epoch, &next.id()), bytes.into()).await
    }

    /// Whether the keys of `ring`, and the number of the entry that brings `next` in, are put down
    /// there as they should be.
    pub(crate) async fn has_announced(&self, ring: &Ring, number: u64, next: &Key) -> Result<bool> {
        let there = read(&self.log, &self.space, next).await?;
        let There::Keys(there) = there else { return Ok(false) };
        let ids = |all: Vec<(u64, Key)>| -> Vec<_> {
            all.into_iter().map(|(number, key)| (number, key.id())).collect()
        };
        let wanted = [ring.all(), vec![(number, next.clone())]].concat();
        Ok(ids(there.all()) == ids(wanted))
    }
}

impl Log {
    /// The number of the entry that brings a key in, as whoever drew it has put down; none where
    /// that is gone or damaged. Nothing proves it yet.
    pub(crate) async fn announced(&self, id: &str) -> Result<Option<u64>> {
        let is_name = !id.is_empty() && id.bytes().all(|it| it.is_ascii_alphanumeric());
        if !is_name {
            return Ok(None);
        }
        let found = self.get(&names::keys(&self.epoch, id)).await?;
        let Some((bytes, _)) = found.filter(|(bytes, _)| !bytes.is_empty()) else {
            return Ok(None);
        };
        let header = unless_damaged(self.codec.header("the keys", &bytes))?;
        Ok(header.map(|it| it.number))
    }
}

/// The keys of a space, of which the newest that this device knows is `key`.
pub(crate) async fn ring(log: &Log, space: &Space, key: Option<Key>) -> Result<Option<Ring>> {
    let Some(first) = &space.key else { return Ok(None) };
    let key = key.ok_or_else(|| fault::no_key(&log.name))?;
    if *first == key.check_value() {
        return Ok(Some(Ring::first(key)));
    }
    let object = names::keys(&log.epoch, &key.id());
    let lost = |why| fault::no_former_keys(&log.name, object.as_ref(), why);
    match read(log, space, &key).await? {
        There::Keys(ring) if ring.due(Kind::Entry, 0).check_value() == *first => Ok(Some(ring)),
        There::Nothing if log.names_key(&key.id()).await? => Err(lost("is gone from")),
        There::Keys(_) | There::Nothing => Err(fault::wrong_key(&log.name)),
        There::Damaged => Err(lost("is damaged at")),
    }
}

/// What is put down of the keys before one.
enum There {
    Keys(Ring),
    Nothing,
    Damaged,
}

async fn read(log: &Log, space: &Space, key: &Key) -> Result<There> {
    let found = log.get(&names::keys(&log.epoch, &key.id())).await?;
    let Some((bytes, _)) = found.filter(|(bytes, _)| !bytes.is_empty()) else {
        return Ok(There::Nothing);
    };
    let codec = Codec::new(&log.name, space, Some(Ring::first(key.clone())));
    let open = || {
        let number = codec.header("the keys", &bytes)?.number;
        let Former(keys) = codec.open(Kind::Keys, number, 0, &bytes)?.holds;
        Ok(Ring::of([keys, vec![(number, key.clone())]].concat()))
    };
    Ok(unless_damaged(open())?.flatten().map_or(There::Damaged, There::Keys))
}

/// What was read of an object; none if it is not what was written. One of a newer version is.
fn unless_damaged<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error @ Error::Protocol { .. }) => Err(error),
        Err(_) => Ok(None),
    }
}
