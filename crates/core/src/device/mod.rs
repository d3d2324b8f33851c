//! The role of a device: it takes writes without asking anyone, and owes them to its
//! hub. Each function runs in one transaction, so that a row and its queue entry, a
//! page and its cursor, a stamp and the clock are always stored together.

mod adopt;
mod adopt_row;
mod ahead;
mod batch;
mod due;
mod exclude;
mod exported;
mod failing;
mod heal;
mod hold;
mod import;
mod leave;
mod link;
mod meet;
mod owe;
mod purge;
mod queue;
mod replace;
mod restamp;
mod settle;
mod split;
mod trash;
mod unread;
mod write;

pub use self::{
    adopt::{Adopted, adopt, adopt_snapshot},
    ahead::{ahead, follow, may_go},
    batch::{Batch, Sent, nothing, renumber},
    due::{Due, sweep_due},
    exclude::{Exclusions, exclude, exclusions},
    exported::{Exported, Joined, export, join},
    failing::{fail, note_failure, retry_parked, try_again},
    hold::{Decision, Guard, decide},
    import::{Imported, import},
    leave::leave,
    link::{Compared, HubState, Link, Position, link, position},
    purge::{go_on_purging, is_purging, mark_again, purge, purged},
    queue::{has_nothing, is_idle, waiting},
    replace::replace,
    restamp::{CLOCK_AHEAD, Restamped},
    settle::{Settled, settle},
    split::{Split, plan_split, rejoin, split},
    trash::{Discarded, OwnedRows, discarded, owned, purge_discarded},
    unread::{Aside, Unread, take_back, unread, unread_text},
    write::{create, put, set_deleted, update},
};
pub(crate) use self::{
    batch::DEVICE,
    due::swept,
    exclude::Judge,
    failing::PAUSE,
    hold::{find as find_hold, judge_row},
    purge::{has_purged, refuse as refuse_purged},
    write::edit,
};
