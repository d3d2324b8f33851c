//! Snapshots: everything that a mirror holds at an entry, in packs under random names, and an
//! object that names them. Who is new starts there. Entries far below one are overwritten by
//! empty objects, never removed: a number that is free could be created again.

use driftline_core::{Env, Millis, Result, hub::State, store::ReadTx};
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::{
    catch_up::busy,
    entry::Kept,
    fault,
    log::{Created, Listed, Log},
    mirror::{Mirror, Place, place, state},
    names,
    seal::{Kind, Which, hash},
    space::random_name,
};

/// About how many bytes of rows a pack holds.
const PACK: usize = 8 << 20;

/// The object that names the packs.
#[derive(Serialize, Deserialize)]
struct Manifest {
    /// The hash of the entry at its number.
    hash: String,
    /// What the hub kept of itself there.
    state: State,
    /// The packs, with the hashes of their objects.
    packs: Vec<(String, String)>,
}

/// A snapshot that was read.
pub(crate) struct Loaded {
    pub(crate) number: u64,
    pub(crate) hash: String,
    /// What the key is called that seals what follows.
    pub(crate) key: Option<String>,
    pub(crate) packs: Vec<Vec<Kept>>,
    pub(crate) state: State,
}

/// The packs of what a mirror holds, not written yet.
struct Packed {
    place: Place,
    state: State,
    packs: Vec<Vec<u8>>,
}

