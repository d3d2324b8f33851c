//! Reading what others appended. It goes by listings: that an object is not found never means
//! that there is nothing new.

use std::sync::Arc;

use driftline_core::{Error, Result};

use crate::{
    bucket::{Bucket, Opened},
    fault,
    found::Found,
    log::{Listed, Object},
    mirror::Place,
};

/// How often what was listed may have changed before it is read. Somebody is writing, then.
const TRIES: usize = 100;

/// What became of reading what is new.
enum Looked {
    /// Everything was read that is listed.
    All(Place, Listed),
    /// There may be more.
    Again,
    /// An entry is lacking that this device needs.
    Stuck(Error, Listed),
}

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
    /// Through an entry that is lacking.
    Stuck(Error),
}

impl Bucket {
    /// Reads everything that is new. Returns where the mirror is then. Where an entry cannot be
    /// read, others are asked for a snapshot; and where others ask, they are given one.
    pub(crate) async fn catch_up(&self) -> Result<(Arc<Opened>, Place)> {
        self.read_on(true).await
    }

    /// The same; if `helps` is false, nothing is written.
    pub(crate) async fn read_on(&self, helps: bool) -> Result<(Arc<Opened>, Place)> {
        for _ in 0..TRIES {
            let opened = self.opened().await?;
            match self.look(&opened).await {
                Ok(Looked::All(place, listed)) => {
                    self.reached(&opened, &place).await?;
                    if helps {
                        self.help(&opened, &place, &listed).await;
                    }
                    return Ok((opened, place));
                }
                Ok(Looked::Again) => {}
                Ok(Looked::Stuck(error, listed)) => {
                    if helps {
                        opened.want(&listed, &*self.env).await;
                    }
                    return Err(error);
                }
                Err(error) => match fault::unknown(&error) {
                    Some(id) => self.follow(&opened, id).await?,
                    None => return Err(error),
                },
            }
        }
        Err(busy(&self.name))
    }

    /// Reads what is new at this moment.
    async fn look(&self, opened: &Opened) -> Result<Looked> {
        let place = opened.mirror.place()?;
        if !opened.has_key_of(&place)? {
            opened.mirror.leave(&place)?;
            return Ok(Looked::Again);
        }
        let listed = opened.log.list(place.number).await?;
        if !opened.is_same_space(listed.space.as_ref()).await? {
            self.close();
            return Ok(Looked::Again);
        }
        let next = opened.next(&place, &listed).await?;
        if place.loading.is_some() && !matches!(next, Next::Snapshot(_)) {
            // It is there no more, and a part of it is nothing to go on from.
            opened.mirror.leave(&place)?;
            return Ok(Looked::Again);
        }
        match next {
            Next::End => return Ok(Looked::All(place, listed)),
            Next::Stuck(error) => return Ok(Looked::Stuck(error, listed)),
            Next::Away => opened.mirror.leave(&place)?,
            Next::Changing => {}
            Next::Snapshot(number) => {
                opened.start_from(number).await?;
            }
            Next::Entries(entries) => match opened.read(place, entries).await {
                // Behind those there may be one that is gone, which is no end either.
                Ok(Some(place)) if !is_cut(&place, &listed) => {
                    return Ok(Looked::All(place, listed));
                }
                Ok(_) => {}
                Err(error) if fault::is_changed(&error) => {
                    if !opened.pass(&listed).await? {
                        return Ok(Looked::Stuck(error, listed));
                    }
                }
                Err(error) => return Err(error),
            },
        }
        Ok(Looked::Again)
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
        Ok(self.log.hole(&listed.entries, from).await?.map_or(Next::Changing, Next::Stuck))
    }
}

/// Whether what was listed goes on behind this place, all of which was read: then an entry is
/// missing, or was overwritten.
fn is_cut(place: &Place, listed: &Listed) -> bool {
    listed.entries.last_key_value().is_some_and(|(last, _)| *last > place.number)
}
