//! From neutral records to rows: the one place that knows which entities a
//! transcript fills, and how its cells are stamped.
//!
//! A session has no record of its own; what each record says of it merges by stamp.
//! The earliest record says where and when it began, the latest answer which model it
//! uses, and a name's rank stands above its time. So that a session is not written
//! with each of its messages, only cells that beat what was handed out are handed out.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use driftline_core::{
    Id, Millis, Row, Stamp, Value,
    value::{canonical, normal_name},
};
use serde::{Deserialize, Serialize};

use crate::{
    Kept, Name, Reader, Record,
    hash::{Hash, hash64},
    order::{earliest, last_name, latest, named, ranked, session_id},
};

const WORKSPACES: &str = "workspaces";
const SESSIONS: &str = "sessions";
const MESSAGES: &str = "messages";

/// How many sessions, and how many workspaces, of one file are remembered as handed
/// out. Handing out one again is harmless.
const REMEMBERED: usize = 1000;

/// Cells of one row, to be joined with what is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The entity.
    pub entity: &'static str,
    /// The row.
    pub id: Id,
    /// What travels.
    pub cells: Vec<(&'static str, Value, Stamp)>,
    /// What stays on this device.
    pub local: Vec<(&'static str, Value)>,
}

/// A name for the session of a message that is in some other file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Title {
    /// The `external_id` of the message.
    pub leaf: String,
    name: String,
    stamp: Stamp,
}

impl Title {
    /// The row to store, once the message's session is known.
    pub fn draft(&self, session: Id) -> Draft {
        let cells = vec![("name", Value::from(self.name.as_str()), self.stamp)];
        Draft { entity: SESSIONS, id: session, cells, local: Vec::new() }
    }
}

/// What is known of one session, and which cells of it wait to be handed out.
struct Session {
    id: Id,
    best: Row,
    waiting: Vec<&'static str>,
}

/// The rows of one file.
pub(crate) struct Rows {
    reader: &'static Reader,
    sessions: HashMap<String, Session>,
    waiting: HashSet<String>,
    workspaces: HashSet<Id>,
    drafts: Vec<Draft>,
    titles: Vec<(String, Name, Option<Millis>)>,
}

impl Rows {
    pub(crate) fn of(reader: &'static Reader) -> Self {
        Self {
            reader,
            sessions: HashMap::new(),
            waiting: HashSet::new(),
            workspaces: HashSet::new(),
            drafts: Vec::new(),
            titles: Vec::new(),
        }
    }

    /// Takes in a record. Returns its row if it has one and is `new`.
    pub(crate) fn record(
        &mut self,
        mut record: Record,
        raw: Cow<'_, str>,
        position: u64,
        new: bool,
    ) -> Option<Draft> {
        let name = record.name.take();
        match (name, &record.session) {
            (Some(Name { leaf: Some(leaf), rank, text }), _) => {
                let name = Name { rank, text, leaf: None };
                self.titles.push((leaf, name, record.time));
            }
            (Some(name), Some(session)) => {
                let (text, stamp) = named(&name, record.time);
                self.cell(session, "name", text, stamp, new);
            }
            (_, None) | (None, _) => (),
        }
        if let Some(session) = record.session.take() {
            self.facts(&session, &record, new);
            record.session = Some(session);
        }
        let kept = *record.kept.take()?;
        new.then(|| self.message(&record, kept, raw, position))
    }

