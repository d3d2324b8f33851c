//! Reading entries one after the other, and what each of them does.

use std::thread;

use bytes::Bytes;
use driftline_core::{Error, Result};

use crate::{
    bucket::Opened,
    entry::Entry,
    fault,
    log::{Log, Object},
    mirror::{Place, Read, Step},
    names,
    rotate::Rotation,
    seal::{Kind, Open, hash},
};

impl Opened {
    /// Reads these entries. Returns where the mirror is then; none if something changed
    /// meanwhile. An entry is opened while the one before it is stored.
    pub(crate) async fn read(
        &self,
        mut place: Place,
        entries: Vec<Object>,
    ) -> Result<Option<Place>> {
        let (mut entries, mut ahead) = (entries.into_iter().peekable(), None);
        while let Some(listed) = entries.next() {
            let number = place.number + 1;
            let opened = match ahead.take() {
                Some(opened) => opened,
                None => match self.entry(number, &listed).await? {
                    Some(got) => self.log.open_entry(number, got),
                    None => return Ok(None),
                },
            };
            let next = match entries.peek() {
                Some(it) => self.entry(number + 1, it).await?,
                None => None,
            };
            ahead = thread::scope(|scope| -> Result<_> {
                let open = |got| scope.spawn(move || self.log.open_entry(number + 1, got));
                let opening = next.map(open);
                self.take(&place, opened?)?;
                Ok(opening.map(|it| it.join().unwrap_or_else(|_| Err(broke_off()))))
            })?;
            place = self.mirror.place()?;
            if place.number != number {
                return Ok(None);
            }
        }
        Ok(Some(place))
    }

    /// The object of this entry; none if it is not what was listed any more.
    async fn entry(&self, number: u64, listed: &Object) -> Result<Option<Got>> {
        let found = self.log.get(&names::entry(&self.log.epoch, number)).await?;
        Ok(found.filter(|(bytes, object)| object.tag == listed.tag && !bytes.is_empty()))
    }

    /// Takes in the entry after `place`.
    fn take(&self, place: &Place, entry: Unread) -> Result<()> {
        let Unread { hash, tag, holds } = entry;
        let step = self.step(place, holds)?;
        let key = self.log.codec.key_after(place.number + 1);
        self.mirror.apply(place, Read { hash, tag, key, step })
    }

    /// What the entry after `place` does. One that was written after another entry is void:
    /// whoever wrote it never took it for written. So is one under a former key.
    fn step(&self, place: &Place, holds: Holds) -> Result<Step> {
        let (log, number) = (&self.log, place.number + 1);
        let turns = log.codec.ring.as_ref().and_then(|it| it.turns(number));
        let (step, is_current, before) = match holds {
            Holds::Rotation(open) => {
                let is_valid = open.is_current && open.before == place.hash;
                if is_valid && turns.is_none_or(|it| it.id() != open.holds.id) {
                    return Err(fault::unknown_key(&log.name, &open.holds.id));
                }
                (Step::Turn, open.is_current, open.before)
            }
            Holds::Entry(open) => (Step::Push(open.holds), open.is_current, open.before),
        };
        let step = if is_current && before == place.hash { step } else { Step::Void };
        match (turns, &step) {
            // The key that is here came in by another entry than this one.
            (Some(_), Step::Push(_) | Step::Void) => {
                Err(fault::went_back(&log.name, place.number, number))
            }
            _ => Ok(step),
        }
    }
}

/// An object, and what the store says of it.
type Got = (Bytes, Object);

/// An entry that was opened, wherever it belongs.
struct Unread {
    hash: String,
    tag: Option<String>,
    holds: Holds,
}

enum Holds {
    Rotation(Open<Rotation>),
    Entry(Open<Entry>),
}

impl Log {
    fn open_entry(&self, number: u64, (bytes, object): Got) -> Result<Unread> {
        let kind = match &self.codec.ring {
            Some(_) => self.codec.header(&format!("entry {number}"), &bytes)?.kind,
            None => Kind::Entry,
        };
        let holds = match kind {
            Kind::Rotation => Holds::Rotation(self.codec.open(kind, number, 0, &bytes)?),
            _ => Holds::Entry(self.codec.open(Kind::Entry, number, 0, &bytes)?),
        };
        Ok(Unread { hash: hash(&bytes), tag: object.tag, holds })
    }
}

/// A mistake of ours in opening one object.
pub(crate) fn broke_off() -> Error {
    Error::damaged("an object", "opening it broke off")
}
