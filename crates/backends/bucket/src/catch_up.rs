//! Reading what others appended. It goes by listings: that an object is not found never means
//! that there is nothing new.

use std::sync::Arc;

use driftline_core::{Error, Result};

use crate::{
    bucket::{Bucket, Opened},
    entry::Entry,
    fault,
    log::{Listed, Object},
    mirror::{Place, Read, Step},
    names,
    rotate::Rotation,
    seal::{Kind, hash},
};

/// How often what was listed may have changed before it is read. Somebody is writing, then.
const TRIES: usize = 100;

/// Where a log leads from a place.
enum Next {
    /// Nowhere.
    End,
    /// Through these entries.
    Entries(Vec<Object>),
    /// To a snapshot.
    Snapshot(u64),
    /// To it no more: this is another history.
    Away,
    /// Nobody knows yet: what was listed has changed.
    Changing,
}

/// What is there of an entry that was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Same,
    /// One that is of another history.
    Other,
    /// It is gone, or was overwritten.
    Nothing,
    /// Something that nobody can read, which is of no history.
    Damaged,
}

impl Bucket {
    /// Reads everything that is new. Returns where the mirror is then.
    pub(crate) async fn catch_up(&self) -> Result<(Arc<Opened>, Place)> {
        for _ in 0..TRIES {
            let opened = self.opened().await?;
            match self.look(&opened).await {
                Ok(Some(place)) => {
                    self.reached(&opened, &place).await?;
                    return Ok((opened, place));
                }
                Ok(None) => {}
                Err(error) => match fault::unknown(&error) {
                    Some(id) => self.follow(&opened, id).await?,
                    None => return Err(error),
                },
            }
        }
        Err(busy(&self.name))
    }

    /// Reads what is new at this moment. Returns where the mirror is if that is everything.
    async fn look(&self, opened: &Opened) -> Result<Option<Place>> {
        let place = opened.mirror.place()?;
        if !opened.has_key_of(&place)? {
            opened.mirror.leave(&place)?;
            return Ok(None);
        }
        let listed = opened.log.list(place.number).await?;
        if !opened.is_same_space(listed.space.as_ref()).await? {
            self.close();
            return Ok(None);
        }
        match opened.next(&place, &listed).await? {
            Next::End => return Ok(Some(place)),
            Next::Away => opened.mirror.leave(&place)?,
            Next::Changing => {}
            Next::Snapshot(number) => {
                if let Some(loaded) = opened.log.load_snapshot(number).await? {
                    opened.mirror.take(&place, loaded)?;
                }
            }
            Next::Entries(entries) => {
                // Behind those there may be one that is gone, which is no end either.
                let read = match opened.read(place, entries).await {
                    Err(error) if fault::is_changed(&error) => {
                        opened.pass(&listed, error).await?;
                        return Ok(None);
                    }
                    read => read?,
                };
                return Ok(read.filter(|it| !is_cut(it, &listed)));
            }
        }
        Ok(None)
    }

    /// A log that ends before an entry that was there is an older state of it. Once it was
    /// reached, a mirror notices that by itself.
    async fn reached(&self, opened: &Opened, place: &Place) -> Result<()> {
        if place.number < opened.least {
            return Err(fault::went_back(&self.name, place.number, opened.least));
        }
        if opened.is_new
            && let Some(held) = self.keeper.held().await?
        {
            self.keeper.keep(&held.key).await?;
            self.close();
        }
        Ok(())
    }
}

/// The log changes whenever it is looked at.
pub(crate) fn busy(name: &str) -> Error {
    Error::Unavailable { remote: name.to_owned(), retry_after: None, source: None }
}

impl Opened {
    /// Whether what follows this place is sealed as this process believes. Another one of the
    /// profile may have read that the key was changed: then the error asks for that key.
    fn has_key_of(&self, place: &Place) -> Result<bool> {
        let due = self.log.codec.key_after(place.number);
        if place.number == 0 || due == place.key {
            return Ok(true);
        }
        match (&self.log.codec.ring, &place.key) {
            (Some(ring), Some(id)) if ring.named(id).is_none() => {
                Err(fault::unknown_key(&self.log.name, id))
            }
            _ => Ok(false),
        }
    }

    async fn next(&self, place: &Place, listed: &Listed) -> Result<Next> {
        let snapshots = listed.snapshots.keys().copied();
        let newest = snapshots.max().filter(|it| *it > place.number);
        let there = listed.entries.get(&place.number).filter(|it| it.size > 0);
        let is_there = match there {
            Some(it) => match self.found(place, it).await? {
                Found::Same if place.is_damaged() => {
                    // It was put right again.
                    self.mirror.mended(place)?;
                    return Ok(Next::Changing);
                }
                Found::Same => true,
                Found::Other => return Ok(Next::Away),
                Found::Nothing => false,
                // It was read when it was not, so the log goes on from there.
                Found::Damaged => {
                    if !place.is_damaged() {
                        self.mirror.note_damage(place)?;
                        return Ok(Next::Changing);
                    }
                    true
                }
            },
            None => false,
        };
        if !is_there && place.number > 0 {
            return match newest {
                Some(number) => Ok(Next::Snapshot(number)),
                None if is_cut(place, listed) => self.missing(place.number - 1, listed).await,
                None => Ok(Next::Away),
            };
        }
        if !self.is_pinned(place).await? {
            return Ok(Next::Away);
        }
        let entries: Vec<Object> = (place.number + 1..)
            .map_while(|it| listed.entries.get(&it))
            .take_while(|it| it.size > 0)
            .cloned()
            .collect();
        if !entries.is_empty() {
            return Ok(Next::Entries(entries));
        }
        match newest {
            Some(number) => Ok(Next::Snapshot(number)),
            None if is_cut(place, listed) => self.missing(place.number, listed).await,
            None => Ok(Next::End),
        }
    }

