//! Whether the entries that were read last are still there as they were.

use driftline_core::Result;

use crate::{bucket::Opened, log::Object, mirror::Place, names, seal::hash};

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

impl Opened {
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

    /// Whether the last entry that counts is there as it was read, where void ones follow it. One
    /// that is gone was overwritten below a snapshot, which counts by itself.
    pub(crate) async fn is_pinned(&self, place: &Place) -> Result<bool> {
        let Some(pin) = place.pin.as_ref().filter(|it| it.number > 0) else { return Ok(true) };
        let found = self.log.get(&names::entry(&self.log.epoch, pin.number)).await?;
        Ok(found.is_none_or(|(bytes, _)| bytes.is_empty() || hash(&bytes) == pin.hash))
    }
}
