//! What was seen on the disk a moment ago, for pages that are drawn again and again: looking
//! walks through everything that agents keep.

use std::sync::{Mutex, PoisonError};

use driftline_core::Millis;

use crate::Result;

/// How long it is good for.
const GOOD: Millis = 30_000;

/// The last look, when it was by the monotonic clock, and what it was taken after.
pub(crate) struct Seen<T>(Mutex<Option<(Millis, Option<Millis>, T)>>);

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Seen<T> {
    /// What was seen, unless that is too long ago by `now` or something has happened since:
    /// `after` is another time. Else what `look` sees.
    pub(crate) fn or_look(
        &self,
        now: Millis,
        after: Option<Millis>,
        look: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, since, seen)) = &*kept
            && now.saturating_sub(*at) < GOOD
            && *since == after
        {
            return Ok(seen.clone());
        }
        let seen = look()?;
        *kept = Some((now, after, seen.clone()));
        Ok(seen)
    }
}
