//! Following the rows: one transaction over the index, and within it one consistent
//! state of the rows.

mod document;
mod session;
mod state;
mod workspace;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use driftline_core::{
    ALIASES, EntityDescriptor, Id, Replica, SyncEntity, alias,
    store::{Deleted, Find, Journal, ReadTx, Stored},
    view::{self, View},
};
use driftline_entities::{sessions::Session, workspaces::Workspace};
use driftline_sqlite_file::Bounded;
use rusqlite::{Connection, OptionalExtension, params};

pub(crate) use self::document::{Document, MESSAGE};
use self::state::State;
use crate::{
    Scope, file,
    names::{self, Kind, Names},
    trouble::Trouble,
};

/// Rows that are in memory at once: they can be large.
const AT_ONCE: usize = 200;
/// How many bits of a place tell rows of one millisecond apart.
const BITS: u32 = 20;
/// The greatest time that leaves room for them.
const LATEST: i64 = i64::MAX >> BITS;

/// The first place of rows of this time.
pub(crate) fn place(time: i64) -> i64 {
    time.clamp(0, LATEST) << BITS
}

/// The time of the row at this place.
pub(crate) fn time_of(place: i64) -> i64 {
    place >> BITS
}

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
    let mut filler = Filler {
        index,
        rows,
        names: Names::default(),
        stale: BTreeSet::new(),
        classes: HashMap::new(),
    };
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

/// What one transaction works with.
struct Filler<'a> {
    index: &'a Connection,
    rows: &'a dyn ReadTx,
    names: Names,
    /// Sessions whose summary is not true any more.
    stale: BTreeSet<i64>,
    classes: HashMap<&'static str, BTreeMap<Id, Vec<Id>>>,
}

