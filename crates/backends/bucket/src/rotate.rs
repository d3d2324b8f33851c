//! Changing the key. It is an entry of the log, so it has its place among all others: what
//! follows it under a former key is void. Who has the former key finds the new one in it,
//! unless the former one was lost to somebody else.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use driftline_core::{Millis, Result, SecretString};
use driftline_sealing::{Key, numbered};
use serde::{Deserialize, Serialize};

use crate::{
    bucket::{Bucket, Opened},
    catch_up::busy,
    fault,
    log::{Log, Object},
    names,
    push::TRIES,
    ring::Ring,
    seal::{Header, Kind, Which},
    space::{FORMAT, random_name},
};

/// An entry that changes the key. It is sealed with the former one.
#[derive(Serialize, Deserialize)]
pub(crate) struct Rotation {
    /// The random name of the attempt that wrote it.
    call: String,
    /// The format that the writer reads at most.
    reads: u32,
    /// When it was written, if the store has a clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<Millis>,
    /// What objects call the new key.
    pub(crate) id: String,
    /// The new key; none if the former one was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<Key>,
}

impl Rotation {
    /// Whether who has the former key finds the new one.
    pub(crate) fn leads_on(&self) -> bool {
        self.key.is_some()
    }
}

/// How many changes of the key a device may have missed.
const MISSED: usize = 1_000;

impl Bucket {
    /// Seals with a new key from now on. Returns its words, with the number of the entry that
    /// changes it. If the former key is lost to somebody else, it gives no way to the new one.
    ///
    /// # Errors
    /// When nothing is sealed, or the place cannot be reached: then the key may have been changed
    /// all the same, and the next call reads that.
    pub async fn rotate(&self, is_lost: bool) -> Result<SecretString> {
        for _ in 0..TRIES {
            let (opened, at) = self.catch_up().await?;
            let codec = &opened.log.codec;
            let Some(ring) = &codec.ring else { return Err(fault::not_sealed(&self.name)) };
            let next = self.keeper.plan(!is_lost, &*self.env).await?;
            let number = at.number + 1;
            opened.announce(ring, number, &next, &*self.env).await?;
            let rotation = Rotation {
                call: random_name(&*self.env),
                reads: FORMAT,
                time: opened.time.last(),
                id: next.id(),
                key: (!is_lost).then(|| next.clone()),
            };
            let which = Which { kind: Kind::Rotation, number, part: 0, before: &at.hash };
            let bytes = codec.seal(which, &rotation, &*self.env)?;
            if opened.write_after(&at, bytes).await?.is_none() {
                continue;
            }
            self.take_key(&next).await?;
            self.save_after_rotation().await;
            return Ok(numbered(&next.words(), number));
        }
        Err(busy(&self.name))
    }

    /// A snapshot under the new key is where devices start that have no other. The key is
    /// changed, also where it fails.
    async fn save_after_rotation(&self) {
        if let Ok((opened, _)) = self.catch_up().await {
            let keep = self.options.keep;
            let _later = opened.log.save_snapshot(&opened.mirror, &self.env, keep).await;
        }
    }

    async fn take_key(&self, key: &Key) -> Result<()> {
        self.keeper.keep(key).await?;
        self.close();
        Ok(())
    }

    /// Finds the key called `id` that something is sealed with, and takes it.
    ///
    /// # Errors
    /// When a person has to give its words.
    pub(crate) async fn follow(&self, opened: &Arc<Opened>, id: &str) -> Result<()> {
        let Some(ring) = &opened.log.codec.ring else { return Err(fault::not_sealed(&self.name)) };
        // Another process of this profile may have taken it, or a person typed it in.
        let held = self.keeper.held().await?;
        if held.is_some_and(|it| ring.named(&it.key.id()).is_none()) {
            self.close();
            return Ok(());
        }
        let Some((number, rotation)) = opened.log.rotation_to(ring, id).await? else {
            return Err(fault::new_words(&self.name));
        };
        let own = self.keeper.own(|it| it.id() == rotation.id).await?;
        let key = own.or(rotation.key).filter(|it| it.id() == rotation.id);
        let key = key.ok_or_else(|| fault::new_words(&self.name))?;
        // If they are gone or damaged, who forgets the former key now may be the last who knows it.
        if !opened.has_announced(ring, number, &key).await? {
            opened.announce(ring, number, &key, &*self.env).await?;
        }
        self.take_key(&key).await
    }
}

