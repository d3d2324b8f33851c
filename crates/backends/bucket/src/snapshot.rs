//! Writing a snapshot: everything that a mirror holds at an entry. Rows are cut into packs by what
//! their ids are, so that a change moves no cut but those beside it, and other packs stay as they
//! are, whichever device writes.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread,
};

use driftline_core::{Env, Error, Id, Millis, Result, hub::State, store::ReadTx};
use sha2::{Digest, Sha256};

use crate::{
    catch_up::busy,
    entry::Kept,
    log::{Created, Log},
    mirror::{Mirror, Place, place, state},
    names,
    packs::{Manifest, Pack},
    seal::{Kind, Which, hash, hex},
    space::random_name,
};

/// A pack holds at least so many bytes of rows, unless its entity has no more.
const LEAST: usize = 1 << 20;
/// How many more it holds on average.
const MORE: usize = 1 << 20;
/// It holds no more once it has so many.
const MOST: usize = 8 << 20;

/// What a mirror holds, bit by bit: all of it may be more than fits into memory.
enum Bit {
    /// Where the mirror is, and what it keeps of itself there. It comes first.
    At(Box<(Place, State)>),
    /// A pack, with its bytes if it is to be written.
    Pack(Pack, Option<Vec<u8>>),
}

impl Log {
    /// Writes a snapshot of what the mirror holds, unless somebody else was faster. Then old
    /// entries are overwritten that are below a snapshot of `keep` ago.
    pub(crate) async fn save_snapshot(
        &self,
        mirror: &Mirror,
        env: &Arc<dyn Env>,
        keep: Millis,
    ) -> Result<()> {
        let bits = self.bits(mirror, self.known().await?, env)?;
        let Ok(first) = bits.recv() else { return Err(busy(&self.name)) };
        let Bit::At(at) = first? else { return Err(busy(&self.name)) };
        let (place, state) = *at;
        let Place { number, hash, .. } = place;
        // A void entry does not say what is below it.
        if place.pin.is_some() || !self.is_entry(number, &hash).await? {
            return Ok(());
        }
        let (mut named, mut written) = (Vec::new(), Vec::new());
        for bit in bits {
            let Bit::Pack(pack, bytes) = bit? else { continue };
            if let Some(bytes) = bytes {
                self.put(&names::pack(&self.epoch, &pack.name), bytes.into()).await?;
                written.push(pack.name.clone());
            }
            named.push(pack);
        }
        let manifest = Manifest::new(hash.clone(), state, &named);
        let which = Which { kind: Kind::Snapshot, number, part: 0, before: &hash };
        let bytes = self.codec.seal(which, &manifest, &**env)?;
        let path = names::snapshot(&self.epoch, number);
        if let Created::Exists = self.create(&path, bytes.clone().into()).await? {
            if self.stands(number).await? {
                return self.give_way(number, &written).await;
            }
            // A void one holds the name, and would for good.
            self.put(&path, bytes.into()).await?;
        }
        // Whoever wrote there at the same moment names other packs.
        if self.manifest(number).await?.is_some_and(|it| it.packs(number) != named) {
            return self.give_way(number, &written).await;
        }
        let there = self.packs().await?;
        if !named.iter().all(|it| there.contains_key(&it.name)) {
            // Somebody swept a pack meanwhile that nothing named any more.
            self.put(&path, Vec::new().into()).await?;
            return Err(busy(&self.name));
        }
        self.tidy(number, keep, there).await
    }

    /// Writes a snapshot of what the mirror holds, and overwrites everything that is older at once:
    /// what was purged is in some of it. Who is behind starts from the snapshot.
    pub(crate) async fn empty_below(&self, mirror: &Mirror, env: &Arc<dyn Env>) -> Result<()> {
        self.save_snapshot(mirror, env, 0).await?;
        let number = mirror.place()?.number;
        if !self.stands(number).await? {
            // Something void is at the end, or somebody was faster: the next call does it.
            return Err(busy(&self.name));
        }
        self.tidy(number, 0, self.packs().await?).await
    }

    /// Another snapshot is at this number: takes away what was written for this one.
    async fn give_way(&self, number: u64, written: &[String]) -> Result<()> {
        let named: BTreeSet<String> = match self.manifest(number).await? {
            Some(there) => there.packs(number).into_iter().map(|it| it.name).collect(),
            None => BTreeSet::new(),
        };
        self.remove_packs(written.iter().map(String::as_str).filter(|it| !named.contains(*it)))
            .await
    }

