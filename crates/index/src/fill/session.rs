//! Sessions, and what their messages amount to. A summary is worked out from all that
//! is known of a session whenever something of it changed: numbers that are added to and
//! taken from would be wrong for good once they are wrong.

use std::collections::{BTreeMap, BTreeSet};

use driftline_core::{
    Id, SyncEntity, Value,
    store::ReadTx,
    view::{self, View},
};
use driftline_entities::{comments::Comment, messages::Message};
use driftline_text::said::{self, Said};
use rusqlite::{Connection, OptionalExtension, params};

use super::document::{self, text};
use crate::{
    names::{self, Kind},
    trouble::Trouble,
};

/// Messages beyond which a session waits until everything else was looked at.
const LONG: i64 = 2_000;
/// Letters that are kept of the first prompt.
const OPENING: usize = 300;

/// The number of a session, which gets one if it has none.
pub(super) fn number(index: &Connection, id: Id) -> rusqlite::Result<i64> {
    let bytes = id.to_bytes();
    let mut select = index.prepare_cached("SELECT number FROM sessions WHERE id = ?1")?;
    if let Some(number) = select.query_row([bytes], |row| row.get(0)).optional()? {
        return Ok(number);
    }
    let mut insert = index.prepare_cached("INSERT INTO sessions (id, stands) VALUES (?1, 0)")?;
    insert.execute([bytes])?;
    let number = index.last_insert_rowid();
    let mut update = index.prepare_cached("UPDATE sessions SET stands = ?1 WHERE number = ?1")?;
    update.execute([number])?;
    Ok(number)
}

/// Stores what a session says of itself, under every id that stands for it. Returns the
/// numbers of those.
pub(super) fn put(
    index: &Connection,
    class: &[Id],
    view: Option<&View>,
) -> rusqlite::Result<Vec<i64>> {
    let numbers: Vec<i64> =
        class.iter().map(|it| number(index, *it)).collect::<rusqlite::Result<_>>()?;
    let mut stand =
        index.prepare_cached("UPDATE sessions SET stands = ?2, known = 0 WHERE number = ?1")?;
    let first = numbers.first().copied().unwrap_or_default();
    for number in &numbers {
        stand.execute([*number, first])?;
    }
    let Some(view) = view else { return Ok(numbers) };
    let workspace = text(view, "workspace").and_then(|it| it.parse::<Id>().ok());
    let time = |field: &str| view.value(field).and_then(Value::as_i64);
    let is = |field: &str| view.value(field).and_then(Value::as_bool).unwrap_or_default();
    let born = view.id.time().and_then(|it| i64::try_from(it).ok());
    index
        .prepare_cached(
            "UPDATE sessions SET known = 1, hidden = ?2, title = ?3, workspace = ?4, cwd = ?5, \
             source = ?6, status = ?7, branch = ?8, pinned = ?9, archived = ?10, born_at = ?11, \
             read_at = ?12, models = ?13, external = ?14 WHERE number = ?1",
        )?
        .execute(params![
            first,
            view.row.is_deleted(),
            text(view, "name"),
            workspace.map(Id::to_bytes),
            text(view, "cwd"),
            text(view, "source"),
            text(view, "status"),
            text(view, "git_branch"),
            is("pinned"),
            is("archived"),
            time("started_at").or(born).unwrap_or_default(),
            time("read_at"),
            text(view, "model").unwrap_or_default(),
            text(view, "external_id"),
        ])?;
    Ok(numbers)
}

/// Notes whose fork a session says it is, and up to which message of that.
pub(super) fn forked(
    index: &Connection,
    number: i64,
    of: &str,
    until: Option<i64>,
) -> rusqlite::Result<()> {
    let mut update = index.prepare_cached(
        "UPDATE sessions SET fork = ?2, fork_until = ?3 \
         WHERE number = (SELECT stands FROM sessions WHERE number = ?1)",
    )?;
    update.execute((number, of, until)).map(drop)
}

/// Notes that the summaries of these sessions are not true any more.
pub(super) fn mark(index: &Connection, numbers: &BTreeSet<i64>) -> rusqlite::Result<()> {
    let mut mark = index.prepare_cached(
        "UPDATE sessions SET stale = 1 \
         WHERE number = (SELECT stands FROM sessions WHERE number = ?1)",
    )?;
    numbers.iter().try_for_each(|it| mark.execute([it]).map(drop))
}