    /// Where the log leads if an entry after number `from` is not there, and later ones are.
    async fn missing(&self, from: u64, listed: &Listed) -> Result<Next> {
        self.log.hole(&listed.entries, from).await?.map_or(Ok(Next::Changing), Err)
    }

    /// What is there of the entry that was read last.
    pub(crate) async fn found(&self, place: &Place, listed: &Object) -> Result<Found> {
        if listed.tag.is_some() && listed.tag == place.tag {
            return Ok(Found::Same);
        }
        let path = names::entry(&self.log.epoch, place.number);
        let Some((bytes, object)) = self.log.get(&path).await? else { return Ok(Found::Nothing) };
        if bytes.is_empty() {
            return Ok(Found::Nothing);
        }
        if hash(&bytes) != place.hash {
            let is_damaged = self.log.is_damaged(place.number, &bytes);
            return Ok(if is_damaged { Found::Damaged } else { Found::Other });
        }
        if object.tag != place.tag {
            self.mirror.rename(place, object.tag)?;
        }
        Ok(Found::Same)
    }

    /// Goes on from a snapshot behind an entry that cannot be read.
    async fn pass(&self, listed: &Listed, error: Error) -> Result<()> {
        let place = self.mirror.place()?;
        let newest = listed.snapshots.last_key_value().map(|(number, _)| *number);
        let Some(number) = newest.filter(|it| *it > place.number) else { return Err(error) };
        match self.log.load_snapshot(number).await? {
            Some(loaded) => self.mirror.take(&place, loaded),
            None => Err(error),
        }
    }

    /// Whether the last entry that counts is there as it was read, where void ones follow it. One
    /// that is gone was overwritten below a snapshot, which counts by itself.
    pub(crate) async fn is_pinned(&self, place: &Place) -> Result<bool> {
        let Some(pin) = place.pin.as_ref().filter(|it| it.number > 0) else { return Ok(true) };
        let found = self.log.get(&names::entry(&self.log.epoch, pin.number)).await?;
        Ok(found.is_none_or(|(bytes, _)| bytes.is_empty() || hash(&bytes) == pin.hash))
    }

    /// Reads these entries. Returns where the mirror is then; none if something changed
    /// meanwhile.
    async fn read(&self, mut place: Place, entries: Vec<Object>) -> Result<Option<Place>> {
        for listed in entries {
            let number = place.number + 1;
            let path = names::entry(&self.log.epoch, number);
            let Some((bytes, object)) = self.log.get(&path).await? else { return Ok(None) };
            if object.tag != listed.tag || bytes.is_empty() {
                return Ok(None);
            }
            let step = self.step(&place, &bytes)?;
            let key = self.log.codec.key_after(number);
            let read = Read { hash: hash(&bytes), tag: object.tag, key, step };
            self.mirror.apply(&place, read)?;
            place = self.mirror.place()?;
            if place.number != number {
                return Ok(None);
            }
        }
        Ok(Some(place))
    }

    /// What the entry after `place` does. One that was written after another entry is void:
    /// whoever wrote it never took it for written. So is one under a former key.
    fn step(&self, place: &Place, bytes: &[u8]) -> Result<Step> {
        let (log, number) = (&self.log, place.number + 1);
        let ring = log.codec.ring.as_ref();
        let turns = ring.and_then(|it| it.turns(number));
        let kind = match ring {
            Some(_) => log.codec.header(&format!("entry {number}"), bytes)?.kind,
            None => Kind::Entry,
        };
        let (step, is_current, before) = if kind == Kind::Rotation {
            let open = log.codec.open::<Rotation>(Kind::Rotation, number, 0, bytes)?;
            let is_valid = open.is_current && open.before == place.hash;
            if is_valid && turns.is_none_or(|it| it.id() != open.holds.id) {
                return Err(fault::unknown_key(&log.name, &open.holds.id));
            }
            (Step::Turn, open.is_current, open.before)
        } else {
            let open = log.codec.open::<Entry>(Kind::Entry, number, 0, bytes)?;
            (Step::Push(open.holds), open.is_current, open.before)
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

/// Whether what was listed goes on behind this place, all of which was read: then an entry is
/// missing, or was overwritten.
fn is_cut(place: &Place, listed: &Listed) -> bool {
    listed.entries.last_key_value().is_some_and(|(last, _)| *last > place.number)
}
