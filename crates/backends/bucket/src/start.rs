//! Starting from a snapshot. It may be larger than memory, so it is taken in pack by pack, each in
//! a transaction that notes how far it is: whoever is stopped goes on there, and two processes of
//! a profile do it together. A pack is opened while the one before it is stored.

use std::thread;

use bytes::Bytes;
use driftline_core::Result;

use crate::{
    bucket::Opened,
    entry::Kept,
    mirror::{Loading, Place},
    packs::{Manifest, Pack},
    read::broke_off,
};

impl Opened {
    /// Starts from the snapshot at `number`. False if it counts no more, if there is a newer one,
    /// or if another process has left it.
    pub(crate) async fn start_from(&self, number: u64) -> Result<bool> {
        let Some(manifest) = self.log.manifest(number).await? else { return Ok(false) };
        if !self.log.is_entry(number, &manifest.hash).await? {
            return Ok(false);
        }
        let packs = manifest.packs(number);
        let place = self.mirror.place()?;
        if packs_in(&place, number).is_none() {
            // What was read before is given up only for a snapshot that is there as a whole.
            if place.number > 0 && !self.is_whole(number, &packs).await? {
                return Ok(false);
            }
            self.mirror.begin_snapshot(&place, number)?;
        }
        self.take_packs(number, &manifest, &packs).await
    }

    async fn is_whole(&self, number: u64, packs: &[Pack]) -> Result<bool> {
        for pack in packs {
            if self.log.pack_bytes(number, pack).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn take_packs(&self, number: u64, manifest: &Manifest, packs: &[Pack]) -> Result<bool> {
        let mut ahead = None;
        loop {
            let place = self.mirror.place()?;
            let Some(taken) = packs_in(&place, number) else { return Ok(false) };
            let Some(pack) = packs.get(taken) else {
                let key = self.log.codec.key_after(number);
                let Manifest { hash, state, .. } = manifest;
                self.mirror.end_snapshot(&place, hash.clone(), key, state)?;
                return Ok(true);
            };
            let rows = match ahead.take().filter(|(at, _)| *at == taken) {
                Some((_, rows)) => rows,
                None => match self.log.pack_bytes(number, pack).await? {
                    Some(bytes) => self.log.open_pack(pack, &bytes)?,
                    None => return Ok(false),
                },
            };
            let next = match packs.get(taken + 1) {
                Some(next) => match self.log.pack_bytes(number, next).await? {
                    Some(bytes) => Some((next, bytes)),
                    None => return Ok(false),
                },
                None => None,
            };
            ahead = self.store_and_open(&place, rows, next)?.map(|rows| (taken + 1, rows));
        }
    }

    /// Stores the rows of a pack, and opens the next one meanwhile.
    fn store_and_open(
        &self,
        place: &Place,
        rows: Vec<Kept>,
        next: Option<(&Pack, Bytes)>,
    ) -> Result<Option<Vec<Kept>>> {
        thread::scope(|scope| {
            let opening =
                next.map(|(pack, bytes)| scope.spawn(move || self.log.open_pack(pack, &bytes)));
            self.mirror.add_pack(place, rows)?;
            let opened = opening.map(|it| it.join().unwrap_or_else(|_| Err(broke_off())));
            opened.transpose()
        })
    }
}

/// How many packs of the snapshot at `number` were taken in; none if it is not being taken in.
fn packs_in(place: &Place, number: u64) -> Option<usize> {
    let Loading { packs, .. } = place.loading.as_ref().filter(|it| it.number == number)?;
    usize::try_from(*packs).ok()
}
