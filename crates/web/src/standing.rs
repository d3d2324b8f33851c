//! What every page says of where things stand: worked out once, and kept until something
//! of it may have changed. Working it out counts what waits and looks through the inbox,
//! which a page that merely stays open is not worth.

use std::sync::{Mutex, PoisonError};

use driftline_core::{Millis, status::Status};
use driftline_reading::{Reading, inbox};

use crate::{Host, Result};

/// How long it is kept at most. What time alone changes, such as that a comment is no news
/// any more, need not be exact; words such as "5 min ago" are made anew in any case.
const KEPT: Millis = 60_000;

/// Where things stand.
#[derive(Clone)]
pub(crate) struct State {
    /// With the remote.
    pub(crate) status: Status,
    /// Whether a person stopped syncing.
    pub(crate) paused: bool,
    /// How much in the inbox nobody has read.
    pub(crate) unread: u64,
}

/// Keeps it.
#[derive(Default)]
pub(crate) struct Standing(Mutex<Option<Kept>>);

/// What was worked out, and what was there before that began.
struct Kept {
    version: u64,
    pulse: u64,
    at: Millis,
    state: State,
}

impl Standing {
    /// Where things stand at `at` of the clock that never goes back.
    ///
    /// # Errors
    /// When the rows or the config cannot be read.
    pub(crate) fn at(&self, at: Millis, reading: &Reading, host: &dyn Host) -> Result<State> {
        // Looked at before the rows are read: a change meanwhile makes it old at once. Who
        // comes meanwhile waits for it instead of counting, too.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (version, pulse) = (reading.replica().version()?, host.pulse());
        if let (Some(kept), Some(pulse)) = (&*kept, pulse)
            && (kept.version, kept.pulse) == (version, pulse)
            && at.saturating_sub(kept.at) < KEPT
        {
            return Ok(kept.state.clone());
        }
        let status = host.status()?;
        let unread = inbox::counts(reading.replica(), &host.outside()?)?.unread;
        let state = State { status, paused: host.profile().is_paused(), unread };
        *kept = pulse.map(|pulse| Kept { version, pulse, at, state: state.clone() });
        Ok(state)
    }
}
