//! A store of objects, as far as the log needs it: create if absent, list, get, overwrite by
//! empty. What it holds is what everybody should read.

use std::collections::BTreeSet;

use crate::Mistake;

/// What a device wrote: a row.
pub type Value = u8;
/// The random name of one attempt to append. It stands for the hash of the entry, too. 0 is none.
pub type Call = u8;
/// The epoch of a space. Objects have it in their names.
pub type Epoch = u8;
/// A key, by the attempt that brought it in. 0 is the first one.
pub type Key = u8;

/// What an entry adds that adds no row.
pub const NOTHING: Value = Value::MAX;

/// An entry of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The attempt that it is of.
    pub call: Call,
    /// What it adds.
    pub value: Value,
    /// The entry before, as its writer saw it.
    pub before: Call,
    /// The device, as it calls itself: a copied profile has the name of the first one.
    pub writer: u8,
    /// What it is sealed with.
    pub key: Key,
    /// What everything after it is sealed with, if it is a rotation.
    pub next: Option<Next>,
}

/// What a rotation brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Next {
    /// The new key.
    pub key: Key,
    /// Whoever has the key before finds the new one in the entry.
    pub is_wrapped: bool,
}

/// What is under the name of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Nothing: it can be created.
    #[default]
    Free,
    /// An object without bytes, which is what an old entry is overwritten by.
    Empty,
    /// An object that nobody can read any more.
    Damaged,
    /// An entry.
    Taken(Entry),
}

/// The entries that count, in their order.
pub type History = Vec<(Call, Value)>;

/// Where a reader is: so many entries were read, the last of them was this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// How many.
    pub number: usize,
    /// The last one.
    pub last: Call,
    /// Those that count.
    pub history: History,
    /// What the next entry has to be sealed with.
    pub key: Key,
}

impl Place {
    /// Whether an entry counts as the next one. One that was written after another entry than
    /// the one before it is void: its writer never took it for written. So is one that is sealed
    /// with a former key.
    pub fn counts(&self, entry: &Entry, mistake: Option<Mistake>) -> bool {
        let is_after = entry.before == self.last || mistake == Some(Mistake::TakesVoid);
        is_after && (entry.key == self.key || mistake == Some(Mistake::TakesFormerKey))
    }

    /// Reads the next entry.
    pub fn read(&mut self, entry: Entry, mistake: Option<Mistake>) {
        if self.counts(&entry, mistake) {
            self.history.push((entry.call, entry.value));
            self.key = entry.next.map_or(self.key, |it| it.key);
        }
        self.number += 1;
        self.last = entry.call;
    }

    /// The rows that the entries add.
    pub fn values(&self) -> BTreeSet<Value> {
        self.history.iter().map(|(_, value)| *value).filter(|it| *it != NOTHING).collect()
    }
}

/// A store of objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// The epoch in `space.json`; none if there is no such object.
    pub epoch: Option<Epoch>,
    /// The entries of this epoch, from number 1.
    pub slots: Vec<Slot>,
    /// The snapshots, by their numbers.
    pub snapshots: Vec<Place>,
}

impl Bucket {
    /// What is under this number, the first being 1.
    pub fn slot(&self, number: usize) -> Slot {
        let place = number.checked_sub(1);
        place.and_then(|it| self.slots.get(it)).copied().unwrap_or_default()
    }

    /// The entry of this number.
    pub fn entry(&self, number: usize) -> Option<Entry> {
        match self.slot(number) {
            Slot::Taken(entry) => Some(entry),
            Slot::Free | Slot::Empty | Slot::Damaged => None,
        }
    }

    /// Whether something is behind this number and its successor is no entry: one was deleted.
    pub fn is_cut(&self, number: usize) -> bool {
        self.entry(number + 1).is_none()
            && self.slots.iter().skip(number).any(|it| *it != Slot::Free)
    }

    /// Creates an entry if its number is free. Under the name of another epoch it is created,
    /// and nobody looks there. Returns whether it was.
    pub fn create(&mut self, epoch: Option<Epoch>, number: usize, entry: Entry) -> bool {
        if epoch != self.epoch {
            return true;
        }
        let is_free = self.slot(number) == Slot::Free;
        if is_free {
            self.overwrite(number, entry);
        }
        is_free
    }

    /// Writes an entry over whatever has its number.
    pub fn overwrite(&mut self, number: usize, entry: Entry) {
        let end = self.slots.len().max(number);
        self.slots.resize(end, Slot::Free);
        self.slots[number - 1] = Slot::Taken(entry);
    }

    /// Damages an entry. Returns what it was.
    pub fn damage(&mut self, number: usize) -> Slot {
        std::mem::replace(&mut self.slots[number - 1], Slot::Damaged)
    }

    /// Takes an entry away, as somebody does who deletes an object. Returns what it was.
    pub fn delete(&mut self, number: usize) -> Slot {
        let deleted = std::mem::take(&mut self.slots[number - 1]);
        while self.slots.last() == Some(&Slot::Free) {
            self.slots.pop();
        }
        deleted
    }

    /// The keys that lead from those `held` through rotations that are still there.
    pub fn keys_after(&self, held: &BTreeSet<Key>) -> BTreeSet<Key> {
        let mut keys = held.clone();
        for slot in &self.slots {
            if let Slot::Taken(Entry { key, next: Some(next), .. }) = slot
                && next.is_wrapped
                && keys.contains(key)
            {
                keys.insert(next.key);
            }
        }
        keys
    }

    /// Creates a snapshot, unless one that stands is at its number.
    pub fn save(&mut self, snapshot: Place) {
        let place = self.snapshots.binary_search_by_key(&snapshot.number, |it| it.number);
        match place {
            Ok(it) if !self.stands(&self.snapshots[it]) => self.snapshots[it] = snapshot,
            Ok(_) => {}
            Err(it) => self.snapshots.insert(it, snapshot),
        }
    }

    /// Whether a snapshot counts: the entry at its number is the one that it was made at. One of
    /// another history is void, whoever writes it and whenever.
    fn stands(&self, snapshot: &Place) -> bool {
        self.entry(snapshot.number).is_some_and(|it| it.call == snapshot.last)
    }

    /// The newest snapshot that stands; any, if void ones are taken for standing.
    pub fn snapshot(&self, is_void_taken: bool) -> Option<&Place> {
        self.snapshots.iter().rev().find(|it| is_void_taken || self.stands(it))
    }

    /// The number of that snapshot, or 0.
    pub fn snapshot_number(&self, is_void_taken: bool) -> usize {
        self.snapshot(is_void_taken).map_or(0, |it| it.number)
    }

    /// What somebody who comes anew reads.
    pub fn newest(&self) -> Place {
        let mut place = self.snapshot(false).cloned().unwrap_or_default();
        while let Some(entry) = self.entry(place.number + 1) {
            place.read(entry, None);
        }
        place
    }

    /// Takes away the oldest entry below the snapshot: it is overwritten by empty, or a rule of
    /// the owner removed it. The entry of the snapshot itself stays, and so do rotations. Returns
    /// whether there was one.
    pub fn remove_oldest(&mut self, by: Slot, mistake: Option<Mistake>) -> bool {
        let number = self.snapshot_number(mistake == Some(Mistake::TakesVoidSnapshots));
        let is_kept = mistake != Some(Mistake::OverwritesItsEntry);
        let end = number.saturating_sub(usize::from(is_kept)).min(self.slots.len());
        let oldest = self.slots[..end]
            .iter_mut()
            .find(|it| matches!(it, Slot::Taken(Entry { next: None, .. })));
        oldest.map(|it| *it = by).is_some()
    }
}