/// Works out what is not true any more. Long sessions wait until `all` was looked at.
pub(super) fn refresh(index: &Connection, rows: &dyn ReadTx, all: bool) -> Result<(), Trouble> {
    let bound = if all { i64::MAX } else { LONG };
    let mut select =
        index.prepare_cached("SELECT number FROM sessions WHERE stale = 1 AND messages <= ?1")?;
    let stale: Vec<i64> =
        select.query_map([bound], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for number in stale {
        let summary = Summary::of(index, number)?;
        summary.store(index, rows, number)?;
    }
    Ok(())
}

/// What the rows of a session amount to.
#[derive(Debug, Default)]
struct Summary {
    messages: i64,
    prompts: i64,
    calls: i64,
    comments: i64,
    unread: i64,
    first_at: Option<i64>,
    last_at: Option<i64>,
    opening: Option<Id>,
    /// Models by how often they answered.
    models: Vec<(i64, i64)>,
    /// Sub-agents by what they are called, and how often one of that name began.
    agents: BTreeMap<i64, i64>,
}

impl Summary {
    fn of(index: &Connection, number: i64) -> rusqlite::Result<Self> {
        let named = |name| names::number(index, Kind::Entity, name);
        let (messages, comments) = (named(Message::NAME)?, named(Comment::NAME)?);
        let mut read_at = index.prepare_cached("SELECT read_at FROM sessions WHERE number = ?1")?;
        let read_at: i64 =
            read_at.query_row([number], |row| row.get::<_, Option<i64>>(0))?.unwrap_or(i64::MIN);
        let mut select = index.prepare_cached(
            "SELECT docs.entity, docs.id, docs.time, docs.flags, docs.calls, docs.model, docs.agent \
             FROM sessions \
             JOIN docs ON docs.session = sessions.number WHERE sessions.stands = ?1 \
             ORDER BY docs.time",
        )?;
        let mut summary = Self::default();
        let mut found = select.query([number])?;
        while let Some(row) = found.next()? {
            let entity: Option<i64> = row.get(0)?;
            if entity == comments {
                summary.comments += 1;
            }
            if entity != messages {
                continue;
            }
            let (time, flags): (i64, i64) = (row.get(2)?, row.get(3)?);
            let agent: Option<i64> = row.get(6)?;
            if let Some(agent) = agent {
                let begun = summary.agents.entry(agent).or_default();
                *begun += i64::from(flags & document::BEGINS != 0);
            }
            if flags & document::MESSAGE == 0 {
                continue;
            }
            summary.messages += 1;
            summary.calls += row.get::<_, i64>(4)?;
            summary.unread += i64::from(time > read_at);
            if time > 0 {
                summary.first_at = summary.first_at.or(Some(time));
                summary.last_at = summary.last_at.max(Some(time));
            }
            summary.prompts += i64::from(flags & document::PROMPT != 0);
            let opens = flags & (document::PROMPT | document::COMMAND) != 0;
            if opens && summary.opening.is_none() {
                summary.opening = Some(Id::from_bytes(row.get(1)?));
            }
            if let (Some(model), None) = (row.get::<_, Option<i64>>(5)?, agent) {
                match summary.models.iter_mut().find(|(it, _)| *it == model) {
                    Some((_, count)) => *count += 1,
                    None => summary.models.push((model, 1)),
                }
            }
        }
        summary.models.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(summary)
    }

    fn store(self, index: &Connection, rows: &dyn ReadTx, number: i64) -> Result<(), Trouble> {
        let opening_text = self.opening.map(|it| opening(rows, it)).transpose()?.flatten();
        let mut name = index.prepare_cached("SELECT name FROM names WHERE number = ?1")?;
        let mut models: Vec<String> = Vec::new();
        for (model, _) in &self.models {
            let model: String = name.query_row([model], |row| row.get(0))?;
            // What an agent's program says in a model's place begins like a tag.
            if !model.starts_with('<') {
                models.push(model);
            }
        }
        index
            .prepare_cached(
                "UPDATE sessions SET stale = 0, messages = ?2, prompts = ?3, calls = ?4, \
                 comments = ?5, unread = ?6, first_at = ?7, last_at = coalesce(?8, born_at), \
                 opening = ?9, opening_text = ?10, agents = ?11, \
                 models = CASE WHEN ?12 = '' THEN models ELSE ?12 END WHERE number = ?1",
            )?
            .execute(params![
                number,
                self.messages,
                self.prompts,
                self.calls,
                self.comments,
                self.unread,
                self.first_at,
                self.last_at,
                self.opening.map(Id::to_bytes),
                opening_text,
                self.agents.values().map(|it| (*it).max(1)).sum::<i64>(),
                models.join("\n"),
            ])?;
        fold(index, number)?;
        Ok(())
    }
}

/// Keeps what a filter looks at in one text, folded as searches fold it.
fn fold(index: &Connection, number: i64) -> rusqlite::Result<()> {
    let mut select = index.prepare_cached(
        "SELECT concat_ws(char(10), title, opening_text, cwd, branch, source, models, \
         (SELECT shown.name FROM workspaces JOIN workspaces AS shown ON shown.id = \
         workspaces.stands WHERE workspaces.id = sessions.workspace)) \
         FROM sessions WHERE number = ?1",
    )?;
    let text: String = select.query_row([number], |row| row.get(0))?;
    let mut update = index.prepare_cached("UPDATE sessions SET folded = ?2 WHERE number = ?1")?;
    update.execute(params![number, crate::letters::fold(&text)]).map(drop)
}

/// How the first prompt begins, on one line.
fn opening(rows: &dyn ReadTx, id: Id) -> driftline_core::Result<Option<String>> {
    let entity = rows.schema().entity(Message::NAME)?;
    let Some(view) = view::view(rows, entity, id)? else { return Ok(None) };
    let sent = text(&view, "text").unwrap_or_default();
    let typed = said::command(sent).or_else(|| {
        said::said(sent).into_iter().find_map(|it| match it {
            Said::Person(text) => Some(text.to_owned()),
            Said::Program { .. } => None,
        })
    });
    // Its agent may say that all of it is the person's, whatever it looks like.
    let is_prompt = view.value("prompt").and_then(Value::as_bool) == Some(true);
    let typed = typed.unwrap_or_else(|| if is_prompt { sent.to_owned() } else { String::new() });
    let words = typed.split_whitespace().take(OPENING);
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().take(OPENING));
        if line.len() > OPENING {
            break;
        }
    }
    let short: String = line.chars().take(OPENING).collect();
    Ok((!short.is_empty()).then_some(short))
}
