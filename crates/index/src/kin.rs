//! Forks: which session another one goes on from, and which of its messages are copies. Some
//! agents say whose fork a session is; of the others, equal messages of one moment tell.

use std::collections::{BTreeSet, HashSet};

use driftline_core::{Id, SyncEntity as _};
use driftline_entities::messages::Message;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::{
    Index, Result,
    fill::{MESSAGE, place},
    names::{self, Kind},
};

/// Messages at the beginning of a session that are looked for in others.
const FIRST: usize = 8;

/// The session that a fork goes on from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fork {
    /// The session.
    #[serde(serialize_with = "super::list::as_text")]
    pub of: Id,
    /// What people call it, or how its first prompt begins.
    pub name: String,
    /// How many of its messages the fork goes on from.
    pub messages: u64,
}

impl Fork {
    /// Whose fork, and from where on.
    pub fn words(&self) -> String {
        let name = driftline_text::one_line(&self.name);
        match self.messages {
            0 => format!("fork of {name}"),
            messages => format!("fork of {name} from message {messages}"),
        }
    }
}

impl Index {
    /// The session that `session` goes on from, if it is a fork.
    ///
    /// # Errors
    /// When the index or the rows cannot be read.
    pub fn fork(&self, session: Id) -> Result<Option<Fork>> {
        self.freshen()?;
        self.query(&self.patience, |it| number(it, session)?.map_or(Ok(None), |at| fork(it, at)))
    }

    /// The messages of `session` that were said in another session first.
    ///
    /// # Errors
    /// When the index or the rows cannot be read.
    pub fn copies(&self, session: Id) -> Result<HashSet<Id>> {
        self.freshen()?;
        self.query(&self.patience, |it| {
            let Some(number) = number(it, session)? else { return Ok(HashSet::new()) };
            Ok(match origin(it, number)? {
                Some(_) => copied(it, number)?.into_iter().map(|it| it.id).collect(),
                None => HashSet::new(),
            })
        })
    }
}

/// The session that the one with this number goes on from.
pub(crate) fn fork(index: &Connection, number: i64) -> rusqlite::Result<Option<Fork>> {
    let Some(origin) = origin(index, number)? else { return Ok(None) };
    let messages = match pointed(index, number)? {
        Some((_, Some(until))) => before(index, origin, until)?,
        _ => {
            let all = copied(index, number)?;
            all.iter().map(|it| i64::from(it.counts && it.of == origin)).sum()
        }
    };
    let mut select = index.prepare_cached(
        "SELECT id, coalesce(title, opening_text, '') FROM sessions WHERE number = ?1",
    )?;
    let (of, name): (_, String) =
        select.query_row([origin], |row| Ok((Id::from_bytes(row.get(0)?), row.get(1)?)))?;
    let name = if name.is_empty() { of.to_string() } else { name };
    Ok(Some(Fork { of, name, messages: messages.unsigned_abs() }))
}

fn number(index: &Connection, session: Id) -> rusqlite::Result<Option<i64>> {
    let mut select = index.prepare_cached("SELECT stands FROM sessions WHERE id = ?1")?;
    select.query_row([session.to_bytes()], |row| row.get(0)).optional()
}

/// The one that it says it is a fork of; else the one that came first of those that have its
/// first messages.
fn origin(index: &Connection, number: i64) -> rusqlite::Result<Option<i64>> {
    if let Some((of, _)) = pointed(index, number)? {
        return Ok(Some(of));
    }
    let mut kin = BTreeSet::new();
    for doc in docs(index, number, FIRST)? {
        kin.extend(twins(index, number, &doc)?);
    }
    if kin.is_empty() {
        return Ok(None);
    }
    let own = age(index, number)?;
    let mut first = (own, None);
    for it in kin {
        let age = age(index, it)?;
        if age < first.0 {
            first = (age, Some(it));
        }
    }
    Ok(first.1)
}

