//! Entries that are gone while later ones are there. Nobody of this program removes an entry, so
//! somebody else does, or a rule of the place. Going on from before such a hole would be another
//! history, whose next entry has the number of one that counts: so everybody stops and says so. A
//! log that ends before an entry that was there is another thing: it was put back.

use std::collections::BTreeMap;

use driftline_core::{Error, Result};

use crate::{
    fault,
    log::{Log, Object},
    names,
};

impl Log {
    /// What is wrong if one of these entries after number `from` is missing while later ones are
    /// there, or was overwritten. None if a second look finds it: a folder is listed while others
    /// write, and may show a later entry without an earlier one.
    pub(crate) async fn hole(
        &self,
        entries: &BTreeMap<u64, Object>,
        from: u64,
    ) -> Result<Option<Error>> {
        let last = entries.last_key_value().map_or(0, |(last, _)| *last);
        let is_here = |it: &u64| entries.get(it).is_some_and(|it| it.size > 0);
        let Some(number) = (from.saturating_add(1)..=last).find(|it| !is_here(it)) else {
            return Ok(None);
        };
        if self.is_there(number).await? {
            return Ok(None);
        }
        let next = entries.range(number..).map(|(it, _)| *it).find(|it| *it > number);
        let next = next.filter(|_| !entries.contains_key(&number));
        Ok(Some(match next {
            Some(next) => fault::hole(&self.name, number, next),
            None => fault::gone(&self.name, number),
        }))
    }

    async fn is_there(&self, number: u64) -> Result<bool> {
        let found = self.get(&names::entry(&self.epoch, number)).await?;
        Ok(found.is_some_and(|(bytes, _)| !bytes.is_empty()))
    }
}
