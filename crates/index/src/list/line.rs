//! One session as lists show it.

use driftline_core::Id;
use rusqlite::{Connection, OptionalExtension, Row};

use super::SHOWN;
use crate::{
    kin::{self, Fork},
    narrow::UNREAD,
};

/// What is read of a session.
pub(super) const COLUMNS: &str = "shown.id, shown.title, shown.opening_text, place.stands, place.name, \
    shown.cwd, shown.branch, shown.source, shown.models, shown.status, shown.pinned, \
    shown.archived, shown.first_at, shown.last_at, shown.read_at, shown.messages, shown.prompts, \
    shown.calls, shown.agents, shown.comments, shown.unread, shown.number";

/// Sessions, each with its workspace.
pub(super) const FROM: &str = "FROM sessions AS shown LEFT JOIN workspaces AS place \
                    ON place.id = shown.workspace";

/// A session with what its messages amount to. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// The session.
    #[serde(serialize_with = "as_text")]
    pub id: Id,
    /// What people call it.
    pub title: Option<String>,
    /// How its first prompt begins.
    pub opening: Option<String>,
    /// Its workspace.
    pub workspace: Option<Place>,
    /// The folder in which it was started.
    pub cwd: Option<String>,
    /// The branch that was checked out.
    pub branch: Option<String>,
    /// The agent.
    pub agent: Option<String>,
    /// Its models; the one that answered most comes first.
    pub models: Vec<String>,
    /// Where it stands.
    pub status: Option<String>,
    /// Whether it is kept on top.
    pub pinned: bool,
    /// Whether it is out of the way.
    pub archived: bool,
    /// Its first message.
    pub first_at: Option<i64>,
    /// Its last message, or when it was started.
    pub last_at: i64,
    /// When somebody last read it.
    pub read_at: Option<i64>,
    /// How many messages it has.
    pub messages: u64,
    /// How many of them are a person's.
    pub prompts: u64,
    /// How many tool calls.
    pub calls: u64,
    /// How many sub-agents.
    pub agents: u64,
    /// How many comments.
    pub comments: u64,
    /// How many messages came after it was last read.
    pub unread: u64,
    /// Whether that is worth a mark: it was read before, or is new.
    pub is_unread: bool,
    /// The session that it goes on from, if it is a fork.
    pub fork: Option<Fork>,
}

impl Line {
    /// What to call it: its name, or how it begins. A name that is the beginning of its
    /// first prompt, cut by whoever gave it, is shown uncut.
    pub fn name(&self) -> &str {
        match (self.title.as_deref(), self.opening.as_deref()) {
            (Some(title), Some(opening)) if opening.starts_with(title) => opening,
            (Some(title), _) => title,
            (None, Some(opening)) => opening,
            (None, None) => "Untitled session",
        }
    }
}

/// A workspace as a session names it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The workspace.
    #[serde(serialize_with = "as_text")]
    pub id: Id,
    /// What people call it.
    pub name: String,
}

pub(crate) fn as_text<S: serde::Serializer>(id: &Id, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// The session with this number, unless it is hidden.
pub(crate) fn line(index: &Connection, number: i64) -> rusqlite::Result<Option<Line>> {
    let sql = format!("SELECT {COLUMNS}, {UNREAD} {FROM} WHERE {SHOWN} AND shown.number = ?");
    let mut select = index.prepare_cached(&sql)?;
    let found = select.query_row([i64::MIN, number], read).optional()?;
    found.map(|it| forked(index, it)).transpose()
}

/// A line with what its session goes on from.
pub(super) fn forked(index: &Connection, (number, line): (i64, Line)) -> rusqlite::Result<Line> {
    Ok(Line { fork: kin::fork(index, number)?, ..line })
}

pub(super) fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(at)?.try_into().unwrap_or_default())
}

/// A line, and the number of its session.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<(i64, Line)> {
    let workspace: Option<[u8; 16]> = row.get(3)?;
    let name: Option<String> = row.get(4)?;
    let models: String = row.get(8)?;
    let place = workspace.zip(name).map(|(id, name)| Place { id: Id::from_bytes(id), name });
    let line = Line {
        id: Id::from_bytes(row.get(0)?),
        title: row.get(1)?,
        opening: row.get(2)?,
        workspace: place,
        cwd: row.get(5)?,
        branch: row.get(6)?,
        agent: row.get(7)?,
        models: models.lines().map(str::to_owned).collect(),
        status: row.get(9)?,
        pinned: row.get(10)?,
        archived: row.get(11)?,
        first_at: row.get(12)?,
        last_at: row.get(13)?,
        read_at: row.get(14)?,
        messages: count(row, 15)?,
        prompts: count(row, 16)?,
        calls: count(row, 17)?,
        agents: count(row, 18)?,
        comments: count(row, 19)?,
        unread: count(row, 20)?,
        is_unread: row.get(22)?,
        fork: None,
    };
    Ok((row.get(21)?, line))
}
