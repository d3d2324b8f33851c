//! What the log leads to, as far as it was read: a store of its own that can be made anew at any
//! time. Whoever applies an entry says where it believes the mirror to be, because another
//! process of the profile may have been faster.
//!
//! The epoch that a mirror serves is drawn whenever it begins anew. So after it left one history
//! for another, or lost its file, the engine reads and offers everything again.

use std::sync::Arc;

use driftline_core::{
    Durability, Env, Error, Identity, Result, Store,
    hub::{self, State},
    store::{ReadMeta, StoreTx},
};
use serde::{Deserialize, Serialize};

use crate::{
    entry::{Entry, Kept},
    space::{Space, random_name},
};

const PLACE: &str = "bucket.place";

/// How far a mirror has read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The number of the last entry; 0 before any.
    pub(crate) number: u64,
    /// The hash of its object.
    pub(crate) hash: String,
    /// What the store called its object.
    pub(crate) tag: Option<String>,
    /// The last entry that counts, if void ones follow it. A void one says nothing of what is
    /// below it: a late call may write the same one in another history.
    #[serde(default)]
    pub(crate) pin: Option<Pin>,
    /// What the key is called that seals what follows; none where nothing is sealed.
    #[serde(default)]
    pub(crate) key: Option<String>,
    /// The number of the entry for which it was made anew because the sums differed.
    #[serde(default)]
    rebuilt: u64,
    /// The last entry whose sums are other ones all the same.
    #[serde(default)]
    pub(crate) differs: Option<Written>,
    /// An entry that was damaged after it was read, until a snapshot stands for it.
    #[serde(default)]
    pub(crate) damaged: Option<Written>,
    /// The device that wrote the last entry, where that is known.
    #[serde(default)]
    writer: Option<String>,
    /// The snapshot that is being taken in. Nothing is served before all of it is here.
    #[serde(default)]
    pub(crate) loading: Option<Loading>,
}

/// A snapshot, and how many of its packs were taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loading {
    pub(crate) number: u64,
    pub(crate) packs: u64,
}

/// An entry and who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    pub(crate) number: u64,
    pub(crate) device: Option<String>,
}

/// An entry that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pin {
    pub(crate) number: u64,
    pub(crate) hash: String,
}

impl Place {
    /// Whether the last entry was damaged after it was read.
    pub(crate) fn is_damaged(&self) -> bool {
        self.damaged.as_ref().is_some_and(|it| it.number == self.number)
    }

    /// The last entry that counts; number 0 if none does.
    fn pinned(&self) -> Pin {
        self.pin.clone().unwrap_or(Pin { number: self.number, hash: self.hash.clone() })
    }
}

/// An object of an entry.
pub(crate) struct Read {
    pub(crate) hash: String,
    pub(crate) tag: Option<String>,
    /// What the key is called that seals what follows.
    pub(crate) key: Option<String>,
    /// What it holds.
    pub(crate) step: Step,
}

/// What an entry does.
pub(crate) enum Step {
    /// It adds what came of a push.
    Push(Entry),
    /// It changes the key.
    Turn,
    /// It counts for nothing.
    Void,
}

/// The mirror of one space.
#[derive(Clone)]
pub(crate) struct Mirror {
    pub(crate) store: Arc<dyn Store>,
    space: Space,
    env: Arc<dyn Env>,
}

impl Mirror {
    /// The one in `store`, begun if nothing is there.
    pub(crate) fn open(store: Arc<dyn Store>, space: Space, env: Arc<dyn Env>) -> Result<Self> {
        let this = Self { store, space, env };
        if this.store.view(|tx| Ok(place(tx)?.is_none()))? {
            this.store.transact(Durability::Normal, |tx| match place(tx)? {
                Some(_) => Ok(()),
                None => this.begin(tx, &Place::default()),
            })?;
        }
        Ok(this)
    }

    /// How far it has read.
    pub(crate) fn place(&self) -> Result<Place> {
        self.store.view(|tx| Ok(place(tx)?.unwrap_or_default()))
    }

    /// Whose rows it serves.
    pub(crate) fn identity(&self) -> Result<Identity> {
        self.store.view(|tx| Ok(state(tx)?.identity))
    }

    fn begin(&self, tx: &mut dyn StoreTx, at: &Place) -> Result<()> {
        tx.clear(&[])?;
        hub::save(tx, Some(&self.empty()))?;
        keep(tx, at)
    }

    fn empty(&self) -> State {
        let Space { person, account, epoch, .. } = self.space.clone();
        let epoch = format!("{epoch}-{}", random_name(&*self.env));
        State::new(Identity { person, account, epoch })
    }

    /// Begins anew, because the log is not the one that was read.
    pub(crate) fn leave(&self, from: &Place) -> Result<()> {
        self.at(from, |tx| self.begin(tx, &Place::default()))
    }

