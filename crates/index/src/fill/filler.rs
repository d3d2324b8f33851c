//! What the index is to know of a row, put into its tables.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use driftline_core::{
    ALIASES, EntityDescriptor, Id, SyncEntity, alias,
    store::{ReadTx, Stored},
    view::{self, View},
};
use driftline_entities::{sessions::Session, workspaces::Workspace};
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    document::{self, Document},
    place::{BITS, LATEST, time_of},
    session, workspace,
};
use crate::{
    Scope,
    names::{self, Kind, Names},
    trouble::Trouble,
};

/// What one transaction works with.
pub(super) struct Filler<'a> {
    index: &'a Connection,
    rows: &'a dyn ReadTx,
    names: Names,
    /// Sessions whose summary is not true any more.
    pub(super) stale: BTreeSet<i64>,
    classes: HashMap<&'static str, BTreeMap<Id, Vec<Id>>>,
}

impl<'a> Filler<'a> {
    pub(super) fn of(index: &'a Connection, rows: &'a dyn ReadTx) -> Self {
        let (names, stale, classes) = (Names::default(), BTreeSet::new(), HashMap::new());
        Self { index, rows, names, stale, classes }
    }

    /// Looks at a row that the journal names.
    pub(super) fn changed(&mut self, entity: &str, id: Id) -> Result<(), Trouble> {
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
    pub(super) fn found(
        &mut self,
        entity: &'static EntityDescriptor,
        stored: Stored,
    ) -> Result<(), Trouble> {
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
