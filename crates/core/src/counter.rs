//! The numbers that a hub and its devices count by, each of a type of its own, so that none
//! is taken for another.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Serialize};

macro_rules! counter {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize,
            Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

counter! {
    /// A sequence number: the position that a hub gives an accepted change. The first is 1;
    /// 0 is that of a row that has none, and the head of a hub without rows.
    Seq;
    /// The sequence number up to which everything has been seen; 0 before anything.
    Cursor;
    /// The number of a device's call. The first is 1.
    Serial;
}

impl Seq {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Cursor {
    /// The first sequence number that has not been seen.
    pub fn next(self) -> Seq {
        Seq(self.0).next()
    }
}

impl Serial {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl From<Seq> for Cursor {
    fn from(seq: Seq) -> Self {
        Self(seq.0)
    }
}

impl PartialEq<Seq> for Cursor {
    fn eq(&self, seq: &Seq) -> bool {
        self.0 == seq.0
    }
}

impl PartialOrd<Seq> for Cursor {
    fn partial_cmp(&self, seq: &Seq) -> Option<Ordering> {
        self.0.partial_cmp(&seq.0)
    }
}
