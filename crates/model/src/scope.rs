//! How much can happen in a model: it must end.

/// How much can happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Devices; each makes one row. The second one is a copy of the first one's profile.
    pub devices: u8,
    /// Attempts to append.
    pub calls: u8,
    /// Answers that are lost, or calls that take effect later or never.
    pub lost: u8,
    /// Snapshots.
    pub snapshots: u8,
    /// Entries below a snapshot that are overwritten, or removed by a rule of the owner.
    pub removed: u8,
    /// The bucket is wiped; a person has it filled again.
    pub wipes: u8,
    /// The bucket is put back to a copy.
    pub restores: u8,
    /// An entry is deleted; a person puts it back, or deletes what is behind it.
    pub deleted: u8,
    /// An entry that somebody has read is damaged.
    pub damaged: u8,
    /// The key is changed.
    pub rotations: u8,
    /// Somebody who has only the former key appends.
    pub forged: u8,
}

impl Scope {
    /// Small ones, each with another thing that can go wrong: for seconds.
    pub const SMALL: &'static [(&'static str, Self)] = &[
        ("answers", Self { devices: 2, calls: 4, lost: 2, ..Self::NONE }),
        ("three", Self { devices: 3, calls: 3, ..Self::NONE }),
        ("snapshots", Self { devices: 2, calls: 3, snapshots: 2, removed: 2, ..Self::NONE }),
        ("removed", Self { devices: 3, calls: 3, snapshots: 1, removed: 2, ..Self::NONE }),
        ("wiped", Self { devices: 2, calls: 3, lost: 1, wipes: 1, ..Self::NONE }),
        ("restored", Self { devices: 2, calls: 4, lost: 1, restores: 1, ..Self::NONE }),
        (
            "restored and removed",
            Self { devices: 2, calls: 4, snapshots: 1, removed: 2, restores: 1, ..Self::NONE },
        ),
        ("deleted", Self { devices: 2, calls: 3, lost: 1, deleted: 1, ..Self::NONE }),
        (
            "deleted and removed",
            Self { devices: 2, calls: 3, snapshots: 1, removed: 1, deleted: 1, ..Self::NONE },
        ),
        ("damaged", Self { devices: 2, calls: 4, lost: 1, damaged: 1, ..Self::NONE }),
        (
            "damaged and removed",
            Self { devices: 2, calls: 3, snapshots: 2, removed: 1, damaged: 1, ..Self::NONE },
        ),
        ("rotated", Self { devices: 2, calls: 3, lost: 1, rotations: 1, forged: 1, ..Self::NONE }),
        (
            "rotated and removed",
            Self { devices: 2, calls: 3, snapshots: 1, removed: 2, rotations: 1, ..Self::NONE },
        ),
    ];

    /// What it takes three devices to notice: searched for a mistake, and whole only by who has
    /// minutes.
    pub const RARE: (&'static str, Self) = (
        "restored by three",
        Self { devices: 3, calls: 3, snapshots: 1, removed: 1, restores: 1, ..Self::NONE },
    );

    /// Greater ones, with several things at once: for minutes.
    pub const LARGE: &'static [(&'static str, Self)] = &[
        ("answers", Self { devices: 3, calls: 4, lost: 1, ..Self::NONE }),
        ("snapshots", Self { devices: 3, calls: 3, snapshots: 2, removed: 2, ..Self::NONE }),
        ("wiped", Self { devices: 3, calls: 3, lost: 1, wipes: 1, ..Self::NONE }),
        ("restored", Self { devices: 3, calls: 4, restores: 1, ..Self::NONE }),
        Self::RARE,
        ("damaged", Self { devices: 3, calls: 3, snapshots: 1, damaged: 1, ..Self::NONE }),
        ("deleted", Self { devices: 3, calls: 4, deleted: 1, ..Self::NONE }),
        ("rotated", Self { devices: 2, calls: 4, lost: 1, rotations: 2, forged: 1, ..Self::NONE }),
        ("rotated by three", Self { devices: 3, calls: 4, rotations: 1, forged: 1, ..Self::NONE }),
    ];

    const NONE: Self = Self {
        devices: 0,
        calls: 0,
        lost: 0,
        snapshots: 0,
        removed: 0,
        wipes: 0,
        restores: 0,
        deleted: 0,
        damaged: 0,
        rotations: 0,
        forged: 0,
    };
}
