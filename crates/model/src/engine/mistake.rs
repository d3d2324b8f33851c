//! The rules of the engine, each as the mistake of not keeping it.

/// A rule that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// The cell that comes last wins, whatever its stamp.
    LastComerWins,
    /// A mark drops only cells with lesser stamps.
    MarkDropsLesser,
    /// A purge marks one of the rows that are one for people.
    MarksOneOfClass,
    /// A hub marks the row that a push names, and not those that it is one with.
    MarksWhatIsNamed,
    /// A mark from a hub takes what this device alone takes for the purged row.
    MarksAssumed,
    /// An import does not look whether the row was purged.
    ImportsPurged,
    /// An import writes over what is there.
    ImportOverwrites,
    /// A second change of a row that waits forgets the fields of the first one.
    QueueForgetsFields,
    /// An acknowledged row leaves the queue though it was changed meanwhile.
    SettleForgetsChange,
    /// An answer to an older call is taken for one to a row that was queued anew meanwhile.
    EntriesLookAlike,
    /// An answer counts wherever the device is by now.
    SettlesAnywhere,
    /// A page counts wherever the device is by now.
    AdoptsAnywhere,
    /// An answer counts although the call before it did not.
    FollowsAnything,
    /// The cursor goes past numbers that nobody told of.
    JumpsGaps,
    /// The hub holds a row as it is here, whatever it answered.
    TrustsHash,
    /// What the hub held before a push counts on, where it holds others' cells by now.
    KeepsWhatWasHeld,
    /// A page that was cut leads to the head.
    PageSkips,
    /// A hub takes a part of a row that it does not have.
    TakesParts,
    /// A hub takes a call for another epoch.
    AnyEpoch,
    /// A hub does not look for twins.
    NoTwins,
    /// Rows that were acknowledged fold, too.
    FoldsOldRows,
    /// What a device assumed stays after the hub has decided.
    KeepsAssumptions,
    /// Sums are not compared, and nobody looks whether the hub went back.
    NeverHeals,
    /// A hub that is put back twice to one state is not read anew the second time.
    HealsOnce,
    /// What a hub lost is not offered again where it is read anew.
    ForgetsLost,
    /// Rows are offered as births once more after a hub was wiped.
    OffersBirths,
    /// Aliases are not offered to a hub that was wiped.
    FactsStay,
    /// A hub that was wiped is taken for the same.
    WipedIsSame,
    /// The hub of another person is taken for one's own.
    AnyPerson,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Self; 29] = [
        Self::LastComerWins,
        Self::MarkDropsLesser,
        Self::MarksOneOfClass,
        Self::MarksWhatIsNamed,
        Self::MarksAssumed,
        Self::ImportsPurged,
        Self::ImportOverwrites,
        Self::QueueForgetsFields,
        Self::SettleForgetsChange,
        Self::EntriesLookAlike,
        Self::SettlesAnywhere,
        Self::AdoptsAnywhere,
        Self::FollowsAnything,
        Self::JumpsGaps,
        Self::TrustsHash,
        Self::KeepsWhatWasHeld,
        Self::PageSkips,
        Self::TakesParts,
        Self::AnyEpoch,
        Self::NoTwins,
        Self::FoldsOldRows,
        Self::KeepsAssumptions,
        Self::NeverHeals,
        Self::HealsOnce,
        Self::ForgetsLost,
        Self::OffersBirths,
        Self::FactsStay,
        Self::WipedIsSame,
        Self::AnyPerson,
    ];

    /// The small scope in which it is seen.
    pub fn scope(self) -> &'static str {
        match self {
            Self::QueueForgetsFields | Self::SettleForgetsChange => "calls",
            Self::LastComerWins | Self::EntriesLookAlike => "alone",
            Self::FollowsAnything => "early",
            Self::JumpsGaps | Self::NoTwins => "twins",
            Self::ImportOverwrites => "imports",
            Self::PageSkips => "pages",
            Self::FoldsOldRows | Self::OffersBirths | Self::FactsStay => "wiped",
            Self::SettlesAnywhere | Self::AdoptsAnywhere | Self::WipedIsSame => "late",
            Self::TakesParts | Self::NeverHeals | Self::ForgetsLost => "restored",
            Self::TrustsHash => "put back",
            Self::HealsOnce => "put back twice",
            Self::KeepsWhatWasHeld => "put back on the wire",
            Self::AnyEpoch | Self::AnyPerson => "persons",
            Self::MarksWhatIsNamed => "purged twins",
            Self::MarkDropsLesser
            | Self::MarksOneOfClass
            | Self::MarksAssumed
            | Self::ImportsPurged
            | Self::KeepsAssumptions => "purged",
        }
    }
}
