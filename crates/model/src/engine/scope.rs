//! How much can happen in a model: it must end.

/// How much can happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Devices. None of them has met a hub at first.
    pub devices: u8,
    /// Persons besides the first one, each with a hub. The calls of every device may go to any.
    pub others: u8,
    /// Rows that people create, one on each device at most.
    pub creates: u8,
    /// Whether these rows have the same key.
    pub is_one_key: bool,
    /// Edits.
    pub edits: u8,
    /// Other keys for rows.
    pub renames: u8,
    /// Deletions, or restored rows.
    pub deletes: u8,
    /// Purges.
    pub purges: u8,
    /// Imports of one record, in two readings.
    pub imports: u8,
    /// Calls whose parts travel by themselves, and may be late or lost.
    pub calls: u8,
    /// Calls that go before the answer to the one before is heard.
    pub early: u8,
    /// Whole syncs that nothing disturbs.
    pub syncs: u8,
    /// Devices that stop and start again.
    pub crashes: u8,
    /// Hubs that lose everything.
    pub wipes: u8,
    /// Hubs that are put back to a copy.
    pub restores: u8,
    /// Rows in a call, if that is limited.
    pub rows: u8,
}

impl Scope {
    /// Small ones, each with another thing that can go wrong: for seconds.
    pub const SMALL: &'static [(&'static str, Self)] = &[
        ("calls", Self { devices: 2, creates: 1, edits: 1, calls: 4, ..Self::NONE }),
        ("alone", Self { devices: 1, creates: 1, edits: 2, calls: 4, crashes: 1, ..Self::NONE }),
        (
            "early",
            Self {
                devices: 1,
                creates: 1,
                edits: 1,
                imports: 1,
                calls: 2,
                early: 2,
                syncs: 1,
                rows: 1,
                ..Self::NONE
            },
        ),
        ("twins", Self { devices: 2, creates: 2, edits: 1, calls: 2, syncs: 1, ..Self::NONE }),
        ("first merge", Self { devices: 3, creates: 3, edits: 1, syncs: 3, ..Self::NONE }),
        ("deleted", Self { devices: 2, creates: 2, edits: 1, deletes: 2, syncs: 2, ..Self::NONE }),
        (
            "renamed",
            Self { devices: 2, creates: 2, is_one_key: false, renames: 2, syncs: 3, ..Self::NONE },
        ),
        ("imports", Self { devices: 2, creates: 1, edits: 1, imports: 2, syncs: 3, ..Self::NONE }),
        ("pages", Self { devices: 2, creates: 2, calls: 3, syncs: 2, rows: 1, ..Self::NONE }),
        (
            "wiped",
            Self {
                devices: 2,
                creates: 2,
                is_one_key: false,
                renames: 1,
                syncs: 4,
                wipes: 1,
                ..Self::NONE
            },
        ),
        ("late", Self { devices: 2, creates: 2, calls: 2, syncs: 2, wipes: 1, ..Self::NONE }),
        (
            "restored",
            Self {
                devices: 2,
                creates: 1,
                edits: 1,
                calls: 2,
                syncs: 2,
                restores: 1,
                ..Self::NONE
            },
        ),
        (
            "put back",
            Self { devices: 2, creates: 1, edits: 2, syncs: 3, restores: 1, ..Self::NONE },
        ),
        (
            "put back on the wire",
            Self {
                devices: 2,
                creates: 1,
                edits: 2,
                calls: 1,
                syncs: 4,
                restores: 1,
                ..Self::NONE
            },
        ),
        (
            "put back twice",
            Self { devices: 2, creates: 2, calls: 2, syncs: 2, restores: 2, ..Self::NONE },
        ),
        ("persons", Self { devices: 2, others: 1, creates: 2, calls: 3, ..Self::NONE }),
        (
            "purged",
            Self {
                devices: 2,
                creates: 1,
                edits: 1,
                purges: 1,
                imports: 1,
                syncs: 3,
                ..Self::NONE
            },
        ),
        (
            "purged on the wire",
            Self { devices: 2, creates: 1, edits: 1, purges: 1, calls: 2, syncs: 1, ..Self::NONE },
        ),
        (
            "purged twins",
            Self { devices: 2, creates: 2, purges: 1, calls: 2, syncs: 2, ..Self::NONE },
        ),
    ];

    /// Greater ones, with several things at once: for minutes.
    pub const LARGE: &'static [(&'static str, Self)] = &[
        ("calls", Self { devices: 2, creates: 2, edits: 2, calls: 5, ..Self::NONE }),
        (
            "early",
            Self {
                devices: 2,
                creates: 1,
                edits: 1,
                imports: 1,
                calls: 3,
                early: 2,
                syncs: 1,
                rows: 1,
                ..Self::NONE
            },
        ),
        ("twins", Self { devices: 3, creates: 3, edits: 1, calls: 3, syncs: 2, ..Self::NONE }),
        (
            "imports",
            Self {
                devices: 3,
                creates: 2,
                edits: 1,
                deletes: 1,
                imports: 3,
                syncs: 4,
                ..Self::NONE
            },
        ),
        (
            "wiped",
            Self {
                devices: 2,
                creates: 2,
                edits: 1,
                renames: 1,
                calls: 2,
                syncs: 3,
                wipes: 2,
                ..Self::NONE
            },
        ),
        (
            "restored",
            Self {
                devices: 2,
                creates: 2,
                edits: 2,
                calls: 3,
                syncs: 3,
                restores: 2,
                ..Self::NONE
            },
        ),
        (
            "purged",
            Self {
                devices: 3,
                creates: 2,
                edits: 1,
                purges: 2,
                imports: 2,
                syncs: 4,
                wipes: 1,
                ..Self::NONE
            },
        ),
    ];

    /// One with everything, for random walks.
    pub const ENDLESS: Self = Self {
        devices: 3,
        others: 0,
        creates: 3,
        is_one_key: false,
        edits: 6,
        renames: 3,
        deletes: 3,
        purges: 2,
        imports: 5,
        calls: 24,
        early: 6,
        syncs: 8,
        crashes: 3,
        wipes: 2,
        restores: 2,
        rows: 0,
    };

    const NONE: Self = Self {
        devices: 0,
        others: 0,
        creates: 0,
        is_one_key: true,
        edits: 0,
        renames: 0,
        deletes: 0,
        purges: 0,
        imports: 0,
        calls: 0,
        early: 0,
        syncs: 0,
        crashes: 0,
        wipes: 0,
        restores: 0,
        rows: 0,
    };
}
