//! How long the audit log is kept: 30 days, by a time that two sightings agree on. One
//! jump of the clock must not erase a month of values that somebody may want back.

use crate::{
    Millis, Result,
    store::{ReadMeta, StoreTx},
};

const DAY: Millis = 24 * 60 * 60 * 1000;

/// How long a value that gave way is kept.
pub const RETENTION: Millis = 30 * DAY;

/// Two sightings agree if they lie this far apart: more than a moment, so that one
/// wrong clock cannot confirm itself at once; less than a holiday, so that a clock that
/// was set forward a year does not count as a year gone by.
const AGREE: std::ops::RangeInclusive<Millis> = DAY..=8 * DAY;

const SIGHTING: &str = "audit.sighting";
const CONFIRMED: &str = "audit.confirmed";

/// Whether [`sight`] has anything to write.
///
/// # Errors
/// When the store cannot be read.
pub fn is_due(tx: &dyn ReadMeta, now: Millis, confirmed: bool) -> Result<bool> {
    let was_confirmed = tx.meta(CONFIRMED)?.is_some();
    if was_confirmed != confirmed {
        return Ok(confirmed);
    }
    let apart = last(tx)?.and_then(|it| now.checked_sub(it));
    Ok(apart.is_none_or(|it| it >= *AGREE.start()))
}

fn last(tx: &dyn ReadMeta) -> Result<Option<Millis>> {
    Ok(tx.meta(SIGHTING)?.and_then(|it| it.parse().ok()))
}

/// Notes that it is `now`, and removes what is older than 30 days at the last sighting,
/// if the two agree. Once a hub has told the time (`confirmed`), this machine's clock
/// alone does not count any more.
///
/// # Errors
/// When the store cannot be written.
pub fn sight(tx: &mut dyn StoreTx, now: Millis, confirmed: bool) -> Result<()> {
    if !is_due(tx, now, confirmed)? {
        return Ok(());
    }
    let was_confirmed = tx.meta(CONFIRMED)?.is_some();
    if let Some(last) = last(tx)?.filter(|_| was_confirmed == confirmed)
        && now.checked_sub(last).is_some_and(|it| AGREE.contains(&it))
    {
        tx.prune_audit(last.saturating_sub(RETENTION))?;
    }
    if confirmed {
        tx.set_meta(CONFIRMED, Some("hub"))?;
    }
    tx.set_meta(SIGHTING, Some(&now.to_string()))
}
