//! From neutral records to rows: the one place that knows which entities a
//! transcript fills, and how its cells are stamped.
//!
//! A session has no record of its own; what each record says of it merges by stamp.
//! The earliest record says where and when it began, the latest answer which model it
//! uses, and a name's rank stands above its time. So that a session is not written
//! with each of its messages, only cells that beat what was handed out are handed out.

use std::{borrow::Cow, collections::HashSet};

use driftline_core::{
    Id, Millis, Row, Stamp, Value,
    value::{canonical, normal_name},
};
use driftline_messages::block;
use driftline_workspaces::repository;
use serde::{Deserialize, Serialize};

use crate::{
    Kept, Reader, Record, Secrets,
    hash::{Hash, hash64},
    order::{Reading, earliest, last_name, latest, named, order_of, ranked, session_id},
    secrets::{Redaction, Replaced},
};

const WORKSPACES: &str = "workspaces";
const SESSIONS: &str = "sessions";
const MESSAGES: &str = "messages";

/// How many workspaces of one file are remembered as handed out. Handing out one again
/// is harmless.
const REMEMBERED: usize = 1000;

/// Readers cut names to this many characters or more: a shorter one is whole.
const SHORTEST_CUT: usize = 80;

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

/// A name for every session that has a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Title {
    /// The `external_id` of the message.
    pub leaf: String,
    name: String,
    stamp: Stamp,
}

impl Title {
    /// The row to store for a session that has the message.
    pub fn draft(&self, session: Id) -> Draft {
        let cells = vec![("name", Value::from(self.name.as_str()), self.stamp)];
        Draft { entity: SESSIONS, id: session, cells, local: Vec::new() }
    }
}

/// The rows of one file.
pub(crate) struct Rows {
    reader: &'static Reader,
    /// The agent's name of the session.
    session: String,
    id: Id,
    /// What is known of it.
    best: Row,
    /// Which cells of it wait to be handed out.
    waiting: Vec<&'static str>,
    workspaces: HashSet<(Id, Option<String>)>,
    drafts: Vec<Draft>,
    titles: Vec<Title>,
    secrets: Secrets,
    replaced: Replaced,
}

impl Rows {
    pub(crate) fn of(reader: &'static Reader, session: String, secrets: Secrets) -> Self {
        Self {
            reader,
            id: session_id(reader.tool, &session),
            session,
            best: Row::default(),
            waiting: Vec::new(),
            workspaces: HashSet::new(),
            drafts: Vec::new(),
            titles: Vec::new(),
            secrets,
            replaced: Replaced::new(),
        }
    }

    /// Takes in a record of this session. Returns its row if it has one and is `new`.
    pub(crate) fn record(
        &mut self,
        mut record: Record,
        raw: Cow<'_, str>,
        position: u64,
        new: bool,
    ) -> Option<Draft> {
        let mut redaction = Redaction::of(self.secrets);
        // Most prompts come after the one that names the session: what they say is looked at
        // as part of the message alone.
        let offered = record.name.take();
        let offered = offered
            .filter(|it| it.leaf.is_some() || self.may_stand("name", order_of(it, record.time)));
        if let Some(mut name) = offered {
            let redacted = match name.text.chars().count() < SHORTEST_CUT {
                true => redaction.text(&mut name.text),
                false => redaction.cut(&mut name.text, &raw),
            };
            let (text, stamp) = named(&name, record.time, redacted);
            match name.leaf {
                Some(leaf) => self.titles.push(Title { leaf, name: text, stamp }),
                None => self.cell("name", text, stamp, new),
            }
        }
        // A record that names no session may be of any.
        if record.session.is_some() {
            self.facts(&record, &mut redaction, new);
        }
        let kept = record.kept.take().filter(|_| new);
        let draft = kept.map(|it| self.message(&record, *it, &mut redaction, raw, position));
        if new {
            redaction.count(&mut self.replaced);
        }
        draft
    }

    /// How many likely secrets were replaced in what was new, by rule.
    pub(crate) fn replaced(&self) -> &Replaced {
        &self.replaced
    }

    /// The names of sessions that point at a message. Which sessions have it, this one
    /// among them, is known when all files are read.
    pub(crate) fn titles(&mut self) -> Vec<Title> {
        let mut titles = std::mem::take(&mut self.titles);
        titles.sort_by(|one, other| (&one.leaf, one.stamp).cmp(&(&other.leaf, other.stamp)));
        titles.dedup();
        titles
    }

    /// The rows of workspaces and the session that wait to be handed out.
    pub(crate) fn flush(&mut self) -> Vec<Draft> {
        let mut drafts = std::mem::take(&mut self.drafts);
        let waiting = std::mem::take(&mut self.waiting);
        if !waiting.is_empty() {
            let cell = |field| self.best.cell(field).map(|it| (field, it.value.clone(), it.stamp));
            let cells = waiting.into_iter().filter_map(cell).collect();
            drafts.push(Draft { entity: SESSIONS, id: self.id, cells, local: Vec::new() });
        }
        if self.workspaces.len() > REMEMBERED {
            self.workspaces.clear();
        }
        drafts
    }

