//! A device that lacks an entry, because it is damaged or was deleted, asks for a snapshot above it:
//! who has read on past that entry does not notice that anything is wrong. It puts down a small
//! object, which others see when they list, and whoever has read that far writes a snapshot. Nothing
//! depends on it: a request that is lost, forged or too late costs time, a call or a snapshot.

use driftline_core::{Env, Result};

use crate::{
    bucket::{Bucket, Opened},
    entry::Entry,
    log::{Listed, Log},
    mirror::Place,
    names,
    seal::{Kind, Which},
};

impl Opened {
    /// Goes on from a snapshot behind an entry that cannot be read, if there is one.
    pub(crate) async fn pass(&self, listed: &Listed) -> Result<bool> {
        let place = self.mirror.place()?;
        let newest = listed.snapshots.last_key_value().map(|(number, _)| *number);
        match newest.filter(|it| *it > place.number) {
            Some(number) => self.start_from(number).await,
            None => Ok(false),
        }
    }

    /// Asks for a snapshot above the entry that this device needs next. That it cannot ask is not
    /// told: what it lacks is.
    pub(crate) async fn want(&self, listed: &Listed, env: &dyn Env) {
        let Ok(Place { number, .. }) = self.mirror.place() else { return };
        let number = number + 1;
        if listed.wanted.contains(&number) {
            return;
        }
        let which = Which { kind: Kind::Wanted, number, part: 0, before: "" };
        if let Ok(bytes) = self.log.codec.seal(which, &(), env) {
            let path = names::wanted(&self.log.epoch, number);
            let _others_wait = self.log.create(&path, bytes.into()).await;
        }
    }
}

impl Bucket {
    /// Writes a snapshot for devices that lack an entry which this one has read. A sync does not
    /// fail because that does.
    pub(crate) async fn help(&self, opened: &Opened, place: &Place, listed: &Listed) {
        for number in listed.wanted.range(..=place.number) {
            let _later = self.help_past(opened, place, listed, *number).await;
        }
    }

    async fn help_past(
        &self,
        opened: &Opened,
        place: &Place,
        listed: &Listed,
        number: u64,
    ) -> Result<()> {
        let log = &opened.log;
        // Of several that are wanted, one snapshot stands for all, and takes them away.
        if !log.is_wanted(number).await? {
            return Ok(());
        }
        let newest = listed.snapshots.last_key_value().map_or(0, |(it, _)| *it);
        if newest >= number && log.stands(newest).await? {
            return log.remove(&names::wanted(&log.epoch, number)).await;
        }
        // At an entry that is damaged or void there can be none, but at one without changes.
        if place.pin.is_some() || !log.is_entry(place.number, &place.hash).await? {
            let nothing = Entry::without_changes(&*self.env, opened.time.last());
            self.write_entry(opened, place, nothing).await?;
        }
        log.save_snapshot(&opened.mirror, &self.env, self.options.keep).await?;
        let place = opened.mirror.place()?;
        if place.damaged.is_some() {
            opened.mirror.mended(&place)?;
        }
        Ok(())
    }
}

impl Log {
    /// Whether a device of this bucket asks for that, and nobody else.
    async fn is_wanted(&self, number: u64) -> Result<bool> {
        let found = self.get(&names::wanted(&self.epoch, number)).await?;
        let Some((bytes, _)) = found.filter(|(bytes, _)| !bytes.is_empty()) else {
            return Ok(false);
        };
        Ok(self.codec.open::<()>(Kind::Wanted, number, 0, &bytes).is_ok())
    }
}
