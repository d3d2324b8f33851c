//! The tables: which sessions there are, and the messages of one. A sub-agent's session belongs
//! to the one that started it.

use std::ops::ControlFlow;

use driftline_core::{BoxError, Millis};
use rusqlite::{Connection, Row};

use super::message::{self, Stored};
use crate::{
    Name, Rank, Record, Sessions, Take, prose,
    tables::{each, number, optional, require, some, text},
    time,
};

/// A longer text is not taken from the database, in bytes.
const LONGEST: i64 = 32 << 20;

/// Every session with the one that started the one that started it, and so on.
const TREE: &str = "WITH RECURSIVE tree(id, root) AS (
        SELECT id, id FROM sessions WHERE parent_session_id IS NULL
            OR parent_session_id NOT IN (SELECT id FROM sessions)
        UNION
        SELECT sessions.id, root FROM sessions JOIN tree ON parent_session_id = tree.id
    )";

/// The sessions that are nobody's sub-agents, with what changes whenever one of their rows, or
/// of their sub-agents' rows, does. Times are seconds, so lengths tell, too.
pub(super) fn all(database: &Connection) -> Result<Sessions, BoxError> {
    require(database, &["sessions", "messages"])?;
    let query = format!(
        "{TREE} SELECT root, count(messages.id), max(CAST(messages.updated_at AS INTEGER)),
            CAST(total(octet_length(parts)) AS INTEGER), max(CAST(sessions.updated_at AS INTEGER)),
            CAST(total(octet_length(title)) AS INTEGER)
        FROM tree JOIN sessions ON sessions.id = tree.id
            LEFT JOIN messages ON session_id = tree.id
        GROUP BY root ORDER BY root"
    );
    let mut all = Vec::new();
    each(database, &query, [], |row| {
        let changed =
            (1..6).fold(0_i64, |sum, it| sum.wrapping_mul(31).wrapping_add(number(row, it)));
        all.push((text(row, 0), changed));
    })?;
    Ok(all)
}

/// The records of a session and of its sub-agents.
pub(super) fn records(
    database: &Connection,
    session: &str,
    take: &mut Take<'_>,
) -> Result<(), BoxError> {
    for record in facts(database, session)? {
        if take(record).is_break() {
            return Ok(());
        }
    }
    let mut own = Vec::new();
    let query = format!("{TREE} SELECT id FROM tree WHERE root = ?1");
    each(database, &query, [session], |row| own.push(text(row, 0)))?;
    for one in own {
        // Whose only task was to find a title.
        if one != session && one.starts_with("title-") {
            continue;
        }
        if messages(database, session, &one, take)?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// What the session's own row says: when it began, and what it is called now.
fn facts(database: &Connection, session: &str) -> rusqlite::Result<Vec<Record>> {
    let mut all = Vec::new();
    let query = "SELECT created_at, updated_at, title FROM sessions WHERE id = ?1";
    each(database, query, [session], |row| {
        let of = |kind: &str, column| Record {
            kind: kind.to_owned(),
            session: Some(session.to_owned()),
            time: Some(moment(number(row, column))),
            ..Record::default()
        };
        all.push(of("session", 0));
        if let Some(text) = title(&text(row, 2)) {
            let name = Some(Name { rank: Rank::Title, text, leaf: None });
            all.push(Record { name, ..of("title", 1) });
        }
    })?;
    Ok(all)
}

/// A title that tells something: a session has one before the agent made it.
fn title(text: &str) -> Option<String> {
    if ["New Session", "Untitled Session"].contains(&text) { None } else { prose::title(text) }
}

/// The messages of session `one`, which is `session` or a sub-agent of it.
fn messages(
    database: &Connection,
    session: &str,
    one: &str,
    take: &mut Take<'_>,
) -> rusqlite::Result<ControlFlow<()>> {
    let summary = optional(database, "messages", "is_summary_message")?;
    let mut rows = database.prepare_cached(&format!(
        "SELECT id, role, created_at, model, {summary},
            CASE WHEN octet_length(parts) <= {LONGEST} THEN parts END
        FROM messages WHERE session_id = ?1 ORDER BY CAST(created_at AS INTEGER), rowid"
    ))?;
    let mut rows = rows.query([one])?;
    let agent = (one != session).then_some(one);
    // Many messages have one time, and none says which it follows.
    let mut before = None;
    while let Some(row) = rows.next()? {
        let mut record = message::record(stored(row), session, agent);
        if let Some(kept) = &mut record.kept {
            kept.parent = before;
            before = kept.external_id.clone();
        }
        if take(record).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn stored(row: &Row<'_>) -> Stored {
    Stored {
        id: text(row, 0),
        role: text(row, 1),
        time: moment(number(row, 2)),
        model: some(row, 3),
        is_summary: number(row, 4) != 0,
        parts: text(row, 5),
    }
}

/// Times are seconds; the tables' own comments say milliseconds.
fn moment(at: i64) -> Millis {
    const SECONDS: i64 = 100_000_000_000;
    time::clamp(if at < SECONDS { at.saturating_mul(1_000) } else { at })
}