    /// Takes in the entry after `from`.
    pub(crate) fn apply(&self, from: &Place, read: Read) -> Result<()> {
        self.at(from, |tx| {
            let Read { hash, tag, key, step } = read;
            let number = from.number + 1;
            let pin = matches!(step, Step::Void).then(|| from.pinned());
            let (mut other, mut writer) = (from.differs.clone(), None);
            if let Step::Push(entry) = step {
                let mut state = state(tx)?;
                writer = Some(entry.device.clone()).filter(|it| !it.is_empty());
                let differs = entry.apply(tx, &mut state)?;
                if !differs.is_empty() && from.rebuilt < number {
                    // Either this mirror is wrong or the writer's was: made anew, it is right.
                    return self.begin(tx, &Place { rebuilt: number, ..Place::default() });
                }
                if !differs.is_empty() {
                    other = Some(Written { number, device: writer.clone() });
                }
                hub::save(tx, Some(&state))?;
            }
            let (rebuilt, differs, damaged) = (from.rebuilt, other, from.damaged.clone());
            let loading = None;
            let place =
                Place { number, hash, tag, pin, key, rebuilt, differs, damaged, writer, loading };
            keep(tx, &place)
        })
    }

    /// The same entry, which the store calls otherwise now.
    pub(crate) fn rename(&self, from: &Place, tag: Option<String>) -> Result<()> {
        self.at(from, |tx| keep(tx, &Place { tag, ..from.clone() }))
    }

    /// The last entry was damaged after it was read.
    pub(crate) fn note_damage(&self, from: &Place) -> Result<()> {
        let damaged = Some(Written { number: from.number, device: from.writer.clone() });
        self.at(from, |tx| keep(tx, &Place { damaged, ..from.clone() }))
    }

    /// A snapshot stands for what was damaged.
    pub(crate) fn mended(&self, from: &Place) -> Result<()> {
        self.at(from, |tx| keep(tx, &Place { damaged: None, ..from.clone() }))
    }

    /// Begins anew, with the packs of the snapshot at `number` to come.
    pub(crate) fn begin_snapshot(&self, from: &Place, number: u64) -> Result<()> {
        self.at(from, |tx| {
            // Where nothing was read, nothing was served: nobody has to start over.
            let kept = if from.number == 0 { Some(state(tx)?.identity) } else { None };
            let loading = Some(Loading { number, packs: 0 });
            self.begin(tx, &Place { rebuilt: from.rebuilt, loading, ..Place::default() })?;
            match kept {
                Some(identity) => hub::save(tx, Some(&State::new(identity))),
                None => Ok(()),
            }
        })
    }

    /// Takes in the next pack of a snapshot.
    pub(crate) fn add_pack(&self, from: &Place, rows: Vec<Kept>) -> Result<()> {
        self.at(from, |tx| {
            let mut state = state(tx)?;
            for kept in rows {
                kept.add(tx, &mut state)?;
            }
            hub::save(tx, Some(&state))?;
            let next = |it: &Loading| Loading { packs: it.packs + 1, ..*it };
            keep(tx, &Place { loading: from.loading.as_ref().map(next), ..from.clone() })
        })
    }

    /// Goes on behind a snapshot whose packs were all taken in: the hash of its entry, what its
    /// key is called, and the state that it has.
    pub(crate) fn end_snapshot(
        &self,
        from: &Place,
        hash: String,
        key: Option<String>,
        given: &State,
    ) -> Result<()> {
        let Some(Loading { number, .. }) = from.loading else { return Ok(()) };
        let mut is_whole = true;
        self.at(from, |tx| {
            let mut state = state(tx)?;
            is_whole = given.digests.iter().all(|(entity, sum)| {
                *sum == state.digests.get(entity).copied().unwrap_or_default()
            });
            if !is_whole {
                return self.begin(tx, &Place { rebuilt: from.rebuilt, ..Place::default() });
            }
            state.head = given.head;
            state.serials.clone_from(&given.serials);
            hub::save(tx, Some(&state))?;
            keep(tx, &Place { number, hash, key, rebuilt: from.rebuilt, ..Place::default() })
        })?;
        let wrong = || Error::damaged(format!("snapshot {number}"), "its sums are other ones");
        if is_whole { Ok(()) } else { Err(wrong()) }
    }

    /// Runs `job` if the mirror is where it is believed to be. If not, another process has
    /// done it.
    fn at(&self, from: &Place, job: impl FnOnce(&mut dyn StoreTx) -> Result<()>) -> Result<()> {
        self.store.transact(Durability::Normal, |tx| {
            let is_there = place(tx)?.as_ref() == Some(from);
            if is_there { job(tx) } else { Ok(()) }
        })
    }
}

/// How far the mirror in `tx` has read.
pub(crate) fn place(tx: &dyn ReadMeta) -> Result<Option<Place>> {
    let read = |text: String| serde_json::from_str(&text);
    tx.meta(PLACE)?.map(read).transpose().map_err(|it| Error::damaged("a mirror's place", it))
}

fn keep(tx: &mut dyn StoreTx, at: &Place) -> Result<()> {
    let text = serde_json::to_string(at).map_err(|it| Error::damaged("a mirror's place", it))?;
    tx.set_meta(PLACE, Some(&text))
}

/// The state of the hub in `tx`.
pub(crate) fn state(tx: &dyn ReadMeta) -> Result<State> {
    hub::load(tx)?.ok_or_else(|| Error::damaged("a mirror", "no hub"))
}