/// The session that one points at, and the number of the first message there that is no part
/// of it.
fn pointed(index: &Connection, number: i64) -> rusqlite::Result<Option<(i64, Option<i64>)>> {
    let mut select = index.prepare_cached(
        "SELECT other.stands, own.fork_until FROM sessions AS own JOIN sessions AS other \
         ON other.external = own.fork AND other.source = own.source AND other.known = 1 \
         JOIN sessions AS shown ON shown.number = other.stands AND shown.hidden = 0 \
         WHERE own.number = ?1 AND own.fork <> '' AND other.stands <> own.stands LIMIT 1",
    )?;
    select.query_row([number], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// Which of several sessions with the same messages came first: one that says it is a fork did
/// not; nor did one that began later; nor, of those that began with the same message, one
/// that goes on longer or, if both do, later.
type Age = (bool, i64, i64, i64);

fn age(index: &Connection, number: i64) -> rusqlite::Result<Age> {
    let mut select =
        index.prepare_cached("SELECT fork IS NOT NULL, born_at FROM sessions WHERE number = ?1")?;
    let (forked, born): (bool, i64) =
        select.query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let shared: HashSet<Id> = copied(index, number)?.into_iter().map(|it| it.id).collect();
    let alone = docs(index, number, usize::MAX)?.into_iter().find(|it| !shared.contains(&it.id));
    Ok((forked, born, alone.map_or(i64::MIN, |it| it.time), number))
}

/// How many messages of a session's main conversation come before a number.
fn before(index: &Connection, session: i64, until: i64) -> rusqlite::Result<i64> {
    let mut select = index.prepare_cached(
        "SELECT count(*) FROM docs JOIN sessions AS own ON own.number = docs.session \
         WHERE own.stands = ?1 AND docs.agent IS NULL AND docs.flags & ?2 AND docs.ordinal < ?3",
    )?;
    select.query_row((session, MESSAGE, until), |row| row.get(0))
}

/// A message of a session, as its copies have it, too.
struct Doc {
    id: Id,
    time: i64,
    record: i64,
    counts: bool,
}

impl Doc {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let counts = row.get::<_, i64>(3)? & MESSAGE != 0;
        Ok(Self { id: Id::from_bytes(row.get(0)?), time: row.get(1)?, record: row.get(2)?, counts })
    }
}

/// The first messages of a session that have a time.
fn docs(index: &Connection, session: i64, most: usize) -> rusqlite::Result<Vec<Doc>> {
    let messages = names::number(index, Kind::Entity, Message::NAME)?;
    let mut select = index.prepare_cached(
        "SELECT docs.id, docs.time, docs.record, docs.flags FROM docs \
         JOIN sessions AS own ON own.number = docs.session \
         WHERE own.stands = ?1 AND docs.entity = ?2 AND docs.time > 0 AND docs.record IS NOT NULL \
         ORDER BY docs.time LIMIT ?3",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    select.query_map((session, messages, most), Doc::read)?.collect()
}

/// The other sessions that have a message.
fn twins(index: &Connection, session: i64, doc: &Doc) -> rusqlite::Result<Vec<i64>> {
    let mut select = index.prepare_cached(
        "SELECT DISTINCT own.stands FROM docs JOIN sessions AS own ON own.number = docs.session \
         JOIN sessions AS shown ON shown.number = own.stands \
         WHERE docs.place >= ?1 AND docs.place < ?2 AND docs.record = ?3 AND own.stands <> ?4 \
         AND shown.known = 1 AND shown.hidden = 0 AND shown.source IS \
         (SELECT source FROM sessions WHERE number = ?4)",
    )?;
    let range = (place(doc.time), place(doc.time.saturating_add(1)));
    let found = select.query_map((range.0, range.1, doc.record, session), |row| row.get(0))?;
    found.collect()
}

/// A message that another session has, too.
struct Copied {
    id: Id,
    of: i64,
    counts: bool,
}

fn copied(index: &Connection, session: i64) -> rusqlite::Result<Vec<Copied>> {
    let mut all = Vec::new();
    for doc in docs(index, session, usize::MAX)? {
        let found = twins(index, session, &doc)?.into_iter();
        all.extend(found.map(|of| Copied { id: doc.id, of, counts: doc.counts }));
    }
    Ok(all)
}
