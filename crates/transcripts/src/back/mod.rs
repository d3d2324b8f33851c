//! The way back into an agent: what it takes so that an agent goes on with a session, on
//! another machine, in another folder, or one agent with the session of another.
//!
//! A [`Writer`] makes a [`Plan`] of a [`Source`]. Where this device has the agent's own
//! records of the session, they are in the plan to the letter. Otherwise what was said is
//! told anew in the agent's own form, under a name that is a function of what is told:
//! planning twice is planning one file. Nothing here writes; whoever carries a plan out never
//! writes over anything.

mod again;
mod agents;
mod kept;
mod lost;
mod plan;
mod talk;

use std::path::{Path, PathBuf};

use driftline_core::{Id, Millis};
use driftline_messages::Message;

pub use self::{
    again::{Again, again},
    lost::Lost,
    plan::{Import, Line, NewFile, Plan},
};
use crate::Result;

/// One kind of agent that can be told to go on with a session. Register it with
/// `inventory::submit!`.
#[derive(Debug)]
pub struct Writer {
    /// How its program goes on with a session.
    pub again: Again,
    /// What people call the agent.
    pub name: &'static str,
    /// The folder below a home folder that the files of a plan are below.
    pub store: fn(home: &Path) -> PathBuf,
    /// What it takes to go on with a session there. It may look into the store.
    pub plan: fn(&Source, &Target<'_>) -> Result<Plan>,
}

inventory::collect!(Writer);

/// Every registered writer, by name.
pub fn writers() -> Vec<&'static Writer> {
    let mut all: Vec<_> = inventory::iter::<Writer>.into_iter().collect();
    all.sort_by_key(|it| it.again.tool);
    all
}

/// A session that an agent is to go on with.
#[derive(Clone, Debug)]
pub struct Source {
    /// The session.
    pub id: Id,
    /// The agent whose session it was.
    pub tool: Option<String>,
    /// What that agent called it.
    pub external_id: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// Its messages, each with its id, in the order in which they are read.
    pub messages: Vec<(Id, Message)>,
}

/// Where it is to go on.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The agent's own folder, as [`Writer::store`] names it.
    pub store: &'a Path,
    /// The working directory.
    pub folder: &'a str,
    /// The branch that is checked out there.
    pub branch: Option<&'a str>,
    /// The present moment.
    pub now: Millis,
}
