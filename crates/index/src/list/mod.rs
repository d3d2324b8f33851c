//! The list of sessions: by time, pinned ones on top, narrowed by what somebody typed.

mod beside;
mod choices;
mod line;
mod narrow;

use driftline_core::{Id, Millis};
use rusqlite::{Connection, OptionalExtension, params_from_iter, types::Value as Sql};

pub(crate) use self::line::{as_text, line};
pub use self::{
    beside::Beside,
    choices::Choices,
    line::{Line, Place},
};
use self::{
    line::{COLUMNS, FROM, count, forked, read},
    narrow::{Narrowed, narrow},
};
use crate::{
    Index, Result,
    narrow::{Sessions, UNREAD},
    query::Query,
    trouble::Trouble,
};

/// How long a session that nobody ever opened counts as unread, in milliseconds: what
/// is older was there before anybody looked.
const NEWS: Millis = 7 * 24 * 60 * 60 * 1_000;

/// In which order sessions are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// What was active last first.
    #[default]
    Newest,
    /// What was active longest ago first.
    Oldest,
    /// The longest first.
    Messages,
    /// By name.
    Title,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::Messages, Self::Title];

    /// Its name in an address and on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Messages => "messages",
            Self::Title => "title",
        }
    }

    /// The order called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    fn sql(self) -> &'static str {
        match self {
            Self::Newest => "shown.last_at DESC, shown.number DESC",
            Self::Oldest => "shown.last_at, shown.number",
            Self::Messages => "shown.messages DESC, shown.number DESC",
            Self::Title => {
                "coalesce(shown.title, shown.opening_text, 'zzz') COLLATE NOCASE, shown.number"
            }
        }
    }
}

/// What part of the list is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// In which order.
    pub order: Order,
    /// How many sessions to pass over.
    pub offset: usize,
    /// How many at most.
    pub limit: usize,
    /// From when on a session that nobody ever opened counts as unread.
    pub unread_since: i64,
}

impl Options {
    /// The first 50, newest first, as they are at `now`.
    pub fn at(now: Millis) -> Self {
        Self { order: Order::Newest, offset: 0, limit: 50, unread_since: unread_since(now) }
    }
}

/// From when on a session that nobody ever opened counts as unread.
pub(crate) fn unread_since(now: Millis) -> i64 {
    i64::try_from(now.saturating_sub(NEWS)).unwrap_or(i64::MAX)
}

/// Some of the sessions.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// The sessions.
    pub lines: Vec<Line>,
    /// How many match.
    pub total: u64,
    /// How many there are, whatever was typed.
    pub all: u64,
    /// About how many rows the counts have yet to hear of.
    pub lag: u64,
}

impl Index {
    /// Lists the sessions that match. Archived ones are among them only if the query
    /// asks for some state of theirs or for words.
    ///
    /// # Errors
    /// [`Error::Misread`](crate::Error::Misread) for what a list cannot be narrowed by;
    /// When the index or the rows cannot be
    /// read.
    pub fn sessions(&self, query: &Query, options: &Options) -> Result<Listed> {
        let narrowed = narrow(query)?;
        let lag = self.freshen()?;
        let listed = self.read(&self.patience, |it| list(it, query, &narrowed, options))?;
        Ok(Listed { lag, ..listed })
    }

    /// One session as the list shows it, also if it is archived; none if it is not
    /// there, or deleted.
    ///
    /// # Errors
    /// When the index or the rows cannot be
    /// read.
    pub fn session_line(&self, id: Id) -> Result<Option<Line>> {
        self.freshen()?;
        self.query(&self.patience, |it| {
            let mut select = it.prepare_cached("SELECT stands FROM sessions WHERE id = ?1")?;
            let number = select.query_row([id.to_bytes()], |row| row.get(0)).optional()?;
            number.map_or(Ok(None), |number| line(it, number))
        })
    }
}

const SHOWN: &str = "shown.known = 1 AND shown.hidden = 0 AND shown.stands = shown.number";

fn list(
    index: &Connection,
    query: &Query,
    narrowed: &Narrowed,
    options: &Options,
) -> std::result::Result<Listed, Trouble> {
    let these = Sessions::of(index, query, options.unread_since)?;
    let filter = format!("{SHOWN}{}{}", these.sql, narrowed.sql);
    let values: Vec<Sql> =
        these.values.into_iter().chain(narrowed.values.iter().cloned()).collect();
    let number = |sql: &str, values: &[Sql]| {
        let mut select = index.prepare_cached(sql)?;
        select.query_row(params_from_iter(values), |row| count(row, 0))
    };
    let total = number(&format!("SELECT count(*) FROM sessions AS shown WHERE {filter}"), &values)?;
    let all = number(&format!("SELECT count(*) FROM sessions AS shown WHERE {SHOWN}"), &[])?;
    let sql = format!(
        "SELECT {COLUMNS}, {UNREAD} {FROM} WHERE {filter} ORDER BY shown.pinned DESC, {} \
         LIMIT {} OFFSET {}",
        options.order.sql(),
        options.limit,
        options.offset,
    );
    let mut bound = vec![Sql::Integer(options.unread_since)];
    bound.extend(values);
    let mut select = index.prepare_cached(&sql)?;
    let lines = select.query_map(params_from_iter(bound), read)?;
    let lines = lines.map(|it| forked(index, it?));
    Ok(Listed { lines: lines.collect::<rusqlite::Result<_>>()?, total, all, lag: 0 })
}
