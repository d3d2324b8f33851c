//! What a service hears, and what it tells.

use crate::{Millis, SyncReport, status::Failure};

/// Something that may be a reason to sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A row was written on this device.
    Changed,
    /// The network came back.
    Online,
    /// A person asks for it, or has just signed in.
    Asked,
    /// What a person had to do may have been done, by another program.
    Unblocked,
    /// A person wants no more syncs for now.
    Paused,
    /// A person wants them again.
    Resumed,
}

/// What a service did, for whoever shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// It syncs with the remote of this name from now on; with nobody if there is none.
    Connected(Option<String>),
    /// A sync begins.
    Begun,
    /// It ended well.
    Synced(SyncReport),
    /// It did not.
    Failed {
        /// Why, and what to do about it.
        failure: Failure,
        /// When it is tried again, in milliseconds from now; never, if somebody must do
        /// something first.
        again_in: Option<Millis>,
    },
    /// Another process of the profile is syncing; the turn comes after it.
    Elsewhere,
    /// A person paused it.
    Paused,
    /// A person wants it to go on.
    Resumed,
}
