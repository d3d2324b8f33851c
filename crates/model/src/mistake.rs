//! The rules of the protocol, each as the mistake of not keeping it.

/// A rule that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// "Exists" and an unknown end of a call are taken for success.
    BelievesExists,
    /// An entry is one's own by the name of the device, not by that of the attempt.
    OwnByDevice,
    /// No listing follows a creation.
    NoListingAfter,
    /// That listing does not look at the entry before.
    ForgetsEntryBefore,
    /// That listing does not look for snapshots.
    ForgetsSnapshots,
    /// Nobody looks whether the space is still the same.
    AnySpace,
    /// A number under which nothing is found means that there is nothing new.
    NothingMeansNothingNew,
    /// An entry is read whatever the listing said of it.
    ReadsUnlisted,
    /// An entry counts whatever entry it was written after.
    TakesVoid,
    /// A snapshot counts whatever entry is at its number.
    TakesVoidSnapshots,
    /// The entry of a snapshot is overwritten like those below it.
    OverwritesItsEntry,
    /// Who starts from a snapshot offers nothing again.
    SnapshotIsSame,
    /// Who finds another history reads it and offers nothing again.
    HistoryIsSame,
    /// An entry counts whatever key it is sealed with.
    TakesFormerKey,
    /// A rotation is written whatever has its number.
    RotatesUnordered,
    /// A new key is kept only once its rotation is known to be written.
    KeepsKeyLate,
    /// Who lacks the new key forgets what it had to send.
    DropsQueue,
    /// Where an entry is missing and later ones are there, the log is taken to end.
    GoesOnBeforeHole,
    /// Who has read an entry takes it for one of another history once it is damaged.
    LeavesDamaged,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::BelievesExists,
        Self::OwnByDevice,
        Self::NoListingAfter,
        Self::ForgetsEntryBefore,
        Self::ForgetsSnapshots,
        Self::AnySpace,
        Self::NothingMeansNothingNew,
        Self::ReadsUnlisted,
        Self::TakesVoid,
        Self::TakesVoidSnapshots,
        Self::OverwritesItsEntry,
        Self::SnapshotIsSame,
        Self::HistoryIsSame,
        Self::TakesFormerKey,
        Self::RotatesUnordered,
        Self::KeepsKeyLate,
        Self::DropsQueue,
        Self::GoesOnBeforeHole,
        Self::LeavesDamaged,
    ];

    /// The scope in which it is seen.
    pub fn scope(self) -> &'static str {
        match self {
            Self::AnySpace => "wiped",
            Self::ForgetsSnapshots => "restored and removed",
            Self::ReadsUnlisted => "deleted",
            Self::SnapshotIsSame => "restored by three",
            Self::TakesFormerKey => "rotated",
            Self::NoListingAfter
            | Self::ForgetsEntryBefore
            | Self::TakesVoid
            | Self::TakesVoidSnapshots
            | Self::HistoryIsSame => "deleted and removed",
            Self::GoesOnBeforeHole | Self::LeavesDamaged => "damaged and removed",
            Self::BelievesExists
            | Self::OwnByDevice
            | Self::NothingMeansNothingNew
            | Self::OverwritesItsEntry
            | Self::RotatesUnordered
            | Self::KeepsKeyLate
            | Self::DropsQueue => "rotated and removed",
        }
    }
}
