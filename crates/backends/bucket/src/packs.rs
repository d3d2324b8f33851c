//! Snapshots: everything that a mirror holds at an entry, in packs under random names, and an
//! object that names them. Who is new starts there. Entries far below one are overwritten by
//! empty objects, never removed: a number that is free could be created again.

use driftline_core::{Env, Millis, Result, hub::State, store::ReadTx};
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::{
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
    /// The hash of the entry that a snapshot stands at; none if it is gone.
    pub(crate) async fn snapshot_hash(&self, number: u64) -> Result<Option<String>> {
        let Some((bytes, _)) = self.get(&names::snapshot(&self.epoch, number)).await? else {
            return Ok(None);
        };
        let (manifest, _) = self.codec.open::<Manifest>(Kind::Snapshot, number, 0, &bytes)?;
        Ok(Some(manifest.hash))
    }

    /// Reads a snapshot; none if it is gone, because there is a newer one.
    pub(crate) async fn load_snapshot(&self, number: u64) -> Result<Option<Loaded>> {
        let Some((bytes, _)) = self.get(&names::snapshot(&self.epoch, number)).await? else {
            return Ok(None);
        };
        let (manifest, _) = self.codec.open::<Manifest>(Kind::Snapshot, number, 0, &bytes)?;
        let mut packs = Vec::new();
        for (part, (name, sum)) in (1..).zip(&manifest.packs) {
            let Some((bytes, _)) = self.get(&names::pack(&self.epoch, name)).await? else {
                let is_newer = self.list(0).await?.snapshots.keys().any(|it| *it > number);
                let lost =
                    || fault::changed(&self.name, &format!("snapshot {number}"), "a part is gone");
                return if is_newer { Ok(None) } else { Err(lost()) };
            };
            if hash(&bytes) != *sum {
                let object = format!("pack {name}");
                return Err(fault::changed(&self.name, &object, "its hash is another one"));
            }
            packs.push(self.codec.open::<Vec<Kept>>(Kind::Pack, number, part, &bytes)?.0);
        }
        let Manifest { hash, state, .. } = manifest;
        Ok(Some(Loaded { number, hash, packs, state }))
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
        if let Created::Exists = self.create(&path, bytes.into()).await? {
            let is_other = self.snapshot_packs(number).await?.is_none_or(|it| it != named);
            if is_other {
                self.remove_packs(&named).await?;
            }
            return Ok(());
        }
        self.tidy(number, keep).await
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

    async fn snapshot_packs(&self, number: u64) -> Result<Option<Vec<(String, String)>>> {
        let Some((bytes, _)) = self.get(&names::snapshot(&self.epoch, number)).await? else {
            return Ok(None);
        };
        let (manifest, _) = self.codec.open::<Manifest>(Kind::Snapshot, number, 0, &bytes)?;
        Ok(Some(manifest.packs))
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
        let old: Vec<u64> =
            snapshots.iter().filter(|(_, it)| is_old(it.written)).map(|(it, _)| *it).collect();
        let Some((last, former)) = old.split_last() else { return Ok(()) };
        for number in former {
            // First the packs: a snapshot without them says that there is a newer one.
            let packs = self.snapshot_packs(*number).await?.unwrap_or_default();
            self.remove_packs(&packs).await?;
            self.put(&names::snapshot(&self.epoch, *number), Vec::new().into()).await?;
        }
        let prefix = Path::from(format!("entry/{}", self.epoch));
        let entries = self.store.list(Some(&prefix)).try_collect::<Vec<_>>().await;
        for meta in entries.map_err(|it| fault::failed(&self.name, it))? {
            let number = names::read(&meta.location).map(|(_, _, number)| number);
            if meta.size > 0 && number.is_some_and(|it| it <= *last) {
                self.put(&meta.location, Vec::new().into()).await?;
            }
        }
        Ok(())
    }
}
