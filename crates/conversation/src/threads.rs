//! Comments as threads: what was said about a session, and about each of its messages.
//!
//! A thread is everything that was said about one thing. It is settled when every
//! comment in it is; another comment opens it again.

use std::collections::BTreeMap;

use driftline_core::{
    Id, SyncEntity as _, Timestamp, Value, alias,
    store::{Find, ReadTx},
    view::{self, View},
};

use driftline_entities::{comments::Comment, messages::Message, sessions::Session};

use crate::{Conversations, Result};

const COMMENTS: &str = Comment::NAME;
const SESSIONS: &str = Session::NAME;
const MESSAGES: &str = Message::NAME;

/// What was said about one thing, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// The session.
    pub session: Id,
    /// The message that it is about; none: the session as a whole.
    pub message: Option<Id>,
    /// The comments.
    pub remarks: Vec<Remark>,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The comment.
    pub id: Id,
    /// Who says it.
    pub author: Option<String>,
    /// What it says.
    pub body: String,
    /// When it was written.
    pub at: Option<Timestamp>,
    /// When it was settled.
    pub resolved_at: Option<Timestamp>,
}

impl Thread {
    /// Whether nothing in it is open.
    pub fn is_resolved(&self) -> bool {
        self.open().next().is_none()
    }

    /// The comments that are open.
    pub fn open(&self) -> impl Iterator<Item = &Remark> {
        self.remarks.iter().filter(|it| it.resolved_at.is_none())
    }
}

impl Conversations {
    /// The threads of a session, the one about all of it first, the others in the order
    /// in which they began.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn threads(&self, session: Id) -> Result<Vec<Thread>> {
        Ok(self.replica().read(|tx| {
            let find = Find::new().refers("session", session);
            threads(tx, view::list(tx, tx.schema().entity(COMMENTS)?, &find)?)
        })?)
    }

    /// The threads that are open, of every session: those last written to first.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn open_threads(&self) -> Result<Vec<Thread>> {
        let mut all = self.replica().read(|tx| {
            let comments = tx.schema().entity(COMMENTS)?;
            threads(tx, view::list(tx, comments, &Find::new())?)
        })?;
        all.retain(|it| !it.is_resolved());
        all.sort_by_key(|it| std::cmp::Reverse(it.remarks.last().map(|it| it.id)));
        Ok(all)
    }

    /// The thread that a comment is part of.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub fn thread_of(&self, comment: Id) -> Result<Option<Thread>> {
        let Some(row) = self.replica().get_values(COMMENTS, comment)? else { return Ok(None) };
        let Some(session) = row.value("session").and_then(Value::as_str) else { return Ok(None) };
        let Ok(session) = session.parse() else { return Ok(None) };
        let all = self.threads(session)?;
        Ok(all.into_iter().find(|it| it.remarks.iter().any(|it| it.id == row.id)))
    }
}

fn threads(tx: &dyn ReadTx, rows: Vec<View>) -> driftline_core::Result<Vec<Thread>> {
    let mut all: BTreeMap<(Id, Option<Id>), Vec<Remark>> = BTreeMap::new();
    for row in rows {
        // A comment about nothing has no place to be shown at.
        let Some(session) = named(tx, &row, "session", SESSIONS)? else { continue };
        let about = (session, named(tx, &row, "message", MESSAGES)?);
        all.entry(about).or_default().push(remark(&row));
    }
    let mut threads: Vec<Thread> = all
        .into_iter()
        .map(|((session, message), mut remarks)| {
            remarks.sort_by_key(|it| (it.at, it.id));
            Thread { session, message, remarks }
        })
        .collect();
    threads.sort_by_key(|it| (it.message.is_some(), it.remarks.first().map(|it| (it.at, it.id))));
    Ok(threads)
}

/// The row that a field names, by the id that stands for it.
fn named(
    tx: &dyn ReadTx,
    row: &View,
    field: &str,
    entity: &str,
) -> driftline_core::Result<Option<Id>> {
    let id: Option<Id> = row.value(field).and_then(Value::as_str).and_then(|it| it.parse().ok());
    let Some(id) = id else { return Ok(None) };
    Ok(alias::class(tx, entity, id)?.first().copied().or(Some(id)))
}

fn remark(row: &View) -> Remark {
    let text = |field: &str| row.value(field).and_then(Value::as_str).map(str::to_owned);
    Remark {
        id: row.id,
        author: text("author").filter(|it| !it.trim().is_empty()),
        body: text("body").unwrap_or_default(),
        at: row.id.time().map(Timestamp::from),
        resolved_at: row.value("resolved_at").and_then(Value::as_i64).map(Timestamp),
    }
}
