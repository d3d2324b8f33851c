//! What a device does with its calls: what it sends, and what it makes of pages and answers.
//! Each is one transaction.

use super::{
    Mistake,
    cells::{Cells, Field, Fields},
    device::{Device, Stored},
    rows::{Name, Rows},
    wire::{Answer, Answers, Batch, Page, Position, Sent, Seq},
};

/// What became of a page or an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was taken, and there is more to read.
    More,
    /// It was taken.
    Taken,
    /// It is of a call that does not count any more.
    Dropped,
    /// Everything is read and offered again.
    Restarted,
    /// It is of another person's hub.
    Refused,
}

impl Device {
    /// What goes next, up to so many rows, or what goes next behind a call.
    pub fn send(&mut self, most: usize, behind: Option<&Batch>) -> Batch {
        let mut sent = Vec::new();
        let mut order = self.in_order();
        if let Some(last) = behind.and_then(|it| it.sent.last()) {
            let at = order.iter().position(|it| it.name == last.name);
            order.drain(..at.map_or(order.len(), |it| it + 1));
        }
        for entry in order {
            if sent.len() == most {
                break;
            }
            let Some(stored) = self.rows.get(&entry.name).copied() else { continue };
            let fields = if stored.is_acked { entry.fields } else { stored.cells.fields() };
            let cells = stored.cells.part(fields);
            if cells.fields().is_empty() {
                self.dequeue(entry.name);
                continue;
            }
            sent.push(Sent {
                name: entry.name,
                cells,
                is_birth: !stored.is_acked,
                is_whole: cells == stored.cells,
                change: entry.change,
                shape: stored.cells.shape(),
            });
        }
        if !sent.is_empty() {
            self.serial += 1;
        }
        let behind = behind.map(|it| it.serial);
        Batch { position: self.position(), serial: self.serial, behind, sent }
    }

    /// Goes on after a call that was overtaken by this one.
    pub fn overtaken(&mut self, last: u8) {
        self.serial = self.serial.max(last) + 1;
    }

    /// Takes in a page that was asked for at `position`.
    pub fn adopt(&mut self, position: Position, page: Page, mistake: Option<Mistake>) -> Heard {
        if position != self.position() && mistake != Some(Mistake::AdoptsAnywhere) {
            return Heard::Dropped;
        }
        match self.identity {
            None => self.identity = Some(page.identity),
            Some(it) if it.person != page.identity.person => {
                if mistake != Some(Mistake::AnyPerson) {
                    return Heard::Refused;
                }
                self.identity = Some(page.identity);
            }
            Some(it) if it != page.identity && mistake != Some(Mistake::WipedIsSame) => {
                self.healed = None;
                self.identity = Some(page.identity);
                self.start_over(mistake);
                return Heard::Restarted;
            }
            Some(_) if self.cursor > page.head && mistake != Some(Mistake::NeverHeals) => {
                self.start_over(mistake);
                return Heard::Restarted;
            }
            Some(_) => {}
        }
        self.note_head(page.head, mistake);
        let latest = page.changes.iter().filter_map(|(_, cells)| cells.latest()).max();
        for (name, cells) in page.changes {
            self.adopt_row(name, cells, mistake);
        }
        self.observe(latest);
        self.cursor = page.next;
        let Some(digests) = page.digests else { return Heard::More };
        self.compare(page.head, digests);
        if self.settle_difference(mistake) { Heard::Restarted } else { Heard::Taken }
    }

    /// Joins a row that the hub holds.
    fn adopt_row(&mut self, name: Name, hub: Cells, mistake: Option<Mistake>) {
        let known = self.rows.get(&name).copied();
        let mut stored = known.unwrap_or_default();
        if !stored.is_acked && known.is_some() {
            self.end_assumptions(name, mistake);
        }
        stored.is_acked = true;
        stored.held = Some(hub.shape());
        let is_marked = hub.is_purged() && !stored.cells.is_purged();
        let is_changed = stored.cells.join(hub, mistake);
        if let (Name::Row(id), true) = (name, is_marked) {
            self.end_assumptions_of_purged(id, mistake);
        }
        self.put(name, stored);
        if known.is_some() {
            self.forget_known(name, stored.cells, hub);
        }
        if mistake != Some(Mistake::ForgetsLost) {
            self.owe_what_it_lost(name, stored.cells, hub);
        }
        let (id, mark) = match name {
            Name::Fact(low, _) => (low, self.agreed_mark(low)),
            Name::Row(id) if is_marked => (id, stored.cells.get(Field::Mark)),
            Name::Row(id) if stored.cells.is_purged() => (id, None),
            Name::Row(id) => (id, self.mark_of(id, stored.cells)),
        };
        if let Some(mark) = mark.filter(|_| is_changed) {
            self.mark_agreed(id, mark, mistake);
        }
    }