impl Log {
    /// The object that names the packs; none if it is gone, was overwritten, or is sealed with a
    /// former key.
    async fn manifest(&self, number: u64) -> Result<Option<Manifest>> {
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

    async fn is_entry(&self, number: u64, sum: &str) -> Result<bool> {
        let found = self.get(&names::entry(&self.epoch, number)).await?;
        Ok(found.is_some_and(|(bytes, _)| !bytes.is_empty() && hash(&bytes) == sum))
    }

    /// Reads a snapshot; none if it counts no more, or if there is a newer one.
    pub(crate) async fn load_snapshot(&self, number: u64) -> Result<Option<Loaded>> {
        let Some(manifest) = self.manifest(number).await? else { return Ok(None) };
        if !self.is_entry(number, &manifest.hash).await? {
            return Ok(None);
        }
        let mut packs = Vec::new();
        for (part, (name, sum)) in (1..).zip(&manifest.packs) {
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
            packs.push(self.codec.open::<Vec<Kept>>(Kind::Pack, number, part, &bytes)?.holds);
        }
        let Manifest { hash, state, .. } = manifest;
        let key = self.codec.key_after(number);
        Ok(Some(Loaded { number, hash, key, packs, state }))
    }

    /// Writes a snapshot of what the mirror holds, unless somebody else was faster. Then old
    /// entries are overwritten that are below a snapshot of `keep` ago.
    pub(crate) async fn save_snapshot(
        &self,
        mirror: &Mirror,
        env: &dyn Env,
        keep: Millis,
    ) -> Result<()> {
        let packed = mirror.store.view(|tx| self.pack(tx, env))?;
        let number = packed.place.number;
        // A void entry does not say what is below it.
        if packed.place.pin.is_some() {
            return Ok(());
        }
        if !self.is_entry(number, &packed.place.hash).await? {
            return Ok(());
        }
        let mut named = Vec::new();
        for bytes in packed.packs {
            let (name, sum) = (random_name(env), hash(&bytes));
            self.put(&names::pack(&self.epoch, &name), bytes.into()).await?;
            named.push((name, sum));
        }
        let hash = packed.place.hash;
        let manifest = Manifest { hash: hash.clone(), state: packed.state, packs: named.clone() };
        let which = Which { kind: Kind::Snapshot, number, part: 0, before: &hash };
        let bytes = self.codec.seal(which, &manifest, env)?;
        let path = names::snapshot(&self.epoch, number);
        if let Created::Exists = self.create(&path, bytes.clone().into()).await? {
            if self.stands(number).await? {
                let there = self.manifest(number).await?;
                if there.is_none_or(|it| it.packs != named) {
                    self.remove_packs(&named).await?;
                }
                return Ok(());
            }
            // A void one holds the name, and would for good.
            self.put(&path, bytes.into()).await?;
            // Whoever wrote there at the same moment names other packs.
            let there = self.manifest(number).await?;
            if there.is_some_and(|it| it.packs != named) {
                return self.remove_packs(&named).await;
            }
        }
        self.tidy(number, keep).await
    }

    /// Writes a snapshot of what the mirror holds, and overwrites everything that is older at once:
    /// what was purged is in some of it. Who is behind starts from the snapshot.
    pub(crate) async fn empty_below(&self, mirror: &Mirror, env: &dyn Env) -> Result<()> {
        self.save_snapshot(mirror, env, 0).await?;
        let number = mirror.place()?.number;
        if !self.stands(number).await? {
            // Something void is at the end, or somebody was faster: the next call does it.
            return Err(busy(&self.name));
        }
        self.tidy(number, 0).await
    }

    fn pack(&self, tx: &dyn ReadTx, env: &dyn Env) -> Result<Packed> {
        let (place, state) = (place(tx)?.unwrap_or_default(), state(tx)?);
        let (mut packs, mut rows, mut weight) = (Vec::new(), Vec::new(), 0);
        let mut close = |rows: &mut Vec<Kept>| -> Result<()> {
            let part = packs.len() as u64 + 1;
            let which = Which { kind: Kind::Pack, number: place.number, part, before: "" };
            packs.push(self.codec.seal(which, rows, env)?);
            rows.clear();
            Ok(())
        };
        tx.each_row(|entity, stored| {
            weight += stored.row.weight();
            rows.push(Kept::whole(entity, stored));
            if weight >= PACK {
                weight = 0;
                close(&mut rows)?;
            }
            Ok(())
        })?;
        if !rows.is_empty() {
            close(&mut rows)?;
        }
        Ok(Packed { place, state, packs })
    }

    async fn remove_packs(&self, packs: &[(String, String)]) -> Result<()> {
        for (name, _) in packs {
            self.remove(&names::pack(&self.epoch, name)).await?;
        }
        Ok(())
    }

    /// Takes away what nobody needs who looked within `keep`, by the store's own clock.
    async fn tidy(&self, newest: u64, keep: Millis) -> Result<()> {
        let Listed { snapshots, .. } = self.list(0).await?;
        let Some(now) = snapshots.get(&newest).map(|it| it.written) else { return Ok(()) };
        let is_old = |written: Millis| now.saturating_sub(written) >= keep;
        let mut old: Vec<u64> =
            snapshots.iter().filter(|(_, it)| is_old(it.written)).map(|(it, _)| *it).collect();
        while let Some(last) = old.last()
            && !self.stands(*last).await?
        {
            old.pop();
        }
        let Some((last, former)) = old.split_last() else { return Ok(()) };
        for number in former {
            // First the packs: a snapshot without them says that there is a newer one.
            if let Some(manifest) = self.manifest(*number).await? {
                self.remove_packs(&manifest.packs).await?;
            }
            self.put(&names::snapshot(&self.epoch, *number), Vec::new().into()).await?;
        }
        let prefix = Path::from(format!("entry/{}", self.epoch));
        let entries = self.store.list(Some(&prefix)).try_collect::<Vec<_>>().await;
        for meta in entries.map_err(|it| fault::failed_to(&self.name, "listing", it))? {
            let number = names::read(&meta.location).map(|(_, _, number)| number);
            // The entry of the snapshot stays: the snapshot counts only while it is there. So do
            // entries that changed the key: they lead who missed them to the new one.
            let turns =
                |it: u64| self.codec.ring.as_ref().is_some_and(|ring| ring.turns(it).is_some());
            if meta.size > 0 && number.is_some_and(|it| it < *last && !turns(it)) {
                self.put(&meta.location, Vec::new().into()).await?;
            }
        }
        Ok(())
    }
}
