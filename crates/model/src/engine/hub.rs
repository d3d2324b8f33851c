//! The role of a hub: one order, and which births are the same thing.

use std::collections::BTreeMap;

use super::{
    Mistake,
    cells::{Cell, Cells, Field},
    rows::{Digests, Id, Name, Rows, digests, facts_of},
    wire::{Answer, Answers, Batch, Identity, Page, Seq, Stale},
};

/// A row as a hub keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fed {
    /// Its cells.
    pub cells: Cells,
    /// Its number.
    pub seq: Seq,
    /// It came as a birth and still has the key that it was born with.
    pub is_born: bool,
}

/// A hub.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hub {
    /// Whose it is.
    pub identity: Identity,
    /// The rows.
    pub rows: BTreeMap<Name, Fed>,
    /// The greatest number that was given.
    pub head: Seq,
    /// The latest call of each device.
    pub serials: BTreeMap<u8, u8>,
}

impl Rows for Hub {
    fn cells(&self, name: Name) -> Option<Cells> {
        self.rows.get(&name).map(|it| it.cells)
    }

    fn facts(&self) -> Vec<(Id, Id)> {
        facts_of(self.rows.keys())
    }

    fn with_key(&self, key: u8) -> Vec<Id> {
        let has = |(name, fed): (&Name, &Fed)| match name {
            Name::Row(id) if fed.cells.key() == Some(key) => Some(*id),
            _ => None,
        };
        self.rows.iter().filter_map(has).collect()
    }
}

impl Hub {
    /// An empty one.
    pub fn new(identity: Identity) -> Self {
        Self { identity, rows: BTreeMap::new(), head: 0, serials: BTreeMap::new() }
    }

    /// The sums of what it holds.
    pub fn digests(&self) -> Digests {
        digests(self.rows.iter().map(|(name, it)| (*name, it.cells.shape())))
    }

    /// The page after a cursor, of so many rows at most.
    pub fn serve(&self, cursor: Seq, most: usize, mistake: Option<Mistake>) -> Page {
        let mut after: Vec<_> = self.rows.iter().filter(|(_, it)| it.seq > cursor).collect();
        after.sort_by_key(|(_, it)| it.seq);
        let is_last = after.len() <= most || mistake == Some(Mistake::PageSkips);
        after.truncate(most);
        let next = match after.last() {
            _ if is_last => self.head,
            Some((_, it)) => it.seq,
            None => self.head,
        };
        Page {
            identity: self.identity,
            head: self.head,
            next,
            changes: after.into_iter().map(|(name, it)| (*name, it.cells)).collect(),
            digests: is_last.then(|| self.digests()),
        }
    }

    /// Takes in a push of a device.
    ///
    /// # Errors
    /// It takes nothing of one for another life, or of one that was overtaken.
    pub fn judge(
        &mut self,
        device: u8,
        batch: &Batch,
        mistake: Option<Mistake>,
    ) -> Result<Answers, Stale> {
        let is_same = batch.position.identity == Some(self.identity);
        if !is_same && mistake != Some(Mistake::AnyEpoch) {
            return Err(Stale::Moved);
        }
        let last = self.serials.get(&device).copied().unwrap_or_default();
        if batch.serial <= last {
            return Err(Stale::OldCall(last));
        }
        self.serials.insert(device, batch.serial);
        let mut order: Vec<usize> = (0..batch.sent.len()).collect();
        order.sort_by_key(|it| matches!(batch.sent[*it].name, Name::Row(_)));
        let mut answers = vec![Answer::NeedWhole; batch.sent.len()];
        let mut recorded = Vec::new();
        for place in order {
            answers[place] = self.take(batch, place, &mut recorded, mistake);
        }
        let (identity, head, digests) = (self.identity, self.head, self.digests());
        Ok(Answers { identity, answers, recorded, head, digests })
    }

    fn take(
        &mut self,
        batch: &Batch,
        place: usize,
        recorded: &mut Vec<(Seq, Name)>,
        mistake: Option<Mistake>,
    ) -> Answer {
        let sent = &batch.sent[place];
        let known = self.rows.get(&sent.name).copied();
        if known.is_none() && !sent.is_whole && mistake != Some(Mistake::TakesParts) {
            return Answer::NeedWhole;
        }
        let mut fed = known.unwrap_or_default();
        let before = fed.cells.key();
        if !fed.cells.join(sent.cells, mistake) && known.is_some() {
            return Answer::Accepted(fed.seq, fed.cells.shape());
        }
        if let Name::Row(id) = sent.name
            && !fed.cells.is_purged()
            && let Some(mark) = self.mark_of(id, fed.cells)
        {
            fed.cells.join(Cells::marked(mark), None);
        }
        let is_same_key = before == fed.cells.key();
        fed.is_born = if known.is_none() { sent.is_birth } else { fed.is_born && is_same_key };
        if let (Name::Row(id), None) = (sent.name, known)
            && let Some(twin) = self.twin(id, fed, mistake)
        {
            let fact = Name::fact(id, twin);
            if !self.rows.contains_key(&fact) {
                let seq = self.number(fact, Fed { cells: Cells::fact(), ..Fed::default() });
                recorded.push((seq, fact));
            }
        }
        let seq = self.number(sent.name, fed);
        let was_purged = known.is_some_and(|it| it.cells.is_purged());
        match sent.name {
            Name::Row(id) if !was_purged => self.spread(id, fed.cells.get(Field::Mark), mistake),
            Name::Row(_) => {}
            Name::Fact(low, _) => {
                let cells = self.cells(Name::Row(low)).unwrap_or_default();
                self.spread(low, self.mark_of(low, cells), mistake);
            }
        }
        Answer::Accepted(seq, fed.cells.shape())
    }

    /// Marks what is one with a row that has this mark now.
    fn spread(&mut self, id: Id, mark: Option<Cell>, mistake: Option<Mistake>) {
        let Some(mark) = mark.filter(|_| mistake != Some(Mistake::MarksWhatIsNamed)) else {
            return;
        };
        let others = self.class(id).into_iter().filter(|it| *it != id);
        for member in [id].into_iter().chain(others) {
            let name = Name::Row(member);
            if let Some(mut fed) = self.rows.get(&name).copied().filter(|it| !it.cells.is_purged())
            {
                fed.cells.join(Cells::marked(mark), None);
                self.number(name, Fed { is_born: false, ..fed });
            }
        }
    }

    fn number(&mut self, name: Name, fed: Fed) -> Seq {
        self.head += 1;
        self.rows.insert(name, Fed { seq: self.head, ..fed });
        self.head
    }

    /// The row that a newcomer meets under its key. Only births fold, and only with what is
    /// here as a whole and seen by people.
    fn twin(&self, id: Id, newcomer: Fed, mistake: Option<Mistake>) -> Option<Id> {
        let key = newcomer.cells.key()?;
        if newcomer.cells.is_hidden() || self.class(id).len() > 1 {
            return None;
        }
        if mistake == Some(Mistake::NoTwins) {
            return None;
        }
        self.with_key(key).into_iter().find(|candidate| {
            let is_born = self.rows.get(&Name::Row(*candidate)).is_some_and(|it| it.is_born);
            let may_fold = newcomer.is_born || is_born || mistake == Some(Mistake::FoldsOldRows);
            let fits = |(members, shown): (Vec<Id>, Cells)| {
                let is_whole = members.len() == self.class(*candidate).len();
                is_whole && !shown.is_hidden() && shown.key() == Some(key)
            };
            *candidate != id && may_fold && self.view(*candidate).is_some_and(fits)
        })
    }
}
