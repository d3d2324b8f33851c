//! What must be seen to happen: a run in which no answer was lost says nothing about lost
//! answers.

use crate::plan::World;

pub(crate) const LATE_CALL: &str = "a call arrived late";
pub(crate) const LATE_PAGE: &str = "a page arrived late";
pub(crate) const LATE_ANSWER: &str = "an answer arrived late";
pub(crate) const LATE_PAST_RESET: &str = "something arrived after the hub had lost something";
pub(crate) const BACK_A_MOMENT: &str = "a hub went back to a moment ago";
pub(crate) const RESTAMPED: &str = "writes got new stamps";
pub(crate) const STARTED_OVER: &str = "a sync started over";
pub(crate) const FAILED: &str = "a row failed by itself without a name";
pub(crate) const SAME_ID_EQUAL: &str = "two devices imported a record alike";
pub(crate) const SAME_ID_MORE_COMPLETE: &str = "one device imported more of a record";
pub(crate) const SAME_ID_DIFFERENT: &str = "two devices imported a record in different words";
pub(crate) const IMPORT_OF_EDITED: &str = "an import met what a person wrote";
pub(crate) const IMPORT_OF_DELETED: &str = "an import met a deleted row";
pub(crate) const IMPORT_OF_PURGED: &str = "an import met a purged row or owner";
pub(crate) const PURGE_OF_OWNER: &str = "a person purged a row that owns others";
pub(crate) const TRASH_EMPTIED: &str = "a person emptied the trash";
pub(crate) const WRITE_TO_PURGED: &str = "a person wrote to a purged row";
pub(crate) const EDIT_OF_IMPORTED: &str = "a person edited what was imported";
pub(crate) const DELETE_OF_IMPORTED: &str = "a person deleted what was imported";
pub(crate) const EDIT_BY_STALE_ID: &str = "an edit by an id that stands for another row";
pub(crate) const REFERENCE_TO_NOTHING: &str = "a reference to a row that is not here";

/// How often remotes were [tended](crate::Remote::tend) is counted under this name.
pub const TENDED: &str = "a remote was tended";

const HUB_CLOCK: &str = "a hub with a clock";
const NO_HUB_CLOCK: &str = "a hub without a clock";
const LESSER: &str = "a device that knows one entity and one field fewer";
const OLDER: &str = "a device that speaks the protocol before";
const APART: &str = "two processes that share nothing but the store";
const YEAR_OFF: &str = "a clock that is a year off";

/// What happens besides faults of the wire.
pub(crate) const EVENTS: [&str; 27] = [
    LATE_CALL,
    LATE_PAGE,
    LATE_ANSWER,
    LATE_PAST_RESET,
    BACK_A_MOMENT,
    RESTAMPED,
    STARTED_OVER,
    FAILED,
    SAME_ID_EQUAL,
    SAME_ID_MORE_COMPLETE,
    SAME_ID_DIFFERENT,
    IMPORT_OF_EDITED,
    IMPORT_OF_DELETED,
    IMPORT_OF_PURGED,
    PURGE_OF_OWNER,
    TRASH_EMPTIED,
    WRITE_TO_PURGED,
    EDIT_OF_IMPORTED,
    DELETE_OF_IMPORTED,
    EDIT_BY_STALE_ID,
    REFERENCE_TO_NOTHING,
    HUB_CLOCK,
    NO_HUB_CLOCK,
    LESSER,
    OLDER,
    APART,
    YEAR_OFF,
];

/// What is special in a world.
pub(crate) fn of(world: &World) -> impl Iterator<Item = &'static str> {
    const YEAR: u64 = 365 * 24 * 60 * 60 * 1_000;
    [
        (HUB_CLOCK, world.hub_clock),
        (NO_HUB_CLOCK, !world.hub_clock),
        (LESSER, world.lesser.is_some()),
        (OLDER, world.older.is_some()),
        (APART, world.apart),
        (YEAR_OFF, world.clocks.iter().any(|it| it.unsigned_abs() >= YEAR)),
    ]
    .into_iter()
    .filter_map(|(what, happened)| happened.then_some(what))
}
