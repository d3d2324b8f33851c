//! The role of a device: what it keeps, and what it owes to its hub.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Mistake,
    cells::{Cell, Cells, Field, Fields, Shape, Stamp},
    rows::{Digests, Id, Name, Rows, class_of, digests, facts_about, facts_of},
    wire::{Identity, Position, Seq},
};

/// A row as a device keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stored {
    /// Its cells.
    pub cells: Cells,
    /// Some hub has acknowledged it.
    pub is_acked: bool,
    /// What the hub last held of it.
    pub held: Option<Shape>,
}

/// A row that the hub has yet to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The row.
    pub name: Name,
    /// The changed fields.
    pub fields: Fields,
    /// Grows with every change of the row.
    pub change: u8,
}

/// What a hub held when both sides were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HubState {
    /// Its head.
    pub head: Seq,
    /// The sum of its digests.
    pub sum: u64,
}

/// A device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Device {
    /// Which one it is.
    pub number: u8,
    /// How often its program was started again.
    pub life: u8,
    /// It sends rows in the order in which they came to it.
    pub by_arrival: bool,
    /// The rows.
    pub rows: BTreeMap<Name, Stored>,
    /// The rows in the order in which they came.
    pub arrived: Vec<Name>,
    /// What it owes, oldest first.
    pub queue: Vec<Entry>,
    /// The hub that it is bound to.
    pub identity: Option<Identity>,
    /// Everything up to here was adopted.
    pub cursor: Seq,
    /// How often the cursor was set back, or stayed though rows left the queue.
    pub resets: u8,
    /// The state of the hub at which everything was exchanged again.
    pub healed: Option<HubState>,
    /// The last comparison, and which entities differed: aliases, rows.
    pub compared: Option<(HubState, [bool; 2])>,
    /// The number of its latest call.
    pub serial: u8,
    /// The greatest stamp that it wrote.
    pub mine: Option<Stamp>,
    /// The greatest stamp that the hub sent or acknowledged.
    pub seen: Option<Stamp>,
}

impl Rows for Device {
    fn cells(&self, name: Name) -> Option<Cells> {
        self.rows.get(&name).map(|it| it.cells)
    }

    fn facts(&self) -> Vec<(Id, Id)> {
        facts_of(self.rows.keys())
    }

    fn with_key(&self, key: u8) -> Vec<Id> {
        let has = |(name, it): (&Name, &Stored)| match name {
            Name::Row(id) if it.cells.key() == Some(key) => Some(*id),
            _ => None,
        };
        self.rows.iter().filter_map(has).collect()
    }
}

impl Device {
    /// The name by which its stamps are told from others.
    pub fn node(&self) -> u8 {
        (self.number + 1) * 16 + self.life
    }

    /// What a call made now is made with.
    pub fn position(&self) -> Position {
        Position { identity: self.identity, cursor: self.cursor, resets: self.resets }
    }

    /// The next stamp of a person.
    pub fn tick(&mut self) -> Stamp {
        let stamp = Stamp::after(self.mine.max(self.seen), self.node());
        self.mine = Some(stamp);
        stamp
    }

    /// Notes a stamp that the hub sent or acknowledged.
    pub fn observe(&mut self, stamp: Option<Stamp>) {
        self.seen = self.seen.max(stamp);
    }

    /// Stores a row.
    pub fn put(&mut self, name: Name, stored: Stored) {
        if self.rows.insert(name, stored).is_none() && self.by_arrival {
            self.arrived.push(name);
        }
    }

    /// What it owes, in the order in which it is sent.
    pub fn in_order(&self) -> Vec<Entry> {
        let mut order = self.queue.clone();
        if self.by_arrival {
            let place = |it: &Entry| self.arrived.iter().position(|name| *name == it.name);
            order.sort_by_key(|it| (matches!(it.name, Name::Row(_)), place(it)));
        }
        order
    }

    /// The queue entry of a row.
    pub fn queued(&mut self, name: Name) -> Option<&mut Entry> {
        self.queue.iter_mut().find(|it| it.name == name)
    }

    /// Takes the queue entry of a row away.
    pub fn dequeue(&mut self, name: Name) {
        self.queue.retain(|it| it.name != name);
    }

    /// Whether a fact is one that this device alone assumes, until a hub answers.
    pub fn is_assumed(&self, name: Name) -> bool {
        matches!(name, Name::Fact(..)) && self.rows.get(&name).is_some_and(|it| !it.is_acked)
    }

    /// Notes that the hub has yet to hear of these fields.
    pub fn owe(&mut self, name: Name, fields: Fields, mistake: Option<Mistake>) {
        if self.is_assumed(name) {
            return;
        }
        if let Some(entry) = self.queued(name) {
            let before = match mistake {
                Some(Mistake::QueueForgetsFields) => Fields::default(),
                _ => entry.fields,
            };
            entry.fields = before.and(fields);
            entry.change += 1;
            return;
        }
        self.queue.push(Entry { name, fields, change: 1 });
    }

    /// Takes out of the queue what is not in the row any more, because a mark came.
    pub fn shrink_entry(&mut self, name: Name) {
        let Some(cells) = self.cells(name).filter(Cells::is_purged) else { return };
        let written = cells.fields();
        if let Some(entry) = self.queued(name) {
            entry.fields = entry.fields.filter(|it| written.contains(it));
            if entry.fields.is_empty() {
                self.dequeue(name);
            }
        }
    }

    /// Assumes that two ids are of one row.
    pub fn assume(&mut self, one: Id, other: Id) {
        let name = Name::fact(one, other);
        if !self.rows.contains_key(&name) {
            self.put(name, Stored { cells: Cells::fact(), ..Stored::default() });
        }
    }

