//! What a device does, one call to the store at a time. A device that stops is idle when it
//! starts again: what it knows of the log, what it holds and what it has to send is kept.

use std::collections::BTreeSet;

use crate::{
    Mistake,
    bucket::{Bucket, Call, Entry, Epoch, Key, NOTHING, Next, Place, Slot, Value},
};

/// What a device is about to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing: it will list.
    #[default]
    Idle,
    /// It reads the entries that were listed.
    Reading(Vec<Call>),
    /// It has read all that was listed, and appends.
    Ready,
    /// It creates this entry.
    Creating(Entry),
    /// It does not know whether this entry is there.
    Unsure(Entry),
    /// It heard that this entry was created.
    Created(Entry),
    /// It says that nothing of its person is here.
    Stopped,
    /// It says that it needs the words of the new key.
    Locked,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    /// What it calls itself.
    pub writer: u8,
    /// The space that it belongs to.
    pub epoch: Option<Epoch>,
    /// Its mirror of the log.
    pub mirror: Place,
    /// What it holds.
    pub rows: BTreeSet<Value>,
    /// What it has to offer.
    pub queue: BTreeSet<Value>,
    /// What it was told that the log holds.
    pub told: BTreeSet<Value>,
    /// The keys that it holds.
    pub keys: BTreeSet<Key>,
    /// What it is about to do.
    pub phase: Phase,
}

impl Device {
    /// Makes itself a row.
    pub fn write(&mut self, value: Value) {
        self.rows.insert(value);
        self.queue.insert(value);
    }

    /// Everything is offered again.
    fn start_over(&mut self) {
        self.queue = self.rows.clone();
    }

    fn leave_history(&mut self, mistake: Option<Mistake>) {
        self.mirror = Place::default();
        self.phase = Phase::Idle;
        if mistake != Some(Mistake::HistoryIsSame) {
            self.start_over();
        }
    }

    fn take_snapshot(&mut self, bucket: &Bucket, snapshot: &Place, mistake: Option<Mistake>) {
        let keys = bucket.keys_after(&self.keys);
        if !keys.contains(&snapshot.key) {
            return self.lock(mistake);
        }
        self.keys = keys;
        self.mirror = snapshot.clone();
        self.phase = Phase::Idle;
        self.rows.extend(self.mirror.values());
        if mistake != Some(Mistake::SnapshotIsSame) {
            self.start_over();
        }
    }

    fn lock(&mut self, mistake: Option<Mistake>) {
        self.phase = Phase::Locked;
        if mistake == Some(Mistake::DropsQueue) {
            self.queue.clear();
        }
    }

    /// Is given the words of a key.
    pub fn unlock(&mut self, key: Key) {
        self.keys.insert(key);
        self.phase = Phase::Idle;
    }

    /// Belongs to another space of the same person from now on.
    pub fn join(&mut self, epoch: Option<Epoch>) {
        self.epoch = epoch;
        self.leave_history(None);
    }

    /// Looks what there is. Returns whether it found that it has read everything.
    pub fn list(&mut self, bucket: &Bucket, mistake: Option<Mistake>) -> bool {
        if bucket.epoch != self.epoch && mistake != Some(Mistake::AnySpace) {
            self.phase = Phase::Stopped;
            return false;
        }
        let nothing = Bucket::default();
        // Other names than those of its own epoch it does not list.
        let bucket = if bucket.epoch == self.epoch { bucket } else { &nothing };
        let number = self.mirror.number;
        if mistake != Some(Mistake::NothingMeansNothingNew) && !self.finds_itself(bucket, mistake) {
            return false;
        }
        let listed: Vec<Call> =
            (number + 1..).map_while(|it| bucket.entry(it)).map(|it| it.call).collect();
        if !listed.is_empty() {
            self.phase = Phase::Reading(listed);
            return false;
        }
        self.settle();
        true
    }

    /// Whether the log still leads through the last entry that was read. Otherwise it goes
    /// where it leads now.
    fn finds_itself(&mut self, bucket: &Bucket, mistake: Option<Mistake>) -> bool {
        let Place { number, last, .. } = self.mirror;
        let is_void_taken = mistake == Some(Mistake::TakesVoidSnapshots);
        let snapshot = bucket.snapshot(is_void_taken).filter(|it| it.number > number);
        let is_next_gone = bucket.entry(number + 1).is_none();
        // Who stands before a hole says so, and stays there until a person has mended it.
        let is_noticed = mistake != Some(Mistake::GoesOnBeforeHole);
        let is_cut = |number| is_noticed && bucket.is_cut(number);
        match (bucket.slot(number), snapshot) {
            (Slot::Taken(entry), _) if entry.call != last => self.leave_history(mistake),
            (Slot::Damaged, _) if mistake == Some(Mistake::LeavesDamaged) => {
                self.leave_history(mistake);
            }
            // What is damaged was read when it was not, so the log goes on from there.
            (Slot::Taken(_) | Slot::Damaged, Some(it)) if is_next_gone => {
                self.take_snapshot(bucket, it, mistake);
            }
            (Slot::Taken(_) | Slot::Damaged, _) => return !is_cut(number),
            (_, Some(it)) => self.take_snapshot(bucket, it, mistake),
            (_, None) if number == 0 => return !is_cut(0),
            (_, None) if is_cut(number - 1) => {}
            (_, None) => self.leave_history(mistake),
        }
        false
    }