    /// Takes out of the queue what the hub evidently holds, or what gave way.
    fn forget_known(&mut self, name: Name, mine: Cells, hub: Cells) {
        let Some(entry) = self.queued(name) else { return };
        entry.fields =
            entry.fields.filter(|it| mine.get(it).is_some() && mine.get(it) != hub.get(it));
        if entry.fields.is_empty() {
            self.dequeue(name);
        }
    }

    /// Queues what the hub does not hold although nothing waits for it: it went back.
    fn owe_what_it_lost(&mut self, name: Name, mine: Cells, hub: Cells) {
        let waiting = self.queued(name).map_or_else(Fields::default, |it| it.fields);
        let lost = mine.fields().filter(|it| mine.get(it) != hub.get(it) && !waiting.contains(it));
        if !lost.is_empty() {
            self.owe(name, lost, None);
        }
    }

    /// Takes in the answers to a batch.
    pub fn settle(&mut self, batch: &Batch, answers: Answers, mistake: Option<Mistake>) -> Heard {
        let is_same = batch.position == self.position() && self.identity == Some(answers.identity);
        if !is_same && mistake != Some(Mistake::SettlesAnywhere) {
            return Heard::Dropped;
        }
        self.note_head(answers.head, mistake);
        let mut seqs: Vec<Seq> = Vec::new();
        let (mut latest, mut is_any_taken) = (None, false);
        for (sent, answer) in batch.sent.iter().zip(answers.answers) {
            match answer {
                Answer::Accepted(seq, shape) => {
                    is_any_taken = true;
                    latest = latest.max(sent.cells.latest());
                    if self.accept(sent, shape, mistake) {
                        seqs.push(seq);
                    }
                }
                Answer::NeedWhole => {
                    let cells = self.cells(sent.name).unwrap_or_default();
                    if let Some(entry) = self.queued(sent.name) {
                        entry.fields = entry.fields.and(cells.fields());
                    }
                }
            }
        }
        self.observe(latest);
        for (seq, name) in answers.recorded {
            self.adopt_row(name, Cells::fact(), mistake);
            seqs.push(seq);
        }
        seqs.sort_unstable();
        for seq in seqs {
            let is_next = seq == self.cursor + 1;
            if is_next || mistake == Some(Mistake::JumpsGaps) {
                self.cursor = self.cursor.max(seq);
            }
        }
        // What left the queue may be queued anew, and counts its changes from the beginning.
        let is_told_apart = self.cursor != batch.position.cursor;
        if is_any_taken && !is_told_apart && mistake != Some(Mistake::EntriesLookAlike) {
            self.resets += 1;
        }
        if self.cursor != answers.head {
            return Heard::More;
        }
        self.compare(answers.head, answers.digests);
        if self.settle_difference(mistake) { Heard::Restarted } else { Heard::Taken }
    }

    /// Notes that a row is in the feed. Returns whether the hub holds it just as it is here.
    fn accept(
        &mut self,
        sent: &Sent,
        shape: [Option<super::cells::Stamp>; 5],
        mistake: Option<Mistake>,
    ) -> bool {
        let change = self.queued(sent.name).map(|it| it.change);
        let is_unchanged =
            change == Some(sent.change) || mistake == Some(Mistake::SettleForgetsChange);
        if is_unchanged {
            self.dequeue(sent.name);
        }
        let Some(Stored { cells, is_acked, held }) = self.rows.get(&sent.name).copied() else {
            return false;
        };
        let is_same = cells.shape() == shape || mistake == Some(Mistake::TrustsHash);
        if !is_acked {
            self.end_assumptions(sent.name, mistake);
        }
        let held = match mistake {
            Some(Mistake::KeepsWhatWasHeld) if !is_same => held,
            _ if held == Some(shape) => held,
            _ => Some(if is_same { shape } else { sent.shape }),
        };
        self.put(sent.name, Stored { cells, is_acked: true, held });
        is_same
    }
}
