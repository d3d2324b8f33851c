//! Everything that is: the bucket, the devices, and what is on the way.

use std::collections::BTreeSet;

use crate::{
    Scope,
    bucket::{Bucket, Entry, Epoch, Slot, Value},
    device::{Device, Phase},
};

/// Everything that is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The bucket.
    pub bucket: Bucket,
    /// A copy of it.
    pub copy: Option<Bucket>,
    /// An entry that was deleted or damaged, with its number.
    pub deleted: Option<(usize, Entry)>,
    /// The devices.
    pub devices: Vec<Device>,
    /// Creations that may still take effect.
    pub late: Vec<(Option<Epoch>, usize, Entry)>,
    /// What the log held before it was wiped or put back.
    pub lost: BTreeSet<Value>,
    /// A device took what it had read for the log, and it was not.
    pub is_mistaken: bool,
    /// What has happened so far.
    pub used: Scope,
}

/// A bucket with the entry that was deleted from it or damaged.
pub(crate) fn whole(bucket: &Bucket, deleted: Option<(usize, Entry)>) -> Bucket {
    let mut whole = bucket.clone();
    if let Some((number, entry)) = deleted.filter(|(it, _)| is_away(whole.slot(*it))) {
        whole.overwrite(number, entry);
    }
    whole
}

fn is_away(slot: Slot) -> bool {
    matches!(slot, Slot::Free | Slot::Damaged)
}

impl State {
    /// What the log holds, also while an entry of it is away.
    pub fn held(&self) -> BTreeSet<Value> {
        whole(&self.bucket, self.deleted).newest().values()
    }

    pub(crate) fn lose(&mut self, next: Bucket) {
        let before = self.held();
        (self.bucket, self.deleted) = (next, None);
        let after = self.held();
        self.lost.extend(before.difference(&after));
    }

    /// Once a hole is filled otherwise, nobody reads what is behind it.
    pub(crate) fn close(&mut self, last: &Self) {
        if self.deleted.is_some_and(|(number, _)| !is_away(self.bucket.slot(number))) {
            self.deleted = None;
            self.lost.extend(last.held().difference(&self.held()));
        }
    }

    /// Damages an entry.
    pub(crate) fn damage(&mut self, number: usize) {
        if let Slot::Taken(entry) = self.bucket.damage(number) {
            self.deleted = Some((number, entry));
        }
    }

    /// Whether somebody has read this entry, so that it is not lost with its object.
    pub(crate) fn is_read(&self, number: usize) -> bool {
        self.bucket.entry(number).is_some()
            && self.devices.iter().any(|it| it.mirror.number >= number)
    }

    /// Whether there is such an entry, and nobody is about to create its number: that would
    /// fill the hole before anybody could notice it. The entry of a snapshot stays here as it does
    /// when older ones are overwritten.
    pub(crate) fn can_delete(&self, number: usize) -> bool {
        let is_about_to = |it: &Device| {
            matches!(it.phase, Phase::Ready | Phase::Creating(_)) && it.mirror.number + 1 == number
        };
        self.bucket.entry(number).is_some()
            && number != self.bucket.snapshot_number(false)
            && !self.devices.iter().any(is_about_to)
            && !self.late.iter().any(|(_, late, _)| *late == number)
    }

    pub(crate) fn delete(&mut self, number: usize) {
        let mut next = self.bucket.clone();
        let Slot::Taken(entry) = next.delete(number) else { return };
        if next.is_cut(number - 1) {
            (self.bucket, self.deleted) = (next, Some((number, entry)));
        } else {
            // Without the last one, the log is as it was before: it was put back.
            self.lose(next);
        }
    }

    pub(crate) fn tell(&mut self, told: Option<Value>) {
        if let Some(value) = told {
            self.lost.remove(&value);
        }
    }

    pub(crate) fn snapshot(&mut self, place: usize) {
        let mirror = self.devices[place].mirror.clone();
        self.bucket.save(mirror);
    }
}
