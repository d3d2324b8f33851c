//! What nobody needs any more is taken away: entries far below a snapshot are overwritten by empty
//! objects, never removed, because a number that is free could be created again. Packs go that
//! nothing names: of old snapshots, and of such as were never finished.

use std::collections::{BTreeMap, BTreeSet};

use driftline_core::{Millis, Result};
use futures_util::TryStreamExt as _;
use object_store::path::Path;

use crate::{
    fault,
    log::{Log, Object},
    names,
};

/// Who writes a snapshot is done after so long, or notices that its packs are gone.
const UNFINISHED: Millis = 24 * 60 * 60 * 1_000;

impl Log {
    /// Takes away what nobody needs who looked within `keep`, by the store's own clock. `packs`
    /// are those that are there.
    pub(crate) async fn tidy(
        &self,
        newest: u64,
        keep: Millis,
        packs: BTreeMap<String, Object>,
    ) -> Result<()> {
        let listed = self.list_after(&Path::from(format!("snapshot/{}", self.epoch))).await?;
        for number in listed.wanted.range(..=newest) {
            self.remove(&names::wanted(&self.epoch, *number)).await?;
        }
        let snapshots = listed.snapshots;
        let Some(now) = snapshots.get(&newest).map(|it| it.written) else { return Ok(()) };
        let is_past = |written: Millis, keep: Millis| now.saturating_sub(written) >= keep;
        let mut old: Vec<u64> = snapshots
            .iter()
            .filter(|(_, it)| is_past(it.written, keep))
            .map(|(it, _)| *it)
            .collect();
        while let Some(last) = old.last()
            && !self.stands(*last).await?
        {
            old.pop();
        }
        let last = old.pop();
        let mut named = BTreeSet::new();
        for number in snapshots.keys().filter(|it| !old.contains(it)) {
            let packs = self.manifest(*number).await?.map(|it| it.packs(*number));
            named.extend(packs.into_iter().flatten().map(|it| it.name));
        }
        for number in old {
            // First the packs: a snapshot without them says that there is a newer one.
            if let Some(manifest) = self.manifest(number).await? {
                let packs = manifest.packs(number);
                let lone =
                    packs.iter().map(|it| it.name.as_str()).filter(|it| !named.contains(*it));
                self.remove_packs(lone).await?;
            }
            self.put(&names::snapshot(&self.epoch, number), Vec::new().into()).await?;
        }
        if let Some(last) = last {
            self.empty_entries(last).await?;
        }
        let is_left = |(name, it): &(&String, &Object)| {
            !named.contains(*name) && is_past(it.written, UNFINISHED.min(keep))
        };
        self.remove_packs(packs.iter().filter(is_left).map(|(name, _)| name.as_str())).await
    }

    /// Overwrites the entries below this one. It stays, because the snapshot counts only while it
    /// is there. So do entries that changed the key: they lead who missed them to the new one.
    async fn empty_entries(&self, last: u64) -> Result<()> {
        let prefix = Path::from(format!("entry/{}", self.epoch));
        let entries = self.store.list(Some(&prefix)).try_collect::<Vec<_>>().await;
        for meta in entries.map_err(|it| fault::failed_to(&self.name, "listing", it))? {
            let number = names::read(&meta.location).map(|(_, _, number)| number);
            let turns =
                |it: u64| self.codec.ring.as_ref().is_some_and(|ring| ring.turns(it).is_some());
            if meta.size > 0 && number.is_some_and(|it| it < last && !turns(it)) {
                self.put(&meta.location, Vec::new().into()).await?;
            }
        }
        Ok(())
    }
}
