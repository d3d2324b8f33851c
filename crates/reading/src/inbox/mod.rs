//! The inbox: what waits for a person's attention. Some of it is rows (notes, and what
//! programs left there); the rest each device notices by itself: values that gave way,
//! rows that the remote refused or that are held, transcripts that could not be read or that their agent
//! is about to delete, comments from other devices.
//!
//! What is noticed is worked out whenever it is read, and is no row. A row is born only
//! when a person does something about it (reads it, puts it away), under an id that is a
//! function of what it is about. That keeps every promise in the simplest way: a machine
//! writes nothing, so that noticing makes no traffic and no conflict; two devices that
//! notice the same comment write one row, so that nothing is doubled and a mark made on
//! one of them is seen on the other; and what is over (a refused row that was sent since)
//! is no longer there without anybody having to take it back. Rows made by a machine
//! would have needed a way to say that they are over, which nothing that merges by the
//! record's own time can have.

mod items;
mod marks;
mod notice;

use driftline_core::{Id, Millis};
use driftline_text::count_of;

pub use self::{
    items::{Counts, counts, list},
    marks::{Mark, add, mark},
};

/// Which part of the inbox is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// What is neither put away nor over.
    #[default]
    Open,
    /// What is put away, and what was read and is over.
    Done,
    /// Everything.
    All,
}

impl Part {
    /// Every part, in the order of the tabs.
    pub const ALL: [Self; 3] = [Self::Open, Self::Done, Self::All];

    /// Its name in an address and on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::All => "all",
        }
    }

    /// The part called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// Something that waits for a person's attention.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its id: of its row, or of the row that it would have.
    pub id: Id,
    /// What it is, such as `note`, `comment` or `refused`.
    pub kind: String,
    /// What it is about, in a line.
    pub title: String,
    /// The whole of it.
    pub body: Option<String>,
    /// The session that it comes from.
    pub session: Option<Id>,
    /// Where somebody can do something about it.
    pub leads_to: Lead,
    /// When it happened.
    pub at: Option<Millis>,
    /// Whether nobody has read it.
    pub unread: bool,
    /// Whether somebody has put it away.
    pub archived: bool,
    /// What it is about, if a device noticed it: the same text on every device.
    pub about: Option<String>,
    /// Whether this device notices it now.
    pub noticed: bool,
}

impl Item {
    /// Whether it is in the inbox: what a device noticed leaves it when it is over and
    /// was read.
    pub fn is_open(&self) -> bool {
        !self.archived && (self.about.is_none() || self.noticed || self.unread)
    }

    fn is_in(&self, part: Part) -> bool {
        match part {
            Part::Open => self.is_open(),
            Part::Done => !self.is_open(),
            Part::All => true,
        }
    }
}

/// Where somebody can do something about an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    /// Nowhere: it says everything.
    Nowhere,
    /// To a session, or one of its messages.
    Session(Id, Option<Id>),
    /// To what is known of a row.
    Why(String, Id),
    /// To the rows that are held.
    Held,
    /// To the values that gave way.
    Conflicts,
    /// To what was imported.
    Import,
}

/// What only the program around can see: transcripts on the disk of this machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outside {
    /// Transcripts that could not be read by the last import that tried.
    pub problems: Vec<Unread>,
    /// Transcripts that their agents are about to delete, agent by agent.
    pub expiring: Vec<Expiring>,
}

/// A transcript that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The file.
    pub path: String,
    /// What is wrong, and what to do.
    pub reason: String,
    /// When it was tried, in milliseconds since 1970.
    pub at: Millis,
}

/// Transcripts that an agent is about to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// The agent.
    pub tool: String,
    /// How many files.
    pub files: u64,
    /// How many of them are safe: everything in them is here.
    pub safe: u64,
    /// After how many days the agent deletes.
    pub days: u64,
    /// When the first of them may go.
    pub first_at: Millis,
    /// When the first that is not safe may go.
    pub first_unsafe_at: Option<Millis>,
}

impl Expiring {
    /// What is about to happen, in a sentence.
    pub fn words(&self) -> String {
        let Self { tool, files, safe, days, .. } = self;
        let kept = match (files - safe, *safe) {
            (0, 1) => "It is kept here.".into(),
            (0, _) => "They are kept here.".into(),
            (1, 0) => "It is not here yet: import it.".into(),
            (_, 0) => "None of them is here yet: import them.".into(),
            (lacking, safe) => {
                let safe = count_of(safe, "is", "are");
                let lacking = count_of(lacking, "is", "are");
                format!("{safe} kept here, {lacking} not here yet: import them.")
            }
        };
        let what = count_of(*files, "transcript is", "transcripts are");
        let days = count_of(*days, "day", "days");
        format!("{what} about to be deleted by {tool}, which keeps them {days}. {kept}")
    }
}