    /// Names the sessions whose messages this file has. Returns the other titles.
    pub(crate) fn settle<'s>(
        &mut self,
        session_of: impl Fn(&str) -> Option<&'s str>,
    ) -> Vec<Title> {
        let mut elsewhere = Vec::new();
        for (leaf, name, time) in std::mem::take(&mut self.titles) {
            let (text, stamp) = named(&name, time);
            match session_of(&leaf) {
                Some(session) => self.cell(session, "name", text, stamp, true),
                None => elsewhere.push(Title { leaf, name: text, stamp }),
            }
        }
        elsewhere.sort_by(|one, other| (&one.leaf, one.stamp).cmp(&(&other.leaf, other.stamp)));
        elsewhere.dedup();
        elsewhere
    }

    /// The rows of workspaces and sessions that wait to be handed out.
    pub(crate) fn flush(&mut self) -> Vec<Draft> {
        let mut drafts = std::mem::take(&mut self.drafts);
        let mut names: Vec<_> = self.waiting.drain().collect();
        names.sort_unstable();
        for name in names {
            let Some(session) = self.sessions.get_mut(&name) else { continue };
            let waiting = std::mem::take(&mut session.waiting).into_iter();
            let cell =
                |field| session.best.cell(field).map(|it| (field, it.value.clone(), it.stamp));
            let cells = waiting.filter_map(cell).collect();
            drafts.push(Draft { entity: SESSIONS, id: session.id, cells, local: Vec::new() });
        }
        if self.sessions.len() > REMEMBERED {
            self.sessions.clear();
        }
        if self.workspaces.len() > REMEMBERED {
            self.workspaces.clear();
        }
        drafts
    }

    /// What a record says of its session.
    fn facts(&mut self, session: &str, record: &Record, new: bool) {
        let named = self.sessions.get(session).and_then(|it| it.best.cell("external_id"));
        if named.is_none() {
            let stamp = Stamp::machine(0, 0, 0, hash64(&[self.reader.tool, session]));
            let external_id = normal_name(session).into_owned();
            self.cell(session, "external_id", external_id, stamp, new);
            self.cell(session, "source", self.reader.tool, stamp, new);
        }
        let known = self.sessions.get(session).map(|it| &it.best);
        let beaten = |field, order| {
            known.and_then(|it| it.cell(field)).is_none_or(|it| it.stamp.millis() <= order)
        };
        let order = earliest(record.time);
        let (cwd, branch) = (record.cwd.as_deref(), record.git_branch.as_deref());
        let starts = record.time.is_some() && beaten("started_at", order)
            || cwd.is_some() && beaten("cwd", order)
            || branch.is_some() && beaten("git_branch", order);
        let order_of_model = ranked(u64::from(record.agent.is_none()), latest(record.time));
        let model = record.model.as_deref().filter(|_| beaten("model", order_of_model));

        if starts {
            let time = record.time.map(|it| it.to_string()).unwrap_or_default();
            let hash = hash64(&[cwd.unwrap_or_default(), branch.unwrap_or_default(), &time]);
            let stamp = Stamp::machine(order, 0, self.reader.version, hash);
            if let Some(time) = record.time {
                self.cell(session, "started_at", time, stamp, new);
            }
            if let Some(cwd) = cwd {
                let workspace = self.workspace(cwd, new);
                let cwd = normal_name(cwd).into_owned();
                self.cell(session, "cwd", cwd, stamp, new);
                self.cell(session, "workspace", workspace.to_string(), stamp, new);
            }
            if let Some(branch) = branch {
                self.cell(session, "git_branch", branch, stamp, new);
            }
        }
        if let Some(model) = model {
            let stamp = Stamp::machine(order_of_model, 0, self.reader.version, hash64(&[model]));
            self.cell(session, "model", model, stamp, new);
        }
    }

    /// Keeps a cell of a session if it beats the one that is known.
    fn cell(
        &mut self,
        name: &str,
        field: &'static str,
        value: impl Into<Value>,
        stamp: Stamp,
        new: bool,
    ) {
        if !self.sessions.contains_key(name) {
            let id = session_id(self.reader.tool, name);
            let session = Session { id, best: Row::default(), waiting: Vec::new() };
            self.sessions.insert(name.to_owned(), session);
        }
        let Some(session) = self.sessions.get_mut(name) else { return };
        if session.best.cell(field).is_some_and(|it| it.stamp >= stamp) {
            return;
        }
        session.best.set(field, stamp, value.into());
        if new && !session.waiting.contains(&field) {
            session.waiting.push(field);
            self.waiting.insert(name.to_owned());
        }
    }

    /// The workspace at `path`: the same one for every agent.
    fn workspace(&mut self, here: &str, new: bool) -> Id {
        let path = normal_name(here);
        let id = Id::imported(0, &["workspace", &path]);
        if new && self.workspaces.insert(id) {
            let stamp = Stamp::machine(0, 0, 0, hash64(&[&path]));
            let cells = vec![
                ("name", Value::from(last_name(&path)), stamp),
                ("path", Value::from(path.as_ref()), stamp),
            ];
            let local = vec![("here", Value::from(here))];
            self.drafts.push(Draft { entity: WORKSPACES, id, cells, local });
        }
        id
    }

    fn message(&self, record: &Record, kept: Kept, raw: Cow<'_, str>, position: u64) -> Draft {
        let tool = self.reader.tool;
        let time = record.time.unwrap_or(0);
        let id = Id::imported(time, &[tool, "message", &kept.external_id]);
        let blocks = kept.blocks.as_ref().and_then(Value::as_array).map_or(0, Vec::len);
        let finished = u16::from(kept.message.finished) << 15;
        let completeness = finished | u16::try_from(blocks).unwrap_or(u16::MAX) & 0x7fff;

        let session = record.session.as_deref().map(|it| session_id(tool, it).to_string());
        let fields = [
            ("session", session.map(Value::from)),
            ("external_id", Some(Value::from(kept.external_id))),
            ("role", Some(Value::from(kept.role.name()))),
            ("text", kept.text.map(Value::from)),
            ("blocks", kept.blocks.map(canonical)),
            ("model", kept.message.model.map(Value::from)),
            ("parent", kept.parent.map(Value::from)),
            ("created_at", record.time.map(Value::from)),
            ("agent", record.agent.as_deref().map(Value::from)),
            ("usage", kept.message.usage.map(canonical)),
        ];
        let mut hash = Hash::default();
        for (field, value) in &fields {
            hash.part(field);
            // Writing JSON into a hash cannot fail.
            let _ = serde_json::to_writer(&mut hash, value);
        }
        let stamp = Stamp::machine(time, completeness, self.reader.version, hash.short());
        let cells =
            fields.into_iter().filter_map(|(field, it)| Some((field, it?, stamp))).collect();
        let local = vec![("position", position.into()), ("raw", raw.into_owned().into())];
        Draft { entity: MESSAGES, id, cells, local }
    }
}
