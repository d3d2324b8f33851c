//! How long the audit log is kept: 30 days, by a time that two sightings agree on. One
//! jump of the clock must not erase a month of values that somebody may want back.

use crate::{Millis, Result, store::Tx};

const DAY: Millis = 24 * 60 * 60 * 1000;

/// How long a value that gave way is kept.
pub const KEPT: Millis = 30 * DAY;

/// Two sightings agree if they lie this far apart: more than a moment, so that one
/// wrong clock cannot confirm itself at once; less than a holiday, so that a clock that
/// was set forward a year does not count as a year gone by.
const AGREE: std::ops::RangeInclusive<Millis> = DAY..=8 * DAY;

const SIGHTING: &str = "audit.sighting";
const CONFIRMED: &str = "audit.confirmed";

/// Notes that it is `now`, and removes what is older than 30 days at the last sighting,
/// if the two agree. Once a hub has told the time (`confirmed`), this machine's clock
/// alone does not count any more.
///
/// # Errors
/// When the store cannot be written.
pub fn sight(tx: &mut dyn Tx, now: Millis, confirmed: bool) -> Result<()> {
    let was_confirmed = tx.meta(CONFIRMED)?.is_some();
    if was_confirmed && !confirmed {
        return Ok(());
    }
    let last: Option<Millis> = tx.meta(SIGHTING)?.and_then(|it| it.parse().ok());
    if let Some(last) = last.filter(|_| was_confirmed == confirmed) {
        let apart = now.checked_sub(last);
        if apart.is_some_and(|it| it < *AGREE.start()) {
            return Ok(());
        }
        if apart.is_some_and(|it| AGREE.contains(&it)) {
            tx.prune_audit(last.saturating_sub(KEPT))?;
        }
    }
    if confirmed {
        tx.set_meta(CONFIRMED, Some("hub"))?;
    }
    tx.set_meta(SIGHTING, Some(&now.to_string()))
}
