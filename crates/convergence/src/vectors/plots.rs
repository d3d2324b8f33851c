//! What happens in the stories that are not drawn, and to which of their rows.

/// What happens to a row of a plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Do {
    /// It is born with the key.
    Birth,
    /// It comes with the key, as one that some hub knew.
    Old,
    /// It is born with another key.
    Elsewhere,
    /// It is given the key.
    Rename,
    /// It is given another key.
    RenameAway,
    /// It is deleted.
    Delete,
    /// It is brought back.
    Restore,
    /// A field outside the key is edited, in a part of the row.
    Edit,
    /// It was folded with the next row, somewhere else.
    Fact,
    /// A person purges it.
    Purge,
    /// A person purges it, and their device says so whether or not a hub knows it.
    PurgeWhole,
    /// The call ends here and another begins.
    Next,
}

/// What happens to which row of a plot, and what that is about.
pub(super) type Plot = (&'static str, &'static [(Do, usize)]);

/// Plots around meeting keys: a name, and what happens to which row.
pub(super) const PLOTS: [Plot; 16] = [
    ("births meet", &[(Do::Birth, 0), (Do::Next, 0), (Do::Birth, 1)]),
    ("births meet in one call", &[(Do::Birth, 0), (Do::Birth, 1), (Do::Birth, 2)]),
    (
        "three births",
        &[(Do::Birth, 0), (Do::Next, 0), (Do::Birth, 1), (Do::Next, 0), (Do::Birth, 2)],
    ),
    ("a birth meets an old row", &[(Do::Old, 0), (Do::Next, 0), (Do::Birth, 1)]),
    ("an old row meets a birth", &[(Do::Birth, 0), (Do::Next, 0), (Do::Old, 1)]),
    ("old rows stay two", &[(Do::Old, 0), (Do::Next, 0), (Do::Old, 1)]),
    (
        "a birth meets a renamed row",
        &[(Do::Elsewhere, 0), (Do::Rename, 0), (Do::Next, 0), (Do::Birth, 1)],
    ),
    (
        "an old row meets one that is not as it was born",
        &[(Do::Elsewhere, 0), (Do::Next, 0), (Do::Rename, 0), (Do::Next, 0), (Do::Old, 1)],
    ),
    (
        "a key that was left and taken again",
        &[
            (Do::Birth, 0),
            (Do::RenameAway, 0),
            (Do::Next, 0),
            (Do::Rename, 0),
            (Do::Next, 0),
            (Do::Old, 1),
        ],
    ),
    (
        "a birth meets a deleted row",
        &[(Do::Birth, 0), (Do::Delete, 0), (Do::Next, 0), (Do::Birth, 1)],
    ),
    (
        "a birth meets a restored row",
        &[
            (Do::Birth, 0),
            (Do::Delete, 0),
            (Do::Next, 0),
            (Do::Restore, 0),
            (Do::Next, 0),
            (Do::Birth, 1),
        ],
    ),
    (
        "a class shows another key",
        &[
            (Do::Birth, 0),
            (Do::Birth, 1),
            (Do::Next, 0),
            (Do::RenameAway, 1),
            (Do::Next, 0),
            (Do::Birth, 2),
        ],
    ),
    (
        "a class that was deleted through one id",
        &[
            (Do::Birth, 0),
            (Do::Birth, 1),
            (Do::Next, 0),
            (Do::Delete, 1),
            (Do::Next, 0),
            (Do::Birth, 2),
        ],
    ),
    ("facts come first", &[(Do::Old, 0), (Do::Birth, 1), (Do::Fact, 0), (Do::Birth, 2)]),
    (
        "a class that has not come back whole",
        &[
            (Do::Fact, 0),
            (Do::Old, 0),
            (Do::Next, 0),
            (Do::Birth, 2),
            (Do::Next, 0),
            (Do::Old, 1),
            (Do::Birth, 3),
        ],
    ),
    (
        "renames fold nothing",
        &[
            (Do::Birth, 0),
            (Do::Elsewhere, 1),
            (Do::Next, 0),
            (Do::Rename, 1),
            (Do::Edit, 1),
            (Do::Edit, 0),
        ],
    ),
];

/// Plots around purges.
pub(super) const PURGES: [Plot; 8] = [
    (
        "a birth meets a purged row",
        &[(Do::Birth, 0), (Do::Next, 0), (Do::Purge, 0), (Do::Next, 0), (Do::Birth, 1)],
    ),
    (
        "a purged row takes nothing",
        &[
            (Do::Birth, 0),
            (Do::Purge, 0),
            (Do::Next, 0),
            (Do::Edit, 0),
            (Do::Rename, 0),
            (Do::Next, 0),
            (Do::Delete, 0),
            (Do::Restore, 0),
        ],
    ),
    (
        "a row comes after its purge",
        &[
            (Do::PurgeWhole, 0),
            (Do::Next, 0),
            (Do::Birth, 0),
            (Do::Next, 0),
            (Do::Birth, 1),
            (Do::Old, 0),
        ],
    ),
    ("a purge of what a hub never saw", &[(Do::Purge, 0), (Do::Next, 0), (Do::PurgeWhole, 0)]),
    (
        "two purges",
        &[(Do::Birth, 0), (Do::Purge, 0), (Do::PurgeWhole, 0), (Do::Next, 0), (Do::Purge, 0)],
    ),
    (
        "a class that was purged through one id",
        &[
            (Do::Birth, 0),
            (Do::Birth, 1),
            (Do::Next, 0),
            (Do::Purge, 1),
            (Do::Next, 0),
            (Do::Birth, 2),
        ],
    ),
    (
        "a row is folded with a purged one",
        &[
            (Do::Elsewhere, 0),
            (Do::Birth, 1),
            (Do::PurgeWhole, 1),
            (Do::Next, 0),
            (Do::Fact, 0),
            (Do::Next, 0),
            (Do::Edit, 0),
        ],
    ),
    (
        "a row comes that is one with a purged one",
        &[
            (Do::Fact, 0),
            (Do::PurgeWhole, 1),
            (Do::Next, 0),
            (Do::Old, 0),
            (Do::Next, 0),
            (Do::Birth, 2),
        ],
    ),
];
