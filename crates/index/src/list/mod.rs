//! The list of sessions: by time, pinned ones on top, narrowed by what somebody typed.

mod beside;

use driftline_core::{Id, Millis};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types::Value as Sql};

pub use self::beside::Beside;
use crate::{
    Index, Result, Scope,
    kin::{self, Fork},
    letters::fold,
    narrow::{Sessions, UNREAD},
    query::{Key, Misread, Narrow, Query},
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

pub(crate) fn as_text<S: serde::Serializer>(
    id: &Id,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(id)
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

    /// The names of the workspaces, agents and models that sessions have, for narrowing.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn session_choices(&self) -> Result<Choices> {
        self.freshen()?;
        self.query(&self.patience, choices)
    }
}

/// What sessions can be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Workspaces with sessions, by name.
    pub workspaces: Vec<String>,
    /// Agents.
    pub agents: Vec<String>,
    /// Models.
    pub models: Vec<String>,
}

fn choices(index: &Connection) -> rusqlite::Result<Choices> {
    let names = |sql: &str| -> rusqlite::Result<Vec<String>> {
        index.prepare_cached(sql)?.query_map([], |row| row.get(0))?.collect()
    };
    Ok(Choices {
        workspaces: names(
            "SELECT DISTINCT shown.name FROM workspaces JOIN workspaces AS shown \
             ON shown.id = workspaces.stands WHERE shown.hidden = 0 AND workspaces.id IN \
             (SELECT workspace FROM sessions WHERE known = 1 AND hidden = 0) ORDER BY 1",
        )?,
        agents: names(
            "SELECT DISTINCT source FROM sessions WHERE known = 1 AND hidden = 0 \
             AND source IS NOT NULL ORDER BY 1",
        )?,
        models: names(
            "SELECT name FROM names WHERE kind = 'model' AND name NOT LIKE '<%' ORDER BY 1",
        )?,
    })
}

/// What a list is narrowed by beside what a search is.
#[derive(Default)]
struct Narrowed {
    sql: String,
    values: Vec<Sql>,
}

fn narrow(query: &Query) -> std::result::Result<Narrowed, Misread> {
    let mut narrowed = Narrowed::default();
    let mut add = |not: bool, sql: &str, values: Vec<Sql>| {
        narrowed.sql.push_str(&format!(" AND {}({sql})", if not { "NOT " } else { "" }));
        narrowed.values.extend(values);
    };
    for clause in &query.clauses {
        let has = |title: bool| match title {
            true => "instr(lower(coalesce(shown.title, '')), ?) > 0",
            false => "instr(shown.folded, ?) > 0",
        };
        let any: Vec<_> = clause.any.iter().map(|it| has(it.scope == Some(Scope::Title))).collect();
        let values = clause.any.iter().map(|it| Sql::Text(fold(&it.text))).collect();
        add(clause.not, &any.join(" OR "), values);
    }
    for Narrow { key, value, not, place } in &query.narrow {
        match (key, value.as_str()) {
            (Key::Model, _) => {
                add(*not, "instr(lower(shown.models), ?) > 0", vec![Sql::Text(fold(value))]);
            }
            (Key::Is, "subagent") => add(*not, "shown.agents > 0", Vec::new()),
            (Key::Tool | Key::Role, _) | (Key::Is, "failed") => {
                let reason = "sessions are not narrowed by what is in a message; search instead";
                let keys = ["workspace:", "agent:", "model:", "title:", "is:", "before:", "after:"];
                return Err(Misread::new(query.typed(), place.clone(), reason, keys));
            }
            _ => (),
        }
    }
    if let Some(from) = query.from {
        add(false, "shown.last_at >= ?", vec![from.into()]);
    }
    if let Some(to) = query.to {
        add(false, "shown.last_at < ?", vec![to.into()]);
    }
    let says_so = query
        .narrow
        .iter()
        .any(|it| it.key == Key::Is && matches!(it.value.as_str(), "archived" | "open"));
    if !says_so && query.clauses.is_empty() {
        add(false, "shown.archived = 0", Vec::new());
    }
    Ok(narrowed)
}

const SHOWN: &str = "shown.known = 1 AND shown.hidden = 0 AND shown.stands = shown.number";

const COLUMNS: &str = "shown.id, shown.title, shown.opening_text, place.stands, place.name, \
    shown.cwd, shown.branch, shown.source, shown.models, shown.status, shown.pinned, \
    shown.archived, shown.first_at, shown.last_at, shown.read_at, shown.messages, shown.prompts, \
    shown.calls, shown.agents, shown.comments, shown.unread, shown.number";

const FROM: &str = "FROM sessions AS shown LEFT JOIN workspaces AS place \
                    ON place.id = shown.workspace";

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

/// The session with this number, unless it is hidden.
pub(crate) fn line(index: &Connection, number: i64) -> rusqlite::Result<Option<Line>> {
    let sql = format!("SELECT {COLUMNS}, {UNREAD} {FROM} WHERE {SHOWN} AND shown.number = ?");
    let mut select = index.prepare_cached(&sql)?;
    let found = select.query_row([i64::MIN, number], read).optional()?;
    found.map(|it| forked(index, it)).transpose()
}

/// A line with what its session goes on from.
fn forked(index: &Connection, (number, line): (i64, Line)) -> rusqlite::Result<Line> {
    Ok(Line { fork: kin::fork(index, number)?, ..line })
}

fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(at)?.try_into().unwrap_or_default())
}

fn read(row: &Row<'_>) -> rusqlite::Result<(i64, Line)> {
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
