//! Reading what others appended. It goes by listings: that an object is not found never means
//! that there is nothing new.

use std::sync::Arc;

use driftline_core::{Error, Result};

use crate::{
    bucket::{Bucket, Opened},
    entry::Entry,
    fault,
    log::{Listed, Object},
    mirror::{Place, Read},
    names,
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
}

impl Bucket {
    /// Reads everything that is new. Returns where the mirror is then.
    pub(crate) async fn catch_up(&self) -> Result<(Arc<Opened>, Place)> {
        for _ in 0..TRIES {
            let opened = self.opened().await?;
            let place = opened.mirror.place()?;
            let listed = opened.log.list(place.number).await?;
            if !opened.is_same_space(listed.space.as_ref()).await? {
                self.close();
                continue;
            }
            match opened.next(&place, &listed).await? {
                Next::End => return Ok((opened, place)),
                Next::Away => opened.mirror.leave(&place)?,
                Next::Snapshot(number) => {
                    if let Some(loaded) = opened.log.load_snapshot(number).await? {
                        opened.mirror.take(&place, loaded)?;
                    }
                }
                Next::Entries(entries) => {
                    if let Some(place) = opened.read(place, entries).await? {
                        return Ok((opened, place));
                    }
                }
            }
        }
        Err(busy(&self.name))
    }
}

/// The log changes whenever it is looked at.
pub(crate) fn busy(name: &str) -> Error {
    Error::Unavailable { remote: name.to_owned(), retry_after: None, source: None }
}

impl Opened {
    async fn next(&self, place: &Place, listed: &Listed) -> Result<Next> {
        let snapshots = listed.snapshots.keys().copied();
        let newest = snapshots.max().filter(|it| *it > place.number);
        let there = listed.entries.get(&place.number).filter(|it| it.size > 0);
        let is_there = match there {
            Some(it) => match self.is_same(place, it).await? {
                Some(true) => true,
                Some(false) => return Ok(Next::Away),
                None => false,
            },
            None => false,
        };
        if !is_there && place.number > 0 {
            return Ok(newest.map_or(Next::Away, Next::Snapshot));
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
            None if is_cut(place, listed) => Err(fault::gone(&self.log.name, place.number + 1)),
            None => Ok(Next::End),
        }
    }

    /// Whether an object is still the entry that was read; none if it is gone.
    pub(crate) async fn is_same(&self, place: &Place, listed: &Object) -> Result<Option<bool>> {
        if listed.tag.is_some() && listed.tag == place.tag {
            return Ok(Some(true));
        }
        let path = names::entry(&self.log.epoch, place.number);
        let Some((bytes, object)) = self.log.get(&path).await? else { return Ok(None) };
        if bytes.is_empty() {
            return Ok(None);
        }
        let is_same = hash(&bytes) == place.hash;
        if is_same && object.tag != place.tag {
            self.mirror.rename(place, object.tag)?;
        }
        Ok(Some(is_same))
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
            let (entry, before) = self.log.codec.open::<Entry>(Kind::Entry, number, 0, &bytes)?;
            // Written after another entry, by somebody who never took it for written.
            let entry = (before == place.hash).then_some(entry);
            let read = Read { hash: hash(&bytes), tag: object.tag, entry };
            self.mirror.apply(&place, read)?;
            place = self.mirror.place()?;
            if place.number != number {
                return Ok(None);
            }
        }
        Ok(Some(place))
    }
}

/// Whether entries are missing that were there: a number after them is taken, or the next one
/// was overwritten.
fn is_cut(place: &Place, listed: &Listed) -> bool {
    let is_overwritten = listed.entries.get(&(place.number + 1)).is_some_and(|it| it.size == 0);
    is_overwritten || (place.number == 0 && !listed.entries.is_empty())
}
