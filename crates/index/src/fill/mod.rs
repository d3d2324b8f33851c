//! Following the rows: one transaction over the index, and within it one consistent
//! state of the rows.

mod document;
mod filler;
mod place;
mod session;
mod state;
mod workspace;

use std::collections::BTreeSet;

use driftline_core::{
    Id, Replica,
    store::{Deleted, Find, Journal, ReadTx},
};
use driftline_sqlite_file::Bounded;
use rusqlite::Connection;

pub(crate) use self::{
    document::{Document, MESSAGE},
    place::{place, time_of},
};
use self::{filler::Filler, state::State};
use crate::{file, trouble::Trouble};

/// Rows that are in memory at once: they can be large.
const AT_ONCE: usize = 200;
/// Takes out all that was learnt of rows.
const EMPTY: &str = "
    DELETE FROM docs;
    INSERT INTO words (words) VALUES ('delete-all');
    DELETE FROM sessions;
    DELETE FROM workspaces;
";

/// About how many rows are still to be looked at.
pub(crate) fn left(connection: &Connection, replica: &Replica) -> Result<u64, Trouble> {
    let state = State::load(connection)?;
    Ok(replica.read(|rows| {
        let journal = rows.journal()?;
        match &state {
            Some(it) if leads_on(rows, journal, it)? => Ok(it.left(journal.last)),
            _ => count(rows),
        }
    })?)
}

/// Looks at up to about `limit` rows, and returns about how many are still to be
/// looked at.
pub(crate) fn step(connection: &Bounded, replica: &Replica, limit: usize) -> Result<u64, Trouble> {
    let transaction = file::begin(connection)?;
    let mut state = State::load(&transaction)?;
    let left = replica.read(|rows| Ok(follow(&transaction, rows, &mut state, limit)))??;
    if let Some(state) = state {
        state.store(&transaction)?;
    }
    transaction.commit()?;
    Ok(left)
}

fn follow(
    index: &Connection,
    rows: &dyn ReadTx,
    state: &mut Option<State>,
    limit: usize,
) -> Result<u64, Trouble> {
    let journal = rows.journal()?;
    if let Some(it) = state
        && !leads_on(rows, journal, it)?
    {
        tracing::info!("the rows went back, or far ahead: the index is filled anew");
        // In place, and not by another file: other processes may have this one open.
        index.execute_batch(EMPTY)?;
        *state = None;
    }
    let state = match state {
        Some(it) => it,
        None => state.insert(State::begin(journal.last, count(rows)?)),
    };
    let mut filler = Filler::of(index, rows);
    let mut looked_at = 0;
    while looked_at < limit {
        let noted = rows.changed_since(state.revision, AT_ONCE.min(limit))?;
        if noted.is_empty() {
            break;
        }
        looked_at += noted.len();
        let changed: BTreeSet<(&str, Id)> =
            noted.iter().map(|it| (it.entity.as_str(), it.id)).collect();
        for (entity, id) in changed {
            filler.changed(entity, id)?;
        }
        if let Some(last) = noted.into_iter().next_back() {
            state.advance(last);
        }
    }
    while looked_at < limit
        && let Some(scan) = &mut state.scan
    {
        let Some(entity) = rows.schema().entities().get(scan.entity) else {
            state.scan = None;
            break;
        };
        let found = rows.scan(entity.name, scan.after, AT_ONCE)?;
        let Some(last) = found.last().map(|it| it.id) else {
            (scan.entity, scan.after) = (scan.entity + 1, None);
            continue;
        };
        looked_at += found.len();
        scan.after = Some(last);
        scan.left = scan.left.saturating_sub(found.len() as u64);
        for stored in found {
            filler.found(entity, stored)?;
        }
    }
    let left = state.left(journal.last);
    session::mark(index, &filler.stale)?;
    session::refresh(index, rows, left == 0)?;
    Ok(left)
}

/// Whether the journal tells everything that happened since `state`.
fn leads_on(rows: &dyn ReadTx, journal: Journal, state: &State) -> driftline_core::Result<bool> {
    let at = rows.changed_since(state.revision.saturating_sub(1), 1)?;
    Ok(journal.reaches(state.revision) && state.fits(at.first()))
}

/// How many rows there are to look at.
fn count(rows: &dyn ReadTx) -> driftline_core::Result<u64> {
    let all = Find::new().deleted(Deleted::Included);
    rows.schema().entities().iter().map(|it| rows.count(it.name, &all)).sum()
}