    /// Ends what was assumed of a row: the hub has decided.
    pub fn end_assumptions(&mut self, name: Name, mistake: Option<Mistake>) {
        let Name::Row(id) = name else { return };
        if mistake == Some(Mistake::KeepsAssumptions) {
            return;
        }
        for fact in facts_about(self.rows.keys(), id) {
            if self.is_assumed(fact) {
                self.rows.remove(&fact);
                self.arrived.retain(|it| *it != fact);
            }
        }
    }

    /// Every id that is of the same row by what a hub said, in order.
    pub fn agreed(&self, id: Id) -> BTreeSet<Id> {
        let is_told = |(low, high): &(Id, Id)| !self.is_assumed(Name::fact(*low, *high));
        class_of(&self.facts().into_iter().filter(is_told).collect::<Vec<_>>(), id)
    }

    /// Ends what this device alone takes for a row that was purged elsewhere, where nobody knew of
    /// it. Returns what stands for the row.
    pub fn end_assumptions_of_purged(&mut self, id: Id, mistake: Option<Mistake>) -> BTreeSet<Id> {
        if mistake == Some(Mistake::MarksAssumed) {
            return self.class(id);
        }
        let agreed = self.agreed(id);
        agreed.iter().for_each(|it| self.end_assumptions(Name::Row(*it), mistake));
        agreed
    }

    /// Marks what is one with a row by what a hub said.
    pub fn mark_agreed(&mut self, id: Id, mark: Cell, mistake: Option<Mistake>) {
        for id in self.end_assumptions_of_purged(id, mistake) {
            self.mark(id, mark, mistake);
        }
    }

    /// The greatest mark of what is one with a row by what a hub said.
    pub fn agreed_mark(&self, id: Id) -> Option<Cell> {
        let mark = |id| self.cells(Name::Row(id))?.get(Field::Mark);
        self.agreed(id).into_iter().filter_map(mark).max()
    }

    /// Marks a row that has no mark, and owes that to the hub.
    pub fn mark(&mut self, id: Id, mark: Cell, mistake: Option<Mistake>) {
        let name = Name::Row(id);
        let Some(stored) = self.rows.get_mut(&name).filter(|it| !it.cells.is_purged()) else {
            return;
        };
        stored.cells.join(Cells::marked(mark), None);
        self.owe(name, Fields::only(Field::Mark), mistake);
        self.shrink_entry(name);
    }

    /// The sums of what the hub last held.
    pub fn digests(&self) -> Digests {
        digests(self.rows.iter().filter_map(|(name, it)| Some((*name, it.held?))))
    }

    /// Compares what the hub says that it holds with what this device thinks of it.
    pub fn compare(&mut self, head: Seq, theirs: Digests) {
        let mine = self.digests();
        let differ = [mine[0] != theirs[0], mine[1] != theirs[1]];
        if differ == [false; 2] {
            self.healed = None;
        }
        let state = HubState { head, sum: theirs[0].wrapping_add(theirs[1]) };
        self.compared = Some((state, differ));
    }

    /// Whether it would find both sides equal if it asked a hub that holds this.
    pub fn is_in_step_with(&self, identity: Identity, head: Seq, theirs: Digests) -> bool {
        self.identity == Some(identity)
            && self.cursor == head
            && self.queue.is_empty()
            && self.digests() == theirs
    }

    /// Notes that the hub moved on from the state at which everything was exchanged again. It may
    /// be put back to that state.
    pub fn note_head(&mut self, head: Seq, mistake: Option<Mistake>) {
        if mistake != Some(Mistake::HealsOnce) {
            self.healed = self.healed.filter(|it| it.head == head);
        }
    }

    /// Starts over if both sides differ although nothing waits here, once for each state of the
    /// hub. Returns whether it did.
    pub fn settle_difference(&mut self, mistake: Option<Mistake>) -> bool {
        let Some((state, differ)) = self.compared else { return false };
        let is_equal = differ == [false; 2] || mistake == Some(Mistake::NeverHeals);
        if is_equal || !self.queue.is_empty() || self.healed == Some(state) {
            return false;
        }
        self.healed = Some(state);
        self.start_over(mistake);
        true
    }

    /// Reads everything again from the beginning, and offers every row. Those that some hub
    /// acknowledged are no births any more.
    pub fn start_over(&mut self, mistake: Option<Mistake>) {
        self.cursor = 0;
        self.resets += 1;
        self.compared = None;
        let names: Vec<Name> = self.rows.keys().copied().collect();
        for name in names {
            let is_fact = matches!(name, Name::Fact(..));
            if mistake == Some(Mistake::FactsStay) && is_fact {
                continue;
            }
            let Some(stored) = self.rows.get_mut(&name) else { continue };
            stored.held = None;
            if mistake == Some(Mistake::OffersBirths) && !is_fact {
                stored.is_acked = false;
            }
            let fields = stored.cells.fields();
            if self.is_assumed(name) {
                continue;
            }
            if let Some(entry) = self.queued(name).copied() {
                self.dequeue(name);
                self.queue.push(entry);
            }
            self.owe(name, fields, None);
        }
    }

    /// What people see of a row, and the ids that it stands for.
    pub fn shown(&self, id: Id) -> Option<(Vec<Id>, Cells)> {
        self.view(id).filter(|(_, shown)| !shown.is_hidden())
    }

    /// Writes a cell into a row, or into the one that stands for it.
    pub fn write(&mut self, id: Id, field: Field, value: u8, mistake: Option<Mistake>) {
        let Some((members, _)) = self.view(id) else { return };
        let target = if members.contains(&id) { id } else { members[0] };
        let stamp = self.tick();
        let name = Name::Row(target);
        if let Some(stored) = self.rows.get_mut(&name) {
            stored.cells.set(field, stamp, value);
            self.owe(name, Fields::only(field), mistake);
        }
    }
}