    /// Reads the next of the entries that were listed.
    pub fn get(&mut self, bucket: &Bucket, mistake: Option<Mistake>) {
        let Phase::Reading(listed) = &mut self.phase else { return };
        let found = bucket.entry(self.mirror.number + 1).filter(|it| {
            bucket.epoch == self.epoch
                && (listed.first() == Some(&it.call) || mistake == Some(Mistake::ReadsUnlisted))
        });
        let Some(entry) = found else {
            self.phase = Phase::Idle;
            return;
        };
        listed.remove(0);
        let is_last = listed.is_empty();
        if let Some(next) = entry.next.filter(|_| self.mirror.counts(&entry, mistake)) {
            if next.is_wrapped {
                self.keys.insert(next.key);
            }
            if !self.keys.contains(&next.key) {
                return self.lock(mistake);
            }
        }
        self.read(entry, mistake);
        if is_last {
            self.settle();
        }
    }

    fn read(&mut self, entry: Entry, mistake: Option<Mistake>) {
        self.mirror.read(entry, mistake);
        self.rows.extend(self.mirror.values());
    }

    /// What the log holds need not be sent: judging it changes nothing.
    fn settle(&mut self) {
        let held = self.mirror.values();
        self.told.extend(self.queue.intersection(&held));
        self.queue.retain(|it| !held.contains(it));
        self.phase = if self.queue.is_empty() { Phase::Idle } else { Phase::Ready };
    }

    /// Makes an entry of what it has to send.
    pub fn prepare(&mut self, call: Call) -> bool {
        let (Phase::Ready, Some(value)) = (&self.phase, self.queue.first()) else { return false };
        let entry = Entry { value: *value, ..self.entry(call) };
        self.phase = Phase::Creating(entry);
        true
    }

    fn entry(&self, call: Call) -> Entry {
        let Place { last, key, .. } = self.mirror;
        Entry { call, value: NOTHING, before: last, writer: self.writer, key, next: None }
    }

    /// Makes an entry that changes the key. The new one is kept first: without it, nobody could
    /// ever read what follows.
    pub fn rotate(&mut self, call: Call, is_wrapped: bool, mistake: Option<Mistake>) {
        let next = Some(Next { key: call, is_wrapped });
        self.phase = Phase::Creating(Entry { next, ..self.entry(call) });
        if mistake != Some(Mistake::KeepsKeyLate) {
            self.keys.insert(call);
        }
    }

    /// Hears what became of the creation; nothing, if the answer was lost. Returns what it takes
    /// for written.
    pub fn hear(&mut self, created: Option<bool>, mistake: Option<Mistake>) -> Option<Value> {
        let Phase::Creating(entry) = self.phase else { return None };
        if created == Some(true) {
            self.phase = Phase::Created(entry);
            return if mistake == Some(Mistake::NoListingAfter) { self.done(entry) } else { None };
        }
        self.phase = Phase::Unsure(entry);
        if mistake == Some(Mistake::BelievesExists) { self.done(entry) } else { None }
    }

    /// Reads the number that it wanted to create.
    pub fn look(&mut self, bucket: &Bucket, mistake: Option<Mistake>) {
        let Phase::Unsure(entry) = self.phase else { return };
        let found = bucket.entry(self.mirror.number + 1).filter(|_| bucket.epoch == self.epoch);
        self.phase = match found {
            Some(it) if self.is_own(it, entry, mistake) => Phase::Created(entry),
            _ => Phase::Idle,
        };
    }

    fn is_own(&self, found: Entry, entry: Entry, mistake: Option<Mistake>) -> bool {
        match mistake {
            Some(Mistake::OwnByDevice) => found.writer == self.writer,
            _ => found.call == entry.call,
        }
    }

    /// Lists after a creation. Returns what it takes for written.
    pub fn check(&mut self, bucket: &Bucket, mistake: Option<Mistake>) -> Option<Value> {
        let Phase::Created(entry) = self.phase else { return None };
        self.phase = Phase::Idle;
        if mistake == Some(Mistake::AnySpace) && bucket.epoch != self.epoch {
            return self.done(entry);
        }
        let Place { number, last, .. } = self.mirror;
        let is_before = bucket.entry(number).map_or(0, |it| it.call) == last
            || bucket.slot(number) == Slot::Damaged
            || mistake == Some(Mistake::ForgetsEntryBefore);
        let is_own = bucket.entry(number + 1).is_some_and(|it| self.is_own(it, entry, mistake));
        let is_void_taken = mistake == Some(Mistake::TakesVoidSnapshots);
        let is_uncovered = bucket.snapshot_number(is_void_taken) <= number
            || mistake == Some(Mistake::ForgetsSnapshots);
        let is_written = bucket.epoch == self.epoch && is_before && is_own && is_uncovered;
        if is_written { self.done(entry) } else { None }
    }

    fn done(&mut self, entry: Entry) -> Option<Value> {
        self.keys.extend(entry.next.map(|it| it.key));
        self.read(entry, None);
        self.phase = Phase::Idle;
        if entry.value == NOTHING {
            return None;
        }
        self.queue.remove(&entry.value);
        self.told.insert(entry.value);
        Some(entry.value)
    }
}
