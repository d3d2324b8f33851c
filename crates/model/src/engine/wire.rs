//! What travels, and what a device remembers of a call that it made.

use super::{
    cells::{Cells, Shape},
    rows::{Digests, Name},
};

/// A number that a hub gives to a change.
pub type Seq = u8;

/// Whose rows a hub serves, and since when: a hub that was wiped begins another life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The person.
    pub person: u8,
    /// Names the account and the epoch.
    pub life: u8,
}

/// What a call is made with. An answer counts only while this still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Whose rows the hub served.
    pub identity: Option<Identity>,
    /// Everything up to here was adopted.
    pub cursor: Seq,
    /// How often that was no way to tell calls apart.
    pub resets: u8,
}

/// A part of the feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    /// Whose rows these are.
    pub identity: Identity,
    /// The greatest number that was given.
    pub head: Seq,
    /// The cursor after this page.
    pub next: Seq,
    /// The rows.
    pub changes: Vec<(Name, Cells)>,
    /// The sums, if this is the last page.
    pub digests: Option<Digests>,
}

/// One row of a push.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sent {
    /// The row.
    pub name: Name,
    /// The cells that travel.
    pub cells: Cells,
    /// No hub ever acknowledged it.
    pub is_birth: bool,
    /// Every cell that the sender has is there.
    pub is_whole: bool,
    /// How often the row had changed since it was queued.
    pub change: u8,
    /// The whole row, as it was.
    pub shape: Shape,
}

/// A push.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    /// What the call is made with.
    pub position: Position,
    /// Which of the device's calls it is.
    pub serial: u8,
    /// The call before, if its answer had arrived and was not heard yet when this one went. This
    /// one's answer counts once that one was taken.
    pub behind: Option<u8>,
    /// The rows.
    pub sent: Vec<Sent>,
}

/// What became of one row of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It is in the feed, where the row now looks so.
    Accepted(Seq, Shape),
    /// The hub does not have the row, and this is a part of it.
    NeedWhole,
}

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Answers {
    /// Whose rows they are among now.
    pub identity: Identity,
    /// One for each row.
    pub answers: Vec<Answer>,
    /// The facts that the hub found.
    pub recorded: Vec<(Seq, Name)>,
    /// The greatest number that was given.
    pub head: Seq,
    /// The sums.
    pub digests: Digests,
}

/// Why a hub takes nothing of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stale {
    /// It is for another account or epoch.
    Moved,
    /// A later call, this one, was answered before.
    OldCall(u8),
}

/// What is on its way. What never arrives stays there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// A page to a device that asked for it at this position.
    Page(Position, Page),
    /// A push to a hub.
    Call(Batch),
    /// The answer to a push.
    Answer(Batch, Result<Answers, Stale>),
}

impl Message {
    /// Lets the answer to a call that went behind the call `serial` count from `position`, which
    /// that one has left.
    pub(super) fn follow(&mut self, serial: u8, position: Position) {
        if let Self::Call(batch) | Self::Answer(batch, _) = self
            && batch.behind == Some(serial)
        {
            (batch.behind, batch.position) = (None, position);
        }
    }
}