impl Log {
    /// The rotation that leads from one of these keys towards the one called `id`, and its number;
    /// none if none does.
    pub(crate) async fn rotation_to(
        &self,
        ring: &Ring,
        id: &str,
    ) -> Result<Option<(u64, Rotation)>> {
        let mut wanted = id.to_owned();
        for _ in 0..MISSED {
            let announced = self.announced(&wanted).await?;
            let Some((number, header, bytes)) = self.turn(announced).await? else {
                let found = self.search(ring, &wanted).await?;
                if found.is_none() && announced.is_none() {
                    let nobody = "it is sealed with a key that nobody announced";
                    return Err(fault::changed(&self.name, "an object", nobody));
                }
                return Ok(found);
            };
            let Some(key) = header.key else { return Ok(None) };
            if ring.named(&key).is_some() {
                let open = self.codec.open::<Rotation>(Kind::Rotation, number, 0, &bytes)?;
                return match open.holds.id == wanted {
                    true => Ok(Some((number, open.holds))),
                    // What was put down names another entry than the one that brings it in.
                    false => self.search(ring, &wanted).await,
                };
            }
            wanted = key;
        }
        Ok(None)
    }

    /// The entry of this number, if it changes the key.
    async fn turn(&self, number: Option<u64>) -> Result<Option<(u64, Header, Bytes)>> {
        let Some(number) = number else { return Ok(None) };
        let found = self.get(&names::entry(&self.epoch, number)).await?;
        let Some((bytes, _)) = found.filter(|(bytes, _)| !bytes.is_empty()) else {
            return Ok(None);
        };
        let header = self.codec.header(&format!("entry {number}"), &bytes)?;
        Ok((header.kind == Kind::Rotation).then_some((number, header, bytes)))
    }

    /// The same where what was put down of the key is gone or damaged: every entry is looked at.
    async fn search(&self, ring: &Ring, wanted: &str) -> Result<Option<(u64, Rotation)>> {
        let listed = self.list_after(&names::entry(&self.epoch, ring.newest_from())).await?;
        let mut turns = Vec::new();
        for (number, object) in listed.entries {
            let path = names::entry(&self.epoch, number);
            let found = if object.size > 0 { self.get(&path).await? } else { None };
            let Some((bytes, _)) = found.filter(|(bytes, _)| !bytes.is_empty()) else { continue };
            let header = self.codec.header(&format!("entry {number}"), &bytes)?;
            if header.kind == Kind::Rotation {
                turns.push((number, header.key.unwrap_or_default(), bytes));
            }
        }
        for (number, key, bytes) in &turns {
            if ring.named(key).is_none() {
                continue;
            }
            let open = self.codec.open::<Rotation>(Kind::Rotation, *number, 0, bytes)?;
            let leads = |to: &str| {
                to == wanted || turns.iter().any(|(later, key, _)| later > number && key == to)
            };
            // A void one leads nowhere.
            if open.is_current && leads(&open.holds.id) {
                return Ok(Some((*number, open.holds)));
            }
        }
        Ok(None)
    }

    /// Whether the last entry or snapshot says that it is sealed with the key called `id`.
    pub(crate) async fn names_key(&self, id: &str) -> Result<bool> {
        let listed = self.list_after(&names::entry(&self.epoch, 0)).await?;
        let last = |all: &BTreeMap<u64, Object>| all.last_key_value().map(|(number, _)| *number);
        let entry = last(&listed.entries).map(|it| names::entry(&self.epoch, it));
        let snapshot = last(&listed.snapshots).map(|it| names::snapshot(&self.epoch, it));
        for path in entry.into_iter().chain(snapshot) {
            let Some((bytes, _)) = self.get(&path).await? else { continue };
            let header = self.codec.header(path.as_ref(), &bytes);
            if header.is_ok_and(|it| it.key.as_deref() == Some(id)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a key is called that entry `number` is sealed with or brings in, and that is none of
    /// these.
    pub(crate) async fn newer_key(&self, ring: &Ring, number: u64) -> Result<Option<String>> {
        let found = self.get(&names::entry(&self.epoch, number)).await?;
        let Some((bytes, _)) = found.filter(|(bytes, _)| !bytes.is_empty()) else {
            return Ok(None);
        };
        let header = self.codec.header(&format!("entry {number}"), &bytes)?;
        let is_known = |id: &String| ring.named(id).is_some();
        if header.kind != Kind::Rotation || !header.key.as_ref().is_some_and(is_known) {
            return Ok(header.key.filter(|it| !is_known(it)));
        }
        let open = self.codec.open::<Rotation>(Kind::Rotation, number, 0, &bytes)?;
        Ok(Some(open.holds.id).filter(|it| !is_known(it)))
    }
}