    /// What a record says of its session.
    fn facts(&mut self, record: &Record, redaction: &mut Redaction, new: bool) {
        if self.best.cell("external_id").is_none() {
            let stamp = Reading::default().stamp(0, hash64(&[self.reader.tool, &self.session]));
            let external_id = normal_name(&self.session).into_owned();
            self.cell("external_id", external_id, stamp, new);
            self.cell("source", self.reader.tool, stamp, new);
        }
        let order = earliest(record.time);
        let (cwd, branch) = (record.cwd.as_deref(), record.git_branch.as_deref());
        let starts = record.time.is_some() && self.may_stand("started_at", order)
            || cwd.is_some() && self.may_stand("cwd", order)
            || branch.is_some() && self.may_stand("git_branch", order);
        let order_of_model = ranked(u64::from(record.agent.is_none()), latest(record.time));
        let model = record.model.as_deref().filter(|_| self.may_stand("model", order_of_model));

        if starts {
            let time = record.time.map(|it| it.to_string()).unwrap_or_default();
            let (shown, in_cwd) = redaction.part(cwd.unwrap_or_default());
            let (branch_shown, in_branch) = redaction.part(branch.unwrap_or_default());
            let hash = hash64(&[&shown, &branch_shown, &time]);
            let reading = Reading { redacted: in_cwd | in_branch, ..self.reading() };
            let stamp = reading.stamp(order, hash);
            if let Some(time) = record.time {
                self.cell("started_at", time, stamp, new);
            }
            if let Some(cwd) = cwd {
                let remote = record.git_remote.as_deref();
                let workspace = self.workspace(cwd, remote, record.time, redaction, new);
                self.cell("cwd", normal_name(&shown).into_owned(), stamp, new);
                self.cell("workspace", workspace.to_string(), stamp, new);
            }
            if branch.is_some() {
                self.cell("git_branch", branch_shown.into_owned(), stamp, new);
            }
        }
        if let Some(model) = model {
            let (model, redacted) = redaction.part(model);
            let reading = Reading { redacted, ..self.reading() };
            let stamp = reading.stamp(order_of_model, hash64(&[&model]));
            self.cell("model", model.into_owned(), stamp, new);
        }
    }

    /// A reading by this version of the reader.
    fn reading(&self) -> Reading {
        Reading { version: self.reader.version, ..Reading::default() }
    }

    /// Whether a cell of the session of this order may beat the one that is known.
    fn may_stand(&self, field: &str, order: u64) -> bool {
        self.best.cell(field).is_none_or(|it| it.stamp.millis() <= order)
    }

    /// Keeps a cell of the session if it beats the one that is known.
    fn cell(&mut self, field: &'static str, value: impl Into<Value>, stamp: Stamp, new: bool) {
        if self.best.cell(field).is_some_and(|it| it.stamp >= stamp) {
            return;
        }
        self.best.set(field, stamp, value.into());
        if new && !self.waiting.contains(&field) {
            self.waiting.push(field);
        }
    }

    /// The workspace at `path`: the same one for every agent. Of what it is a checkout, the
    /// last record that says so tells.
    fn workspace(
        &mut self,
        here: &str,
        remote: Option<&str>,
        time: Option<Millis>,
        redaction: &mut Redaction,
        new: bool,
    ) -> Id {
        let path = normal_name(here);
        let id = Id::imported(0, &["workspace", &path]);
        let remote = remote.and_then(repository);
        if new && self.workspaces.insert((id, remote.clone())) {
            let (path, redacted) = redaction.part(&path);
            let reading = Reading { redacted, ..Reading::default() };
            let stamp = reading.stamp(0, hash64(&[&path]));
            let mut cells = vec![
                ("name", Value::from(last_name(&path)), stamp),
                ("path", Value::from(path.as_ref()), stamp),
            ];
            if let Some(remote) = remote {
                let (remote, redacted) = redaction.part(&remote);
                let reading = Reading { redacted, ..Reading::default() };
                let stamp = reading.stamp(latest(time), hash64(&[&remote]));
                cells.push(("git_remote", Value::from(remote.as_ref()), stamp));
            }
            let local = vec![("here", Value::from(here))];
            self.drafts.push(Draft { entity: WORKSPACES, id, cells, local });
        }
        id
    }

    fn message(
        &self,
        record: &Record,
        mut kept: Kept,
        redaction: &mut Redaction,
        raw: Cow<'_, str>,
        position: u64,
    ) -> Draft {
        let time = record.time.unwrap_or(0);
        let name = kept.external_id.unwrap_or_default();
        let id = Id::imported(time, &[self.reader.tool, "message", &self.session, &name]);
        // With all of a tool's answer it says more than with its beginning.
        let parts = kept.blocks.len() + kept.beside.len();
        let mut redacted = redaction.blocks(&mut kept.blocks);
        if let Some(model) = &mut kept.message.model {
            redacted |= redaction.text(model);
        }
        let finished = kept.message.finished;
        let reading = Reading { finished, parts, redacted, ..self.reading() };

        let (text, blocks) = block::stored(kept.blocks);
        let fields = [
            ("session", Some(Value::from(self.id.to_string()))),
            ("external_id", Some(Value::from(name))),
            ("role", Some(Value::from(kept.role.name()))),
            ("text", text.map(Value::from)),
            ("blocks", blocks.map(canonical)),
            ("model", kept.message.model.map(Value::from)),
            ("parent", kept.parent.map(Value::from)),
            ("prompt", kept.prompt.map(Value::from)),
            ("created_at", record.time.map(Value::from)),
            ("agent", record.agent.as_deref().map(Value::from)),
            ("usage", kept.message.usage.stored()),
        ];
        let ordinal = record.ordinal.map(|it| ("ordinal", Some(Value::from(it))));
        let mut hash = Hash::default().of_pieces();
        for (field, value) in fields.iter().chain(&ordinal) {
            hash.part(field);
            hash.json(value);
        }
        let stamp = reading.stamp(time, hash.short());
        let cells =
            fields.into_iter().chain(ordinal).filter_map(|(field, it)| Some((field, it?, stamp)));
        let local = vec![("position", position.into()), ("raw", raw.into_owned().into())];
        Draft { entity: MESSAGES, id, cells: cells.collect(), local }
    }
}