impl Filler<'_> {
    /// Looks at a row that the journal names.
    fn changed(&mut self, entity: &str, id: Id) -> Result<(), Trouble> {
        if entity == ALIASES.name {
            let Some(fact) = self.rows.get(entity, id)? else { return Ok(()) };
            let part = |name: &str| fact.row.value(name).and_then(|it| it.as_str());
            let Some(of) = part("entity") else { return Ok(()) };
            for end in ["low", "high"] {
                if let Some(id) = part(end).and_then(|it| it.parse().ok()) {
                    self.changed(of, id)?;
                }
            }
            return Ok(());
        }
        let Some(entity) = self.rows.schema().get(entity) else { return Ok(()) };
        match self.rows.get(entity.name, id)? {
            Some(stored) => self.found(entity, stored),
            // The row may be gone, but what it was one with is not.
            None => self.look(entity, &[id], None),
        }
    }

    /// Looks at a row.
    fn found(&mut self, entity: &'static EntityDescriptor, stored: Stored) -> Result<(), Trouble> {
        if !self.classes.contains_key(entity.name) {
            self.classes.insert(entity.name, alias::classes(self.rows, entity.name)?);
        }
        let class = self.classes.get(entity.name).and_then(|it| it.get(&stored.id)).cloned();
        let Some(class) = class else {
            let Stored { id, row, local, .. } = stored;
            let view = View { id, members: vec![id], row, local };
            return self.look(entity, &[id], Some(&view));
        };
        let view = view::view(self.rows, entity, stored.id)?;
        self.look(entity, &class, view.as_ref())
    }

    /// Stores what is to be known of the row that the ids of `class` stand for.
    fn look(
        &mut self,
        entity: &'static EntityDescriptor,
        class: &[Id],
        view: Option<&View>,
    ) -> Result<(), Trouble> {
        match entity.name {
            Session::NAME => {
                let number = session::put(self.index, class, view)?;
                self.stale.extend(number);
            }
            Workspace::NAME => {
                self.stale.extend(workspace::put(self.index, class, view)?);
            }
            _ => (),
        }
        let number = self.names.number(self.index, Kind::Entity, entity.name)?;
        let shown = view.filter(|it| !it.row.is_deleted());
        for id in class {
            if shown.is_none_or(|it| it.id != *id) {
                self.remove(number, *id)?;
            }
        }
        match shown {
            Some(view) => self.put(number, view.id, &Document::of(entity, view)),
            None => Ok(()),
        }
    }

    fn put(&mut self, entity: i64, id: Id, document: &Document<'_>) -> Result<(), Trouble> {
        let session = document.session.map(|it| session::number(self.index, it)).transpose()?;
        let time = document.time.clamp(0, LATEST);
        let known = self.known(entity, id)?;
        let place = match known {
            Some((place, old)) if time_of(place) == time => {
                self.stale.extend(old);
                place
            }
            _ => {
                self.remove(entity, id)?;
                self.free_place(time, id)?
            }
        };
        self.stale.extend(session);
        let mut number = |kind, name: Option<&str>| {
            name.map(|it| self.names.number(self.index, kind, it)).transpose()
        };
        let role = number(Kind::Role, document.role)?;
        let model = number(Kind::Model, document.model)?;
        let agent = number(Kind::Agent, document.agent)?;
        let mut facet = names::word(entity);
        for it in [role, model].into_iter().flatten() {
            facet.push_str(&format!(" {}", names::word(it)));
        }
        for tool in &document.tools {
            let tool = self.names.number(self.index, Kind::Tool, tool)?;
            facet.push_str(&format!(" {}", names::word(tool)));
        }
        if let Some(session) = session {
            facet.push_str(&format!(" {}", names::session_word(session)));
        }
        if agent.is_some() {
            facet.push_str(&format!(" {}", names::SUBAGENT));
        }
        if document.flags & document::FAILED != 0 {
            facet.push_str(&format!(" {}", names::FAILED));
        }
        let mut insert = self.index.prepare_cached(
            "INSERT OR REPLACE INTO docs \
             (place, entity, id, session, time, flags, calls, model, agent, record, ordinal) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        let Document { time, flags, calls, .. } = document;
        insert.execute(params![
            place,
            entity,
            id.to_bytes(),
            session,
            time,
            flags,
            calls,
            model,
            agent,
            document.record(),
            document.ordinal
        ])?;
        if let (Some(session), Some((of, until))) = (session, document.fork) {
            session::forked(self.index, session, of, until)?;
        }
        let mut insert = self.index.prepare_cached(
            "INSERT OR REPLACE INTO words (rowid, prompt, reply, tool, output, thinking, title, \
             comment, context, other, facet) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        insert.raw_bind_parameter(1, place)?;
        for (column, scope) in Scope::ALL.into_iter().enumerate() {
            let text = document.text(scope);
            let text = text.as_deref().map(crate::letters::spread);
            insert.raw_bind_parameter(column + 2, text)?;
        }
        insert.raw_bind_parameter(Scope::ALL.len() + 2, facet)?;
        insert.raw_execute()?;
        Ok(())
    }

    /// Where a row is, and the session it counts for.
    fn known(&self, entity: i64, id: Id) -> rusqlite::Result<Option<(i64, Option<i64>)>> {
        let mut select = self
            .index
            .prepare_cached("SELECT place, session FROM docs WHERE id = ?1 AND entity = ?2")?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        select.query_row((id.to_bytes(), entity), read).optional()
    }

    fn remove(&mut self, entity: i64, id: Id) -> Result<(), Trouble> {
        let Some((place, session)) = self.known(entity, id)? else { return Ok(()) };
        self.index.prepare_cached("DELETE FROM docs WHERE place = ?1")?.execute([place])?;
        self.index.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([place])?;
        self.stale.extend(session);
        Ok(())
    }

    /// A place of its own for a row of this time.
    fn free_place(&self, time: i64, id: Id) -> rusqlite::Result<i64> {
        let bytes = id.to_bytes();
        let bits = i64::from(u32::from_be_bytes([0, bytes[13], bytes[14], bytes[15]]));
        let place = time << BITS | bits & ((1 << BITS) - 1);
        let mut taken = self.index.prepare_cached("SELECT 1 FROM docs WHERE place = ?1")?;
        if !taken.exists([place])? {
            return Ok(place);
        }
        // The first gap behind it: rows of one moment stay beside each other.
        let mut gap = self.index.prepare_cached(
            "SELECT place + 1 FROM docs AS it WHERE place >= ?1 \
             AND NOT EXISTS (SELECT 1 FROM docs WHERE place = it.place + 1) \
             ORDER BY place LIMIT 1",
        )?;
        gap.query_row([place], |row| row.get(0))
    }
}