    /// The packs of the newest snapshot that are still there, by what they hold.
    async fn known(&self) -> Result<BTreeMap<String, Pack>> {
        let listed = self.list(0).await?;
        let Some((&number, _)) = listed.snapshots.last_key_value() else {
            return Ok(BTreeMap::new());
        };
        let Some(manifest) = self.manifest(number).await? else { return Ok(BTreeMap::new()) };
        let there = self.packs().await?;
        let packs = manifest.packs(number).into_iter();
        let is_there = |it: &Pack| !it.holds.is_empty() && there.contains_key(&it.name);
        Ok(packs.filter(is_there).map(|it| (it.holds.clone(), it)).collect())
    }

    /// Packs what the mirror holds, in a thread that is one pack ahead at most: the next is made
    /// while one is written, in one transaction for all of them. Who listens no more ends it.
    fn bits(
        &self,
        mirror: &Mirror,
        known: BTreeMap<String, Pack>,
        env: &Arc<dyn Env>,
    ) -> Result<Receiver<Result<Bit>>> {
        let (sender, bits) = sync_channel(1);
        let (log, store, env) = (self.clone(), mirror.store.clone(), env.clone());
        let job = move || {
            let say = |bit| sender.send(Ok(bit)).map_err(|_| busy(&log.name));
            if let Err(error) = store.view(|tx| log.pack(tx, &known, &*env, &say)) {
                let _unheard = sender.send(Err(error));
            }
        };
        let thread = thread::Builder::new().name("driftline-packs".into()).spawn(job);
        let told = |it| Error::Store {
            what: "no thread can be started that packs a snapshot".into(),
            help: "close other programs; the next change tries again".into(),
            source: Some(Box::new(it)),
        };
        thread.map(|_| bits).map_err(told)
    }

    fn pack(
        &self,
        tx: &dyn ReadTx,
        known: &BTreeMap<String, Pack>,
        env: &dyn Env,
        say: &dyn Fn(Bit) -> Result<()>,
    ) -> Result<()> {
        let (place, state) = (place(tx)?.unwrap_or_default(), state(tx)?);
        let number = place.number;
        say(Bit::At(Box::new((place, state))))?;
        let (mut part, mut rows, mut weight) = (0, Vec::<Kept>::new(), 0);
        let mut close = |rows: &mut Vec<Kept>| -> Result<()> {
            if rows.is_empty() {
                return Ok(());
            }
            part += 1;
            let (pack, bytes) = self.pack_of(rows, number, part, known, env)?;
            rows.clear();
            say(Bit::Pack(pack, bytes))
        };
        tx.each_row(|entity, stored| {
            if rows.last().is_some_and(|it| it.entity != entity) {
                weight = 0;
                close(&mut rows)?;
            }
            let (id, of_row) = (stored.id, stored.row.weight());
            weight += of_row;
            rows.push(Kept::whole(entity, stored));
            if weight >= MOST || (weight >= LEAST && ends(id, of_row)) {
                weight = 0;
                close(&mut rows)?;
            }
            Ok(())
        })?;
        close(&mut rows)
    }

    /// A pack of these rows; with its bytes, if none that is known holds them under the key of now.
    fn pack_of(
        &self,
        rows: &Vec<Kept>,
        number: u64,
        part: u64,
        known: &BTreeMap<String, Pack>,
        env: &dyn Env,
    ) -> Result<(Pack, Option<Vec<u8>>)> {
        let mut sum = Sum(Sha256::new());
        serde_json::to_writer(&mut sum, rows).map_err(|it| Error::damaged("a row", it))?;
        let holds = hex(&sum.0.finalize());
        let key = |number| self.codec.key_after(number);
        if let Some(pack) = known.get(&holds).filter(|it| key(it.number) == key(number)) {
            return Ok((pack.clone(), None));
        }
        let bytes =
            self.codec.seal(Which { kind: Kind::Pack, number, part, before: "" }, rows, env)?;
        let (name, sum) = (random_name(env), hash(&bytes));
        Ok((Pack { name, sum, holds, number, part }, Some(bytes)))
    }
}

/// Whether a pack that is large enough ends with this row: the more probably, the more it weighs.
fn ends(id: Id, weight: usize) -> bool {
    let digest = Sha256::digest(id.to_string());
    let drawn = usize::from(u16::from_be_bytes([digest[0], digest[1]]));
    drawn * MORE < weight * usize::from(u16::MAX)
}

/// Takes the hash of what is written to it.
struct Sum(Sha256);

impl io::Write for Sum {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
